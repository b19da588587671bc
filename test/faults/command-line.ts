import { parseArgs } from 'node:util';

export interface Options {
  /** A group, or part of the name of a fault; null: all. */
  readonly only: string | null;
  /** Number of kills of the server. */
  readonly kills: number;
  /** Length of the burst with ten times the load, in seconds. */
  readonly burstSeconds: number;
  /** Length of the database outage, in seconds. */
  readonly outageSeconds: number;
}

const FULL = { kills: 20, burstSeconds: 30, outageSeconds: 60 };
const QUICK = { kills: 3, burstSeconds: 5, outageSeconds: 5 };

export const HELP = `Tries what can go wrong with webhooks: forgeries, broken bodies, doubled and crossing deliveries, processes
that are killed, a database that is away or slow. The service runs as it is built, on a PostgreSQL of the run's own.

Usage: npm run test:faults -- [flags]

  --only <text>            a group (see the table), or part of the name of a fault
  --quick                  ${QUICK.kills} kills of the server instead of ${FULL.kills}, a burst of ${QUICK.burstSeconds} s instead of ${FULL.burstSeconds}, no database for ${QUICK.outageSeconds} s instead of ${FULL.outageSeconds}
  --help                   this text

Needs the programs of PostgreSQL 15 or later (initdb, postgres), and a user "postgres" when run as root. Nothing is left
of what it starts and writes, also after Ctrl-C. It ends with 1 when a fault did not hold.
`;

/** Parses the flags; null for --help. @throws {Error} naming an invalid flag */
export function readCommandLine(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return { only: values.only ?? null, ...(values.quick ? QUICK : FULL) };
}
