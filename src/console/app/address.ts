import { computed, signal } from '@preact/signals';

const address = signal(location.hash);

addEventListener('hashchange', () => {
  address.value = location.hash;
});

/** What follows `#/` in the address, up to a question mark, such as `calls/55`. */
export const path = computed(() => address.value.replace(/^#\/?/u, '').replace(/\?.*$/su, ''));

/** What follows the question mark: what a view is asked for, such as `status=missed`. */
export const query = computed(() => /\?(.*)$/su.exec(address.value)?.[1] ?? '');

/** @param to such as `calls/55`, or `calls?status=missed` */
export function go(to: string): void {
  location.hash = `#/${to}`;
  // The event comes later: what changes the address next begins with this one.
  address.value = location.hash;
}
