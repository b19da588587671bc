import 'reflect-metadata';
import { Bench } from './bench.js';
import { HELP, readCommandLine } from './command-line.js';

const NO_DATABASE = `The bench needs a real PostgreSQL (15 or later): the embedded one is for trying out, and its figures
would say nothing. Set TEST_DATABASE_URL to a server on which databases may be created, such as

  TEST_DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres npm run bench

npm run bench -- --help lists the flags.`;

/** Exit status of a program that was interrupted by Ctrl-C. */
const INTERRUPTED = 130;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function run(): Promise<number> {
  const options = readCommandLine(process.argv.slice(2));
  if (options === null) {
    print(HELP);
    return 0;
  }
  const serverUrl = process.env.TEST_DATABASE_URL;
  if (!serverUrl) throw new Error(NO_DATABASE);

  const interruption = new AbortController();
  // `on`, not `once`: a second Ctrl-C must not prevent that the databases are dropped.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interruption.abort());
  }
  try {
    const succeeded = await new Bench(serverUrl, options, print, interruption.signal).run();
    if (!succeeded) print('There were failures: these figures do not count.');
    return succeeded ? 0 : 1;
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    print('Interrupted: the servers are stopped, the databases dropped.');
    return INTERRUPTED;
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
