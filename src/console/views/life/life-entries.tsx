import { useState } from 'preact/hooks';
import { formatMoment, formatNumber } from '../../i18n/format.js';
import { supervisorWords } from '../../i18n/supervisor.js';
import { Badge } from '../../parts/badge.js';
import { ReceiptBytes } from '../../parts/receipt-bytes.js';
import { Value } from './value.js';
import type { CallLife, LifeEntry, LifeReceipt } from './types.js';
import { lifeWords, sentenceOf, wordOfColumn, wordOfEvent } from './words.js';

export function entryId(index: number): string {
  return `life-entry-${index}`;
}

/** What was learnt of the call and done with it, in its order. */
export function LifeEntries({ life }: { readonly life: CallLife }) {
  return (
    <ol class="life-entries">
      {life.entries.map((entry, index) => (
        <li
          key={`${entry.at} ${index}`}
          id={entryId(index)}
          tabIndex={-1}
          class={`life-entry is-${entry.kind}`}
        >
          <Entry entry={entry} index={index} />
        </li>
      ))}
    </ol>
  );
}

function Entry({ entry, index }: { readonly entry: LifeEntry; readonly index: number }) {
  const t = lifeWords();
  const { receipt, act, rule, changes } = entry;
  return (
    <>
      <p class="life-entry-head">
        <span class="life-entry-number" aria-hidden="true">
          {formatNumber(index + 1)}
        </span>
        <strong>{titleOf(entry)}</strong>
        <time class="small" dateTime={entry.at}>
          {formatMoment(entry.at)}
        </time>
      </p>
      {rule !== null && <p>{sentenceOf(rule, entry.sentence ?? rule)}</p>}
      {act !== null && (
        <p class="small">
          {act.userId === null ? supervisorWords().unsaved : t.by(supervisorWords().user(act.userId))}
          {act.outcome === 'failed' && ` · ${t.failed(act.code ?? '')}`}
        </p>
      )}
      {changes.length > 0 ? (
        <table class="life-changes">
          <caption class="visually-hidden">{t.changed}</caption>
          <tbody>
            {changes.map(({ column, from, to }) => (
              <tr key={column}>
                <th scope="row">{wordOfColumn(column)}</th>
                <td>
                  {from !== null && (
                    <>
                      <del>
                        <Value column={column} value={from} />
                      </del>{' '}
                      →{' '}
                    </>
                  )}
                  <Value column={column} value={to} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        receipt !== null && <p class="small">{receipt.counted ? t.changedNothing : t.notCounted}</p>
      )}
      {receipt !== null && <Receipt receipt={receipt} />}
    </>
  );
}

function titleOf({ kind, receipt, reported }: LifeEntry): string {
  const t = lifeWords();
  if (receipt !== null) return wordOfEvent(receipt.event ?? '?');
  if (kind === 'report') return t.reportWithoutReceipt(wordOfEvent(reported ?? '?'));
  return t.kinds[kind as keyof typeof t.kinds] ?? kind;
}

function Receipt({ receipt }: { readonly receipt: LifeReceipt }) {
  const t = lifeWords();
  const [isOpen, setOpen] = useState(false);
  const { id, clock, clockSkewSeconds, eventAt, ignoredFields, erased, state, deliveryId } = receipt;
  return (
    <>
      {(clock !== null || ignoredFields.length > 0) && (
        <p class="row">
          {clock !== null && (
            <Badge kind="warn">
              {t.clocks[clock](t.seconds(formatNumber(Math.abs(clockSkewSeconds ?? 0))))}
            </Badge>
          )}
          {ignoredFields.length > 0 && <Badge kind="warn">{t.unreadable(ignoredFields.join(', '))}</Badge>}
        </p>
      )}
      {erased ? (
        <p class="small">{t.receiptErased(id)}</p>
      ) : (
        <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary>
            {t.receipt(id)} · {supervisorWords().states[state]}
          </summary>
          {isOpen && (
            <div class="life-receipt">
              <p class="small">
                {eventAt !== null && `${t.happened(formatMoment(eventAt))} · `}
                {t.delivery} <code>{deliveryId}</code>
              </p>
              <ReceiptBytes id={id} />
            </div>
          )}
        </details>
      )}
    </>
  );
}
