import { signal } from '@preact/signals';

/** How far the clock of the service is ahead of this one, in milliseconds. */
let aheadMs = 0;

/** The time of the service, in milliseconds, to the second in which it was last asked for. */
export const now = signal(Date.now());

export function setServerTime(serverTime: string): void {
  aheadMs = Date.parse(serverTime) - Date.now();
  now.value = Date.now() + aheadMs;
}

setInterval(() => {
  now.value = Date.now() + aheadMs;
}, 1000);
