import { signal } from '@preact/signals';

const RING_LOCK = 'telephony-ring';

/** Whether this tab is the one that rings. Locks are there on https and localhost alone; elsewhere each tab rings. */
export const isLeader = signal(!('locks' in navigator));

/** Ends the request that waits for the lock. */
let waiting = new AbortController();

/** Held until the page is closed, or another tab takes the lead. */
function holdForever(): Promise<never> {
  return new Promise(() => {});
}

/** @param steals whether the tab that leads now has to stand back; otherwise it waits until that one is closed */
async function lead(steals: boolean): Promise<void> {
  waiting.abort();
  waiting = new AbortController();
  const { signal: ended } = waiting;
  try {
    await navigator.locks.request(RING_LOCK, steals ? { steal: true } : { signal: ended }, () => {
      isLeader.value = true;
      return holdForever();
    });
  } catch {
    if (ended.aborted) return;
    // Another tab has taken it.
    isLeader.value = false;
    void lead(false);
  }
}

if ('locks' in navigator) {
  void lead(false);
  // The first tab may be one that the browser keeps silent. Whoever uses a tab hears the ring there.
  for (const gesture of ['pointerdown', 'keydown'] as const) {
    addEventListener(gesture, () => !isLeader.peek() && void lead(true), { passive: true });
  }
  // A page that holds a lock is not frozen by the browser, so each tab holds one of its own.
  void navigator.locks.request(`telephony-tab-${crypto.randomUUID()}`, holdForever);
}
