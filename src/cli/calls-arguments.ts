import { LARGEST_ID } from '../common/limits.js';
import type { ReprojectionRequest } from '../modules/telephony/webhooks/reprojection/call-reprojection.js';
import type { ErasureRequest } from '../modules/telephony/erasures/number-erasure.service.js';
import { readArguments, UsageError } from './command.js';

export const CALLS_USAGE = `reproject derives calls that stand already again, by the rules of this version, from their facts and receipts.
erase removes a customer's number from calls, receipts and missed-call tasks. Their figures stay.

  node dist/src/cli/calls.js reproject --dry-run
  npm run calls:reproject -- --dry-run            the same in a checkout
  node dist/src/cli/calls.js erase --number 01700000000 --dry-run

  --dry-run         says what would change, and changes nothing
  --number <number> erase: the customer's number, in any writing
  --from <call id>  begins with this call, such as after an interruption
  --recent          also calls of the last 24 hours: their tasks follow as after an event
  --help            this text

Tasks of earlier calls stay as they are. Rows of the former code, which have no facts, are left alone.
`;

export type CallsRequest = ReprojectionRequest | ErasureRequest | 'help';

/** @throws {UsageError} for arguments that are no command */
export function readCallsArguments(args: string[]): CallsRequest {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      from: { type: 'string' },
      number: { type: 'string' },
      recent: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const [command, ...rest] = positionals;
  if ((command !== 'reproject' && command !== 'erase') || rest.length > 0) {
    throw new UsageError('The command is: reproject, or erase');
  }
  const { from, recent, number, 'dry-run': dryRun } = values;
  if (command === 'erase') {
    if (from !== undefined || recent) throw new UsageError('--from and --recent belong to reproject');
    if (number === undefined || number === '') {
      throw new UsageError('erase needs --number, such as --number 01700000000');
    }
    return { number, dryRun };
  }
  if (number !== undefined) throw new UsageError('--number belongs to erase');
  const fromId = Number(from ?? 1);
  if ((from !== undefined && !/^\d+$/u.test(from)) || fromId < 1 || fromId > LARGEST_ID) {
    throw new UsageError('--from must be the id of a call, such as --from 4711');
  }
  return { fromId, includesRecent: recent, isDryRun: dryRun };
}
