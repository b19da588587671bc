import type { ComponentChildren } from 'preact';
import { shell } from '../i18n/shell.js';
import { ErrorNote } from './error-note.js';
import type { Loaded } from './loaded.js';

/** What will appear in an empty place, and how. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Grey lines of the height of what is to come, so that nothing jumps. */
export function Loading({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div class="loading" role="status" aria-label={shell().loading}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="skeleton" />
      ))}
    </div>
  );
}

interface ShownProps<T> {
  readonly of: Loaded<T>;
  readonly lines?: number;
  readonly children: (value: T) => ComponentChildren;
}

/** What was loaded; until then that it loads, or what to do about the error. */
export function Shown<T>({ of: loaded, lines = 3, children }: ShownProps<T>) {
  const { value, error } = loaded.state.value;
  if (value !== null) return <>{children(value)}</>;
  if (error !== null) return <ErrorNote error={error} onRetry={() => void loaded.load()} />;
  return <Loading lines={lines} />;
}
