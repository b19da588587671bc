import { signal } from '@preact/signals';
import { kept } from './kept.js';

/** The CRM's front end keeps its token under this name; on the same origin the console uses the same. */
const KEY = 'authToken';

/** The bearer token; null: nobody is signed in. */
export const token = signal<string | null>(kept.read(KEY));

export function signIn(given: string): void {
  kept.write(KEY, given);
  token.value = given;
}

const OWN_MACHINE = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Takes the token out of `#token=…`, which the banner of the service links to in development. Elsewhere it replaces no
 * token that is kept: a link of a stranger would sign the agent in as somebody else.
 */
function takeTokenOfAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  if (token.value === null || OWN_MACHINE.includes(location.hostname)) signIn(given);
}

takeTokenOfAddress();
addEventListener('hashchange', takeTokenOfAddress);
// Another tab, or the CRM in another tab, has signed in or out.
addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) token.value = kept.read(KEY);
});
