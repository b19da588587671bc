import { CALL_START } from '../support/call-events.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';

let calls = 0;

/** Seconds from the start of the calls in `webhook-lives.ts` to now. */
export function secondsToNow(): number {
  return Math.floor((Date.now() - CALL_START) / 1000);
}

/** A unique call id and caller number. They differ from those of loads. */
export function newCall(): { id: string; caller: string } {
  calls += 1;
  return { id: `BN-FAULT-${calls}`, caller: `018${String(calls).padStart(8, '0')}` };
}

/** A valid event for each of the six routes, each of another call. */
export function eventForEachRoute(): Webhook[] {
  const now = secondsToNow();
  const next = (): ReturnType<typeof webhooksOf> => {
    const { id, caller } = newCall();
    return webhooksOf(id, caller);
  };
  return [
    next().incoming(now - 5),
    next().answered(now - 5),
    next().ended(now, 0, 'no_answer'),
    next().recording(35),
    next().missed(now),
    next().ringing(now - 5),
  ];
}

export function bytesOf(body: object): Buffer {
  return Buffer.from(JSON.stringify(body));
}
