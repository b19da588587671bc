import { api } from '../../api/api.js';
import { formatNumber } from '../../i18n/format.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { useLoaded } from '../../parts/loaded.js';
import { Shown } from '../../parts/states.js';
import { say } from '../../parts/toasts.js';
import { Problems } from './problems.js';
import type { Receipt, Replay } from './types.js';
import { inboxWords } from './words.js';

interface Tried {
  readonly receipt: Receipt;
  readonly replay: Replay;
}

interface ReplayDialogProps {
  readonly receipts: readonly Receipt[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** One after the other: each may change the call of the next. */
async function replayAll(receipts: readonly Receipt[], dryRun: boolean): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const receipt of receipts) {
    const path = `telephony/webhook-receipts/${receipt.id}/replay`;
    tried.push({ receipt, replay: await api.post<Replay>(path, { dryRun }) });
  }
  return tried;
}

/** Tries first, without effect, and shows what would change; applies only then. */
export function ReplayDialog({ receipts, onClose, onDone }: ReplayDialogProps) {
  const t = inboxWords();
  const loaded = useLoaded(receipts.map(({ id }) => id).join(), () => replayAll(receipts, true));
  const apply = (applicable: readonly Receipt[]) => async (): Promise<void> => {
    try {
      const results = await replayAll(applicable, false);
      const count = results.filter(({ replay }) => replay.result === 'applied').length;
      say(t.applied(formatNumber(count)));
    } finally {
      // Also after an error: those before it are applied.
      onDone();
    }
  };
  return (
    <Dialog title={t.trial} onClose={onClose}>
      <Shown of={loaded} lines={4}>
        {(tried) => {
          const applicable = tried.filter(({ replay }) => replay.result === 'applied');
          return (
            <>
              <ul class="inbox-tried">
                {tried.map((one) => (
                  <li key={one.receipt.id}>
                    <Result {...one} />
                  </li>
                ))}
              </ul>
              <div class="row">
                {applicable.length > 0 ? (
                  <Button
                    kind="main"
                    needsConnection
                    onClick={apply(applicable.map(({ receipt }) => receipt))}
                  >
                    {applicable.length === 1 ? t.apply : t.applySeveral(formatNumber(applicable.length))}
                  </Button>
                ) : (
                  <p>{t.nothingToApply}</p>
                )}
              </div>
            </>
          );
        }}
      </Shown>
    </Dialog>
  );
}

function Result({ receipt, replay }: Tried) {
  const t = inboxWords();
  const words =
    replay.result === 'applied'
      ? replay.callId === null
        ? t.wouldBeNew
        : t.wouldApply(supervisorWords().lifeOf(replay.callId))
      : t.results[replay.result];
  return (
    <>
      <p>
        <strong>{t.receipt(receipt.id)}</strong> {words}
      </p>
      <Problems of={replay.details} />
      {replay.changes
        .filter(({ columns }) => columns.length > 0)
        .map(({ callId, columns }) => (
          <table key={callId} class="inbox-changes">
            <caption>{callId === null ? t.newCall : supervisorWords().lifeOf(callId)}</caption>
            <tbody>
              {columns
                .filter(({ to }) => to !== null)
                .map(({ column, from, to }) => (
                  <tr key={column}>
                    <th scope="row">
                      <code>{column}</code>
                    </th>
                    <td>
                      {from !== null && from !== 'null' && <del>{from}</del>} → {to === 'null' ? '–' : to}
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        ))}
    </>
  );
}
