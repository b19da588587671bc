import { loadProcessConfiguration } from '../config/configuration.js';
import { runCommand } from './command.js';
import { readWatchArguments, WATCH_USAGE } from './watch-arguments.js';
import { watch } from './watch-command.js';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

await runCommand(async () => {
  const request = await readWatchArguments(process.argv.slice(2), loadProcessConfiguration);
  if (request === 'help') {
    process.stdout.write(WATCH_USAGE);
    return 0;
  }
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort());
  await watch(request, print, end.signal);
  return 0;
}, 'npm run watch -- --help');
