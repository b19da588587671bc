import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { shell } from '../i18n/shell.js';
import { Toasts } from './toasts.js';

interface DialogProps {
  readonly title: string;
  /** Also by Esc, and by a click beside it. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly class?: string;
}

/** A modal dialog of the browser: it keeps the focus inside, and gives it back. */
export function Dialog({ title, onClose, children, class: more = '' }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${more}`}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && currentTarget.close()}
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
