import { useState } from 'preact/hooks';
import { api } from '../../api/api.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { Badge } from '../../parts/badge.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { say } from '../../parts/toasts.js';
import { HistoryDialog } from './history-dialog.js';
import type { Extension } from './types.js';
import { deskWords, holderIn } from './words.js';

interface TableProps {
  readonly items: readonly Extension[];
  readonly onEdit: (extension: Extension) => void;
  readonly onChanged: () => void;
}

/** The roles are written out: on a narrow page the rows are shown as blocks, which takes them from a table. */
export function ExtensionTable({ items, onEdit, onChanged }: TableProps) {
  const t = deskWords();
  const [history, setHistory] = useState<string | null>(null);
  const [released, setReleased] = useState<Extension | null>(null);
  return (
    <>
      <table class="desks-table" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[t.extension, t.holder, t.label, t.acts].map((title) => (
              <th key={title} role="columnheader" scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {items.map((item) => (
            <tr key={item.extension} role="row">
              <th role="rowheader" scope="row">
                {item.extension} {item.kind !== 'agent' && <Badge>{t.kinds[item.kind]}</Badge>}
              </th>
              <td role="cell" data-title={t.holder}>
                {holderIn(item)} {item.isPrimary && <span class="small">{t.primary}</span>}
                {item.claimable && <span class="small"> {t.claimable}</span>}
              </td>
              <td role="cell" data-title={t.label}>
                {item.label ?? '–'}
              </td>
              <td role="cell" class="desks-acts">
                <Button needsConnection label={`${t.change}: ${item.extension}`} onClick={() => onEdit(item)}>
                  {t.change}
                </Button>
                {item.userId !== null && (
                  <Button
                    needsConnection
                    label={`${t.release}: ${item.extension}`}
                    onClick={() => setReleased(item)}
                  >
                    {t.release}
                  </Button>
                )}
                <Button
                  needsConnection
                  label={`${t.history}: ${item.extension}`}
                  onClick={() => setHistory(item.extension)}
                >
                  {t.history}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {history !== null && <HistoryDialog extension={history} onClose={() => setHistory(null)} />}
      {released !== null && (
        <ReleaseDialog
          of={released}
          onClose={() => setReleased(null)}
          onDone={() => {
            setReleased(null);
            onChanged();
          }}
        />
      )}
    </>
  );
}

interface ReleaseProps {
  readonly of: Extension;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function ReleaseDialog({ of: { extension, userId }, onClose, onDone }: ReleaseProps) {
  const t = deskWords();
  const release = async (): Promise<void> => {
    await api.put(`telephony/extensions/${encodeURIComponent(extension)}`, { userId: null });
    say(t.released(extension));
    onDone();
  };
  return (
    <Dialog title={t.releaseTitle(extension)} onClose={onClose}>
      <p>{t.releaseHow(supervisorWords().user(userId ?? 0))}</p>
      <div class="row">
        <Button kind="danger" needsConnection onClick={release}>
          {t.release}
        </Button>
        <Button onClick={onClose}>{t.keep}</Button>
      </div>
    </Dialog>
  );
}
