import 'reflect-metadata';
import { HELP, readCommandLine } from './command-line.js';
import { FaultRun } from './run.js';

/** Exit status of a program that was interrupted by Ctrl-C. */
const INTERRUPTED = 130;

class Interrupted extends Error {}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function run(): Promise<number> {
  const options = readCommandLine(process.argv.slice(2));
  if (options === null) {
    print(HELP);
    return 0;
  }
  const interruption = new AbortController();
  // `on`, not `once`: a second Ctrl-C must not prevent the clean-up.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interruption.abort(new Interrupted()));
  }
  // Errors of the test itself must not leave a PostgreSQL running either.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => interruption.abort(error));
  }
  try {
    return (await new FaultRun(options, print, interruption.signal).run()) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    print('Interrupted: the servers and PostgreSQL are stopped, their files removed.');
    return INTERRUPTED;
  }
}

try {
  // Exits explicitly, because interrupted work may still be running.
  process.exit(await run());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
