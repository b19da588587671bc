import { dialWords } from './dial-words.js';
import { openDial } from './dial-state.js';

/** Opens the field in which a number is dialled or found; so does Ctrl+K. */
export function DialButton() {
  const t = dialWords();
  return (
    <button type="button" class="dial-button" aria-keyshortcuts="Control+K" onClick={() => openDial()}>
      <span>{t.open}</span>
      <kbd>Ctrl K</kbd>
    </button>
  );
}
