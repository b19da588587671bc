import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { shell } from '../i18n/shell.js';
import { Toasts } from './toasts.js';

interface DialogProps {
  readonly title: string;
  /** Also by Esc, and by a click beside it. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly class?: string;
}

/** Enter in a field that is in no form presses the main button, as in a form. */
function pressMain(event: KeyboardEvent, dialog: HTMLDialogElement): void {
  const { target, key, isComposing } = event;
  if (key !== 'Enter' || isComposing || !(target instanceof HTMLInputElement)) return;
  if (target.form !== null || target.type === 'checkbox' || target.type === 'file') return;
  event.preventDefault();
  dialog.querySelector<HTMLButtonElement>('.button.main')?.click();
}

/** A modal dialog of the browser: it keeps the focus inside, and gives it back. */
export function Dialog({ title, onClose, children, class: more = '' }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before the next paint: who types at once types into its field.
  useLayoutEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${more}`}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && currentTarget.close()}
      onKeyDown={(event) => pressMain(event, event.currentTarget)}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id={heading}>{title}</h2>
          <button
            type="button"
            class="icon-button"
            aria-label={shell().close}
            onClick={() => element.current?.close()}
          >
            ×
          </button>
        </header>
        {children}
      </div>
      {/* The page behind a modal dialog is covered, and nothing in it is read out. */}
      <Toasts />
    </dialog>
  );
}
