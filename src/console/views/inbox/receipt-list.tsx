import { useState } from 'preact/hooks';
import { api } from '../../api/api.js';
import { formatNumber } from '../../i18n/format.js';
import { Button } from '../../parts/button.js';
import { useLoaded } from '../../parts/loaded.js';
import { Empty, Shown } from '../../parts/states.js';
import { DiscardAllDialog } from './discard-all-dialog.js';
import { DiscardDialog } from './discard-dialog.js';
import { ReceiptRow } from './receipt-row.js';
import { ReplayDialog } from './replay-dialog.js';
import { type Filter, isDiscardable, isReplayable, outcomesOf } from './states.js';
import type { Receipt, ReceiptPage } from './types.js';
import { inboxWords } from './words.js';

const PAGE = 25;

function read(filter: Filter, cursor: string | null): Promise<ReceiptPage> {
  const older = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  return api.get(`telephony/webhook-receipts?limit=${PAGE}&outcome=${outcomesOf(filter)}${older}`);
}

type Act = { readonly kind: 'replay' | 'discard'; readonly receipts: readonly Receipt[] };

/** The receipts of a state, newest first, with what may be done to one or to several. */
export function ReceiptList({ filter }: { readonly filter: Filter }) {
  const t = inboxWords();
  const loaded = useLoaded(filter, () => read(filter, null));
  const [older, setOlder] = useState<ReceiptPage | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [act, setAct] = useState<Act | null>(null);
  const [discardsAll, setDiscardsAll] = useState(false);

  const choose = (id: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const done = (): void => {
    setAct(null);
    setDiscardsAll(false);
    setChosen(new Set());
    setOlder(null);
    void loaded.load();
  };
  return (
    <Shown of={loaded} lines={6}>
      {(first) => {
        const items = [...first.items, ...(older?.items ?? [])];
        const next = older === null ? first.nextCursor : older.nextCursor;
        const selected = items.filter(({ id }) => chosen.has(id));
        const replayable = selected.filter(({ outcome }) => isReplayable(outcome));
        const discardable = selected.filter(({ outcome }) => isDiscardable(outcome));
        const showOlder = async (): Promise<void> => {
          const page = await read(filter, next);
          setOlder({ items: [...(older?.items ?? []), ...page.items], nextCursor: page.nextCursor });
        };
        return (
          <>
            {items.length === 0 && (
              <Empty title={t.empty[filter === 'waiting' ? 'waiting' : 'other']}>
                <p>{t.emptyHint}</p>
              </Empty>
            )}
            {items.some(({ outcome }) => isDiscardable(outcome)) && (
              <Button needsConnection onClick={() => setDiscardsAll(true)}>
                {t.discardAll}
              </Button>
            )}
            {selected.length > 0 && (
              <div
                class="inbox-chosen card row"
                role="group"
                aria-label={t.chosen(formatNumber(selected.length))}
              >
                <span>{t.chosen(formatNumber(selected.length))}</span>
                <Button
                  needsConnection
                  isOff={replayable.length === 0}
                  onClick={() => setAct({ kind: 'replay', receipts: replayable })}
                >
                  {t.tryAgain}
                </Button>
                <Button
                  kind="danger"
                  needsConnection
                  isOff={discardable.length === 0}
                  onClick={() => setAct({ kind: 'discard', receipts: discardable })}
                >
                  {t.discard}
                </Button>
              </div>
            )}
            <ul class="inbox-list">
              {items.map((receipt) => (
                <ReceiptRow
                  key={receipt.id}
                  receipt={receipt}
                  isChosen={chosen.has(receipt.id)}
                  onChoose={(isChosen) => choose(receipt.id, isChosen)}
                  onReplay={() => setAct({ kind: 'replay', receipts: [receipt] })}
                  onDiscard={() => setAct({ kind: 'discard', receipts: [receipt] })}
                />
              ))}
            </ul>
            {next !== null && (
              <Button needsConnection onClick={showOlder}>
                {t.older}
              </Button>
            )}
            {discardsAll && (
              <DiscardAllDialog
                filter={filter}
                shown={items}
                onClose={() => setDiscardsAll(false)}
                onDone={done}
              />
            )}
            {act?.kind === 'replay' && (
              <ReplayDialog receipts={act.receipts} onClose={() => setAct(null)} onDone={done} />
            )}
            {act?.kind === 'discard' && (
              <DiscardDialog receipts={act.receipts} onClose={() => setAct(null)} onDone={done} />
            )}
          </>
        );
      }}
    </Shown>
  );
}
