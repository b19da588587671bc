import { useState } from 'preact/hooks';
import { formatMoment, formatNumber } from '../../i18n/format.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { Badge } from '../../parts/badge.js';
import { Button } from '../../parts/button.js';
import { LifeLink } from '../../parts/life-link.js';
import { ReceiptBytes } from '../../parts/receipt-bytes.js';
import { isDiscardable, isReplayable } from './states.js';
import type { Receipt } from './types.js';
import { inboxWords, wordsOfReason } from './words.js';
import { Problems } from './problems.js';

const KINDS = {
  applied: 'good',
  ignored: 'plain',
  quarantined: 'warn',
  failed: 'warn',
  dead: 'danger',
  discarded: 'plain',
} as const;

interface RowProps {
  readonly receipt: Receipt;
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
  readonly onReplay: () => void;
  readonly onDiscard: () => void;
}

export function ReceiptRow({ receipt, isChosen, onChoose, onReplay, onDiscard }: RowProps) {
  const t = inboxWords();
  const [isOpen, setOpen] = useState(false);
  const { id, outcome, callId, externalCallId, keyId, sourceAddress, decisionReason } = receipt;
  const mayAct = isReplayable(outcome);
  return (
    <li class="inbox-row card">
      <div class="inbox-row-head">
        {mayAct && (
          <input
            type="checkbox"
            class="inbox-choice"
            checked={isChosen}
            aria-label={t.choose(id)}
            onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
          />
        )}
        <h2>
          {receipt.eventType ?? t.noEvent} <span class="small">{t.receipt(id)}</span>
        </h2>
        <Badge kind={KINDS[outcome]}>{supervisorWords().states[outcome]}</Badge>
        <time class="small" dateTime={receipt.receivedAt}>
          {formatMoment(receipt.receivedAt)}
        </time>
      </div>
      {receipt.errorCode !== null && <p>{wordsOfReason(receipt.errorCode)}</p>}
      <Problems of={receipt.errorDetails} />
      {outcome === 'failed' && receipt.nextAttemptAt !== null && (
        <p class="small">
          {t.triedNext(formatNumber(receipt.attempts), formatMoment(receipt.nextAttemptAt))}
        </p>
      )}
      {decisionReason !== null && (
        <p class="small">
          {t.decided(
            receipt.decidedBy === null ? '–' : supervisorWords().user(receipt.decidedBy),
            decisionReason,
          )}
        </p>
      )}
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>{supervisorWords().bytes.title}</summary>
        {isOpen && (
          <div class="inbox-inside">
            <p class="small">
              {t.from(sourceAddress, `/${receipt.route}`)} · {keyId === null ? t.unsigned : t.signed(keyId)}
              {externalCallId !== null && ` · ${externalCallId}`}
            </p>
            <ReceiptBytes id={id} />
          </div>
        )}
      </details>
      <div class="row">
        {mayAct && (
          <Button needsConnection label={`${t.tryAgain}: ${t.receipt(id)}`} onClick={onReplay}>
            {t.tryAgain}
          </Button>
        )}
        {isDiscardable(outcome) && (
          <Button kind="danger" needsConnection label={`${t.discard}: ${t.receipt(id)}`} onClick={onDiscard}>
            {t.discard}
          </Button>
        )}
        {callId !== null && <LifeLink callId={callId} />}
      </div>
    </li>
  );
}
