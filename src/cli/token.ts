import { loadProcessConfiguration } from '../config/configuration.js';
import { printResult } from './command.js';
import { tokenCommand } from './token-command.js';

printResult(await tokenCommand(process.argv.slice(2), loadProcessConfiguration));
