import { render } from 'preact';
import { App } from './app/app.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/bar.css';
import './styles/parts.css';
import './styles/desk.css';

const root = document.getElementById('console');
if (root !== null) render(<App />, root);
