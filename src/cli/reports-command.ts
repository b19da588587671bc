import { DateTime } from 'luxon';
import type { Configuration } from '../config/configuration.js';
import { assertMigrated } from '../database/migrator.js';
import { openDatabase } from '../database/open-database.js';
import { inTransaction } from '../database/transaction.js';
import { FiguresRepository } from '../modules/reports/rollup/figures.repository.js';
import type { DayRange } from '../modules/reports/rollup/report-days.js';
import { readArguments, UsageError } from './command.js';

export const REPORTS_HELP = 'node dist/src/cli/reports.js --help';

const USAGE = `Has the figures of closed days computed again by the instances that run.

  node dist/src/cli/reports.js rebuild --from 2026-01-01 --to 2026-01-31
  npm run reports:rebuild -- --from 2026-01-01 --to 2026-01-31    the same in a checkout

  --from <day>  first day of the business zone (required)
  --to <day>    last day, included (required)
  --help        this text

Until a day is built, reports count its calls themselves. Days whose calls were removed by age stay as they are.
`;

/** The command `reports`. @returns what it prints */
export async function reportsCommand(
  args: string[],
  loadConfiguration: () => Configuration,
  onProgress: (message: string) => void,
): Promise<string> {
  const range = readReportsArguments(args);
  return range === 'help' ? USAGE : rebuild(range, loadConfiguration(), onProgress);
}

/** @throws {UsageError} */
function readReportsArguments(args: string[]): DayRange | 'help' {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (positionals.length !== 1 || positionals[0] !== 'rebuild')
    throw new UsageError('The command is: rebuild');
  const range = { from: dayOf('--from', values.from), to: dayOf('--to', values.to) };
  if (range.from > range.to) throw new UsageError('--to must not be before --from');
  return range;
}

function dayOf(option: string, text: string | undefined): string {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/u.test(text) || !DateTime.fromISO(text).isValid) {
    throw new UsageError(`${option} must be a day, such as ${option} 2026-01-31`);
  }
  return text;
}

async function rebuild(
  { from, to }: DayRange,
  configuration: Configuration,
  onProgress: (message: string) => void,
): Promise<string> {
  const dataSource = await openDatabase(configuration, onProgress, assertMigrated);
  try {
    const figures = new FiguresRepository(configuration.telephony);
    const days = await inTransaction(dataSource, (manager) => figures.mark(manager, from, to));
    return days === 0
      ? `No day from ${from} to ${to} is closed and has its calls: there is nothing to compute again.\n`
      : `${days} days from ${from} to ${to} are computed again by the instances that run.\n`;
  } finally {
    await dataSource.destroy();
  }
}
