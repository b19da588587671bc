import { formatDuration } from '../../../i18n/format.js';
import { now } from '../../../live/clock.js';
import { noteWords } from './note-words.js';

const WRAP_UP_SECONDS = 30;

/** How much of the wrap-up time is left. When it is over nothing is closed: the note may not be complete. */
export function WrapUp({ endedAt }: { readonly endedAt: string }) {
  const t = noteWords();
  const left = WRAP_UP_SECONDS - (now.value - Date.parse(endedAt)) / 1000;
  if (left <= 0) return <p class="wrap-up is-over">{t.wrapUpOver}</p>;
  return (
    <p class="wrap-up">
      <span role="timer">{t.wrapUp(formatDuration(Math.min(left, WRAP_UP_SECONDS)))}</span>
      <meter min={0} max={WRAP_UP_SECONDS} value={left} aria-hidden="true" />
    </p>
  );
}
