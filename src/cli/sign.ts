import { loadProcessConfiguration } from '../config/configuration.js';
import { printResult } from './command.js';
import { signCommand } from './sign-command.js';

printResult(await signCommand(process.argv.slice(2), loadProcessConfiguration));
