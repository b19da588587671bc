import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { shell } from '../i18n/shell.js';
import { connection, hasPhone, isLive } from '../live/telephony.js';
import { showError } from './toasts.js';

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** What it does. While a promise lasts the button is busy; its error is shown as a message. */
  readonly onClick: () => unknown;
  readonly kind?: 'main' | 'plain' | 'danger' | 'quiet';
  /** It asks the service: without a connection it is off, and says why. */
  readonly needsConnection?: boolean;
  /** It places a call: for who has no telephone it is off, and says why. */
  readonly needsPhone?: boolean;
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
  needsPhone = false,
  isOff = false,
  label,
  hint,
  value,
  keys,
  class: more = '',
}: ButtonProps) {
  const [isBusy, setBusy] = useState(false);
  const missing = missingFor(needsConnection, needsPhone);
  const run = async (): Promise<void> => {
    // Not `disabled`: the focus would be lost, and nobody would learn why it is off.
    if (isBusy || isOff || missing !== null) return;
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
      aria-disabled={isOff || missing !== null || isBusy ? 'true' : undefined}
      aria-busy={isBusy ? 'true' : undefined}
      aria-label={label}
      value={value}
      aria-keyshortcuts={keys}
      title={missing ?? hint}
      onClick={() => void run()}
    >
      {children}
    </button>
  );
}

/** What the user has to have before it does anything, in words; null: nothing is missing. */
function missingFor(needsConnection: boolean, needsPhone: boolean): string | null {
  const t = shell();
  if (needsConnection && connection.value === 'refused') return t.needsSignIn;
  if (needsConnection && !isLive.value) return t.needsConnection;
  return needsPhone && !hasPhone.value ? t.noPhoneToCall : null;
}
