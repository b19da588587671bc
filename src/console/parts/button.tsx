import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { shell } from '../i18n/shell.js';
import { connection, isLive } from '../live/telephony.js';
import { showError } from './toasts.js';

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** What it does. While a promise lasts the button is busy; its error is shown as a message. */
  readonly onClick: () => unknown;
  readonly kind?: 'main' | 'plain' | 'danger' | 'quiet';
  /** It asks the service: without a connection it is off, and says why. */
  readonly needsConnection?: boolean;
  readonly isOff?: boolean;
  readonly label?: string;
  /** What it does, in full. */
  readonly hint?: string;
  /** What it stands for, for who looks for it on the page. */
  readonly value?: string;
  readonly keys?: string;
  readonly class?: string;
}

export function Button({
  children,
  onClick,
  kind = 'plain',
  needsConnection = false,
  isOff = false,
  label,
  hint,
  value,
  keys,
  class: more = '',
}: ButtonProps) {
  const [isBusy, setBusy] = useState(false);
  const isWithout = needsConnection && !isLive.value;
  const run = async (): Promise<void> => {
    // Not `disabled`: the focus would be lost, and nobody would learn why it is off.
    if (isBusy || isOff || isWithout) return;
    setBusy(true);
    try {
      await onClick();
    } catch (error) {
      showError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      class={`button ${kind} ${more}`}
      aria-disabled={isOff || isWithout || isBusy ? 'true' : undefined}
      aria-busy={isBusy ? 'true' : undefined}
      aria-label={label}
      value={value}
      aria-keyshortcuts={keys}
      title={
        isWithout ? (connection.value === 'refused' ? shell().needsSignIn : shell().needsConnection) : hint
      }
      onClick={() => void run()}
    >
      {children}
    </button>
  );
}
