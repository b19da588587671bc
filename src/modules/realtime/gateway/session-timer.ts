/** Milliseconds before its end at which a session is announced to expire. */
const NOTICE_MS = 60_000;

/** Node.js fires timers that are longer than this at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

export interface SessionEvents {
  readonly expiring: () => void;
  readonly expired: () => void;
}

/** Watches the time at which a session ends. @returns a function that ends the watch */
export function watchSession(expiresAt: Date, { expiring, expired }: SessionEvents): () => void {
  const cancelNotice = at(expiresAt.getTime() - NOTICE_MS, expiring);
  const cancelEnd = at(expiresAt.getTime(), expired);
  return () => {
    cancelNotice();
    cancelEnd();
  };
}

/** Calls back at a time, however far it is; at once if it is over. */
function at(time: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = time - Date.now();
    timer =
      left > LONGEST_TIMER_MS ? setTimeout(wait, LONGEST_TIMER_MS) : setTimeout(callback, Math.max(0, left));
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}
