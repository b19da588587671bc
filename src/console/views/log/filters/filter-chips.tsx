import { logWords, wordsOfFilter } from '../words.js';
import { FILTERS, type Filters } from './filters.js';

interface ChipsProps {
  readonly filters: Filters;
  readonly onChange: (change: Filters) => void;
  readonly onClear: () => void;
}

/** What the list is narrowed to; each can be taken away. On paper it is what says so. */
export function FilterChips({ filters, onChange, onClear }: ChipsProps) {
  const t = logWords();
  const given = FILTERS.flatMap((name) => {
    const value = filters[name];
    return value === undefined ? [] : [{ name, words: wordsOfFilter(name, value) }];
  });
  if (given.length === 0) return null;
  return (
    <ul class="log-chips row" aria-label={t.filters}>
      {given.map(({ name, words }) => (
        <li key={name} class="log-chip">
          {words}
          <button
            type="button"
            class="icon-button"
            aria-label={t.remove(words)}
            onClick={() => onChange({ [name]: '' })}
          >
            ×
          </button>
        </li>
      ))}
      <li>
        <button type="button" class="link" onClick={onClear}>
          {t.clear}
        </button>
      </li>
    </ul>
  );
}
