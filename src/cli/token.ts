import { ConfigurationError } from '../config/configuration-error.js';
import { loadProcessConfig } from '../config/load-config.js';
import { tokenCommand, UsageError } from './token-command.js';

try {
  process.stdout.write(await tokenCommand(process.argv.slice(2), loadProcessConfig));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ConfigurationError)) {
    throw error;
  }
  process.stderr.write(`${error.message}\n`);
  if (error instanceof UsageError) {
    process.stderr.write('See: npm run -s token -- --help\n');
  }
  process.exitCode = 1;
}
