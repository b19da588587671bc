import 'reflect-metadata';
import { HELP, readCommandLine } from './command-line.js';
import { FaultRun } from './run.js';

/** What a shell reports of a program that was ended by Ctrl-C. */
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
  // Stays in place: a second Ctrl-C must not keep it from cleaning up.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interruption.abort(new Interrupted()));
  }
  // A fault in the test itself must not leave a PostgreSQL behind either.
  for (const mishap of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(mishap, (error: unknown) => interruption.abort(error));
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
  // Of what was interrupted something may still be under way.
  process.exit(await run());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
