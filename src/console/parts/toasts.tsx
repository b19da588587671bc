import { signal } from '@preact/signals';
import { ApiError } from '../api/api-error.js';
import { shell } from '../i18n/shell.js';
import { ErrorNote } from './error-note.js';

interface Toast {
  readonly id: number;
  readonly text: string | null;
  readonly error: ApiError | null;
}

/** How long something good is said. An error stays until it is put away. */
const SHOWN_MS = 5000;
const MOST = 3;

const toasts = signal<readonly Toast[]>([]);
let last = 0;

function add(text: string | null, error: ApiError | null): number {
  last += 1;
  toasts.value = [...toasts.value, { id: last, text, error }].slice(-MOST);
  return last;
}

function remove(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function say(text: string): void {
  const id = add(text, null);
  setTimeout(() => remove(id), SHOWN_MS);
}

/** Says what to do about an error of a request; throws any other one again, for it is a fault of this page. */
export function showError(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
  add(null, error);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, error }) => (
        <div key={id} class={error === null ? 'toast' : 'toast is-error'}>
          {error === null ? <p>{text}</p> : <ErrorNote error={error} />}
          <button type="button" class="icon-button" aria-label={shell().close} onClick={() => remove(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
