import { computed, signal } from '@preact/signals';
import { token } from './token.js';

/** The token that the service does not accept any more. */
const refused = signal<{ readonly token: string | null; readonly code: string | null } | null>(null);

/** Whether the pages were shown: then they stay, so that nothing that was typed is lost. */
export const wasOpen = signal(false);

/**
 * - `none`: nobody has signed in.
 * - `ended`: the token has run out or was withdrawn; what is on the page stays.
 * - `open`: the token is accepted, as far as this page knows.
 */
export type SessionState = 'none' | 'ended' | 'open';

export const session = computed<SessionState>(() => {
  if (token.value === null) return wasOpen.value ? 'ended' : 'none';
  return refused.value?.token === token.value ? 'ended' : 'open';
});

/** Why the service refuses; null: it does not, or there is no token. */
export const refusal = computed(() => (session.value === 'ended' ? (refused.value?.code ?? null) : null));

/** @param used the token that was refused; a token that came meanwhile is not concerned */
export function sessionEnded(used: string | null, code: string | null = 'UNAUTHENTICATED'): void {
  if (used !== null) refused.value = { token: used, code };
}
