import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { diskOf } from './seed-calls.js';

/** Parts of the bench, in the order in which they run. */
export const PARTS = [
  'webhook',
  'growth',
  'idle',
  'reject',
  'cost',
  'burst',
  'start',
  'pop',
  'live',
  'log',
  'reports',
  'export',
  'adoption',
] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly rounds: number;
  /** Length of each measurement. */
  readonly seconds: number;
  /** Length of the burst. */
  readonly burstSeconds: number;
  /** Calls on the full database. */
  readonly rows: number;
  /** Calls of the two years behind `log`, `reports` and `export`. */
  readonly calls: number;
  readonly parts: readonly Part[];
  /** A built checkout of another commit to compare with; null: none. */
  readonly baselineFolder: string | null;
  /** Folder for CPU profiles of the service; null: no profiles. */
  readonly profileFolder: string | null;
  /** A short or profiled run, whose figures are not compared with the bounds. */
  readonly isTrial: boolean;
}

const DEFAULTS = { rounds: 5, seconds: 5, burstSeconds: 30, rows: 1_000_000, calls: 5_000_000 };
const QUICK = { rounds: 1, seconds: 1, burstSeconds: 2, rows: 20_000, calls: 20_000 };

export const HELP = `Measures the service on a real PostgreSQL, beside those it is compared with:

  refusal    node:http that answers 401 after the same signature check
  peer       Nest on Express, class-validator, TypeORM: find the row, change it, save it
  baseline   the service as it was at another commit, if --baseline names its folder

Usage: TEST_DATABASE_URL=postgres://user:password@host:5432/postgres npm run bench -- [flags]

  --rounds <n>         rounds to take the median of (${DEFAULTS.rounds})
  --seconds <n>        length of each measurement (${DEFAULTS.seconds})
  --burst-seconds <n>  length of the burst (${DEFAULTS.burstSeconds})
  --rows <n>           calls on the full database (${DEFAULTS.rows})
  --calls <n>          calls of two years, for log, reports and export (${DEFAULTS.calls}: ${diskOf(DEFAULTS.calls)} GB of disk)
  --only <part>        one part, or several with commas; all without it:
                         webhook  signed webhooks, 64 at once: ours, peer, baseline
                         growth   the same on a full database and on an empty one
                         idle     one webhook at a time: ours, baseline
                         reject   forged webhooks: ours, refusal
                         cost     statements and fsyncs for each event
                         burst    ten times the load
                         start    agents click to call, on a full database and on an empty one
                         pop      SQL of a screen-pop: a million customers and twice as many orders, or --rows if less
                         live     pushes to browsers: delay, cost for the intake, memory, a restart
                         log      the call log: each filter and each pair of them
                         reports  figures by day, queue, agent …; the wallboard; the CRM's six reports at once
                         export   files of a million calls: time, CPU, memory
                         adoption migrating the CRM's database: 200,000 calls, or --rows if less, a tenth duplicates
  --baseline <folder>  a built checkout of another commit (git worktree), measured in turn with this one
  --profile <folder>   leave CPU profiles of the service there, for the DevTools of Chrome; it is slower then
  --quick              a look whether everything runs: ${QUICK.rounds} round of ${QUICK.seconds} s on ${QUICK.rows} calls; judges nothing
  --help               this text

The role of TEST_DATABASE_URL must be allowed to create databases. Those that are made have names of their own,
trustcart_bench_…, and are dropped at the end, also after Ctrl-C. Nothing else should use the machine or the
PostgreSQL meanwhile: fsyncs are counted for the whole server.
`;

/** Parses the flags; null for --help. @throws {Error} naming an invalid flag */
export function readCommandLine(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'burst-seconds': { type: 'string' },
      rows: { type: 'string' },
      calls: { type: 'string' },
      only: { type: 'string' },
      baseline: { type: 'string' },
      profile: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const defaults = values.quick ? QUICK : DEFAULTS;
  return {
    rounds: wholeNumber('--rounds', values.rounds, 1) ?? defaults.rounds,
    seconds: wholeNumber('--seconds', values.seconds, 1) ?? defaults.seconds,
    burstSeconds: wholeNumber('--burst-seconds', values['burst-seconds'], 1) ?? defaults.burstSeconds,
    rows: wholeNumber('--rows', values.rows, 1_000) ?? defaults.rows,
    calls: wholeNumber('--calls', values.calls, 1_000) ?? defaults.calls,
    parts: values.only === undefined ? PARTS : values.only.split(',').map(partNamed),
    baselineFolder: values.baseline === undefined ? null : resolve(values.baseline),
    profileFolder: values.profile === undefined ? null : resolve(values.profile),
    isTrial: values.quick || values.profile !== undefined,
  };
}

function wholeNumber(flag: string, text: string | undefined, least: number): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,8}$/u.test(text) || Number(text) < least) {
    throw new Error(`${flag} must be a whole number, ${least} or more`);
  }
  return Number(text);
}

function partNamed(text: string): Part {
  const part = PARTS.find((name) => name === text);
  if (part === undefined) throw new Error(`--only must be of ${PARTS.join(', ')}`);
  return part;
}
