import { useId, useState } from 'preact/hooks';
import { api } from '../../api/api.js';
import { formatNumber } from '../../i18n/format.js';
import { now } from '../../live/clock.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { say } from '../../parts/toasts.js';
import { type Filter, outcomesOf } from './states.js';
import type { DiscardedAll, Receipt } from './types.js';
import { MOST_REASON, TextField } from '../../parts/fields/fields.js';
import { inboxWords, wordsOfReason } from './words.js';

interface DiscardAllProps {
  readonly filter: Filter;
  /** Those on the page: what they have can be chosen. */
  readonly shown: readonly Receipt[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

type Narrowing = 'errorCode' | 'sourceAddress' | 'event';

/** Counts first, without effect, and discards only what was counted by the same filter. */
export function DiscardAllDialog({ filter, shown, onClose, onDone }: DiscardAllProps) {
  const t = inboxWords();
  const [narrowed, setNarrowed] = useState<Partial<Record<Narrowing, string>>>({});
  const [reason, setReason] = useState('');
  const [counted, setCounted] = useState<DiscardedAll | null>(null);
  /** What comes after the count is not discarded. */
  const [countedAt, setCountedAt] = useState(0);

  const narrow = (by: Narrowing, value: string): void => {
    const { [by]: _former, ...others } = narrowed;
    setNarrowed(value === '' ? others : { ...others, [by]: value });
    setCounted(null);
  };
  const send = (to: number, dryRun: boolean): Promise<DiscardedAll> =>
    api.post<DiscardedAll>('telephony/webhook-receipts/discard', {
      ...narrowed,
      outcome: outcomesOf(filter).split(','),
      to: new Date(to).toISOString(),
      reason: reason.trim(),
      dryRun,
    });
  const count = async (): Promise<void> => {
    const at = now.value;
    setCounted(await send(at, true));
    setCountedAt(at);
  };
  const discard = async (): Promise<void> => {
    const { discarded } = await send(countedAt, false);
    say(t.discarded(formatNumber(discarded)));
    onDone();
  };
  const isReady = reason.trim() !== '' && Object.keys(narrowed).length > 0;
  return (
    <Dialog title={t.discardAll} onClose={onClose}>
      <p>{t.discardAllHow}</p>
      <Choice
        label={t.byReason}
        of={shown.map(({ errorCode }) => errorCode)}
        word={wordsOfReason}
        onChoose={(value) => narrow('errorCode', value)}
      />
      <Choice
        label={t.byAddress}
        of={shown.map(({ sourceAddress }) => sourceAddress)}
        onChoose={(value) => narrow('sourceAddress', value)}
      />
      <Choice
        label={t.byEvent}
        of={shown.map(({ eventType }) => eventType)}
        onChoose={(value) => narrow('event', value)}
      />
      <TextField title={t.reason} value={reason} maxLength={MOST_REASON} onInput={setReason} />
      <p role="status">
        {counted !== null && t.wouldDiscard(formatNumber(counted.discarded), formatNumber(counted.remaining))}
      </p>
      <div class="row">
        {counted !== null && counted.discarded > 0 ? (
          <Button kind="danger" needsConnection isOff={!isReady} onClick={discard}>
            {t.discardCounted(formatNumber(counted.discarded))}
          </Button>
        ) : (
          <Button kind="main" needsConnection isOff={!isReady} onClick={count}>
            {t.count}
          </Button>
        )}
        <Button onClick={onClose}>{t.keep}</Button>
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly of: readonly (string | null)[];
  readonly word?: (value: string) => string;
  readonly onChoose: (value: string) => void;
}

function Choice({ label, of: values, word = (value) => value, onChoose }: ChoiceProps) {
  const field = useId();
  const distinct = [...new Set(values.filter((value) => value !== null))];
  return (
    <div>
      <label for={field}>{label}</label>
      <select id={field} class="field" onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        <option value="">{inboxWords().any}</option>
        {distinct.map((value) => (
          <option key={value} value={value}>
            {word(value)}
          </option>
        ))}
      </select>
    </div>
  );
}
