import { signal } from '@preact/signals';

/** Whether this tab is the one that rings. Locks are there on https and localhost alone; elsewhere each tab rings. */
export const isLeader = signal(!('locks' in navigator));

/** Held until the page is closed; then another tab gets it. */
function holdForever(): Promise<never> {
  return new Promise(() => {});
}

if ('locks' in navigator) {
  void navigator.locks.request('telephony-ring', () => {
    isLeader.value = true;
    return holdForever();
  });
  // A page that holds a lock is not frozen by the browser, so each tab holds one of its own.
  void navigator.locks.request(`telephony-tab-${crypto.randomUUID()}`, holdForever);
}
