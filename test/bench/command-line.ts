import { parseArgs } from 'node:util';
import { WORKLOADS, type Workload } from './workload.js';

export interface Options {
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** Calls on the full database. */
  readonly rows: number;
  readonly workloads: readonly Workload[];
}

const DEFAULTS = { rounds: 5, seconds: 5, rows: 500_000 };
const QUICK = { rounds: 1, seconds: 1, rows: 20_000 };

export const HELP = `Measures the service on a real PostgreSQL: webhooks and starts, on an empty database and on a full one, beside
a floor (the same framework and validation, and nothing else) and a peer (find the row, change it, save it).

Usage: TEST_DATABASE_URL=postgres://user:password@host:5432/postgres npm run bench -- [flags]

  --rounds <n>             rounds to take the median of (${DEFAULTS.rounds})
  --seconds <n>            length of each measurement (${DEFAULTS.seconds})
  --rows <n>               calls on the full database (${DEFAULTS.rows})
  --only <workload>        ${WORKLOADS.join(' or ')}; both without it
  --quick                  a look whether everything runs: ${QUICK.rounds} round of ${QUICK.seconds} s on ${QUICK.rows} calls
  --help                   this text

The role of TEST_DATABASE_URL must be allowed to create databases. Those that are made have names of their own,
trustcart_bench_…, and are dropped at the end, also after Ctrl-C.
`;

/** What the flags ask for; null when they ask for help. @throws {Error} naming the flag that cannot be used */
export function readCommandLine(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      rows: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const defaults = values.quick ? QUICK : DEFAULTS;
  return {
    rounds: wholeNumber('--rounds', values.rounds, 1) ?? defaults.rounds,
    seconds: wholeNumber('--seconds', values.seconds, 1) ?? defaults.seconds,
    rows: wholeNumber('--rows', values.rows, 1_000) ?? defaults.rows,
    workloads: values.only === undefined ? WORKLOADS : [workloadNamed(values.only)],
  };
}

function wholeNumber(flag: string, text: string | undefined, least: number): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,8}$/u.test(text) || Number(text) < least) {
    throw new Error(`${flag} must be a whole number, ${least} or more`);
  }
  return Number(text);
}

function workloadNamed(text: string): Workload {
  const workload = WORKLOADS.find((name) => name === text);
  if (workload === undefined) throw new Error(`--only must be ${WORKLOADS.join(' or ')}`);
  return workload;
}
