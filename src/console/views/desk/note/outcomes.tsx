import { useId } from 'preact/hooks';
import { formatNumber } from '../../../i18n/format.js';
import type { DraftStore } from './drafts.js';
import { noteWords } from './note-words.js';

const OUTCOMES = [
  'connected',
  'order_placed',
  'callback',
  'price_issue',
  'no_answer',
  'busy',
  'unreachable',
  'called',
] as const;

/** What came of the call. Inside, the number of an outcome chooses it; elsewhere a digit is what is typed. */
export function Outcomes({ store }: { readonly store: DraftStore }) {
  const t = noteWords();
  const name = useId();
  const { outcome } = store.state.value;
  const choose = (event: KeyboardEvent): void => {
    // By the place of the key: with a Bangla keyboard it types another digit.
    const one = OUTCOMES[Number(/^(?:Digit|Numpad)(\d)$/u.exec(event.code)?.[1]) - 1];
    if (one === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    store.change({ outcome: one });
    document.getElementById(`${name}-${one}`)?.focus();
  };
  return (
    <fieldset class="outcomes" onKeyDown={choose}>
      <legend>{t.outcome}</legend>
      {OUTCOMES.map((one, index) => (
        <label key={one} class="choice">
          <input
            type="radio"
            id={`${name}-${one}`}
            name={name}
            checked={outcome === one}
            aria-keyshortcuts={String(index + 1)}
            onChange={() => store.change({ outcome: one })}
          />
          <span>
            <span class="choice-number" aria-hidden="true">
              {formatNumber(index + 1)}
            </span>{' '}
            {t.outcomes[one]}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
