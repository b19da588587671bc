import { api } from '../../api/api.js';
import { formatMoment } from '../../i18n/format.js';
import { Dialog } from '../../parts/dialog.js';
import { useLoaded } from '../../parts/loaded.js';
import { Empty, Shown } from '../../parts/states.js';
import type { Period } from './types.js';
import { deskWords, holderIn } from './words.js';

export function HistoryDialog({
  extension,
  onClose,
}: {
  readonly extension: string;
  readonly onClose: () => void;
}) {
  const t = deskWords();
  const loaded = useLoaded(extension, () =>
    api.get<{ items: readonly Period[] }>(`telephony/extensions/${encodeURIComponent(extension)}/history`),
  );
  return (
    <Dialog title={t.historyTitle(extension)} onClose={onClose}>
      <Shown of={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t.noHistory} />
          ) : (
            <ol class="desks-history">
              {items.map((period) => (
                <li key={period.from}>
                  <strong>{holderIn(period)}</strong> <span class="small">{t.kinds[period.kind]}</span>
                  <span class="small desks-times">
                    {formatMoment(period.from)} – {period.to === null ? t.untilNow : formatMoment(period.to)}
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Shown>
    </Dialog>
  );
}
