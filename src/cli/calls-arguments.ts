import { LARGEST_ID } from '../common/limits.js';
import type { ReprojectionRequest } from '../modules/telephony/webhooks/reprojection/call-reprojection.js';
import { readArguments, UsageError } from './command.js';

export const CALLS_USAGE = `Derives calls that stand already again, by the rules of this version, from their facts and receipts.

  node dist/src/cli/calls.js reproject --dry-run
  npm run calls:reproject -- --dry-run            the same in a checkout

  --dry-run         says what would change, and changes nothing
  --from <call id>  begins with this call, such as after an interruption
  --recent          also calls of the last 24 hours: their tasks follow as after an event
  --help            this text

Tasks of earlier calls stay as they are. Rows of the former code, which have no facts, are left alone.
`;

/** @throws {UsageError} for arguments that are no command */
export function readCallsArguments(args: string[]): ReprojectionRequest | 'help' {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      from: { type: 'string' },
      recent: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const [command, ...rest] = positionals;
  if (command !== 'reproject' || rest.length > 0) throw new UsageError('The command is: reproject');
  const fromId = values.from === undefined ? 1 : Number(values.from);
  if (!Number.isInteger(fromId) || fromId < 1 || fromId > LARGEST_ID) {
    throw new UsageError('--from must be the id of a call, such as --from 4711');
  }
  return { fromId, includesRecent: values.recent, isDryRun: values['dry-run'] };
}
