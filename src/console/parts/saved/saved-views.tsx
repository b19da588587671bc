import { useState } from 'preact/hooks';
import { me } from '../../live/telephony.js';
import { TextField } from '../fields/fields.js';
import { readSaved, type SavedView, writeSaved } from './kept-views.js';
import { savedWords } from './words.js';
import './saved.css';

interface SavedViewsProps {
  /** The view that they belong to. */
  readonly of: string;
  /** What is shown now, as the address has it. */
  readonly address: string;
  readonly onApply: (address: string) => void;
}

/** Filters that the user has given a name, in this browser. */
export function SavedViews(props: SavedViewsProps) {
  const owner = me.value?.userId;
  return owner === undefined ? null : <ViewsOf key={owner} owner={owner} {...props} />;
}

function ViewsOf({ of, address, onApply, owner }: SavedViewsProps & { readonly owner: number }) {
  const t = savedWords();
  const [views, setViews] = useState(() => readSaved(of, owner));
  const [name, setName] = useState('');
  /** Another tab may have saved some meanwhile. */
  const change = (by: (saved: readonly SavedView[]) => readonly SavedView[]): void => {
    const next = by(readSaved(of, owner));
    writeSaved(of, owner, next);
    setViews(next);
  };
  const without = (name: string, saved: readonly SavedView[]): readonly SavedView[] =>
    saved.filter((view) => view.name !== name);
  return (
    <details class="saved">
      <summary>{t.title}</summary>
      <div class="saved-inside">
        {views.length === 0 && <p class="small">{t.none}</p>}
        <ul class="row">
          {views.map((view) => (
            <li key={view.name} class="saved-view">
              <button
                type="button"
                class="link"
                aria-current={view.address === address ? 'true' : undefined}
                onClick={() => onApply(view.address)}
              >
                {view.name}
              </button>
              <button
                type="button"
                class="icon-button"
                aria-label={t.remove(view.name)}
                onClick={() => change((saved) => without(view.name, saved))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
        <form
          class="row saved-form"
          onSubmit={(event) => {
            event.preventDefault();
            const named = name.trim();
            if (named === '') return;
            change((saved) => [...without(named, saved), { name: named, address }]);
            setName('');
          }}
        >
          <TextField title={t.name} value={name} maxLength={40} onInput={setName} />
          <button type="submit" class="button">
            {t.save}
          </button>
        </form>
      </div>
    </details>
  );
}
