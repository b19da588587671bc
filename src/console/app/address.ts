import { signal } from '@preact/signals';

function pathOf(hash: string): string {
  return hash.replace(/^#\/?/u, '');
}

/** What follows `#/` in the address, such as `calls/55`. */
export const path = signal(pathOf(location.hash));

addEventListener('hashchange', () => {
  path.value = pathOf(location.hash);
});

/** @param to such as `calls/55` */
export function go(to: string): void {
  location.hash = `#/${to}`;
}
