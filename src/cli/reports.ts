import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { loadProcessConfiguration } from '../config/configuration.js';
import { runCommand } from './command.js';
import { REPORTS_HELP, reportsCommand } from './reports-command.js';

// Of a statement that fails, this command itself says why it ends.
Logger.overrideLogger(false);

await runCommand(async () => {
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  process.stdout.write(await reportsCommand(process.argv.slice(2), loadProcessConfiguration, say));
  return 0;
}, REPORTS_HELP);
