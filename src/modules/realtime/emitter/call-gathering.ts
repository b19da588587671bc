import type { ChangedCall } from '../../change-feed/change.js';
import { joinAudiences } from '../../telephony/calls/domain/call-access.js';

export interface GatheredCall extends ChangedCall {
  /** When the first of its changes was gathered, in milliseconds of `performance.now()`. */
  readonly since: number;
}

/** Changed calls that wait to be read. Several changes of a call become one, for all whom one of them concerns. */
export class CallGathering {
  private calls = new Map<number, GatheredCall>();

  get size(): number {
    return this.calls.size;
  }

  add(change: ChangedCall, now: number): void {
    const former = this.calls.get(change.id);
    const removed = change.removed ?? former?.removed;
    this.calls.set(change.id, {
      id: change.id,
      ...(former === undefined
        ? { users: change.users, extensions: change.extensions }
        : joinAudiences(former, change)),
      since: former?.since ?? now,
      ...(removed !== undefined && { removed }),
    });
  }

  /** Removes and returns at most `limit` calls, the first ones first. */
  take(limit: number): GatheredCall[] {
    const taken = [...this.calls.values()].slice(0, limit);
    for (const { id } of taken) this.calls.delete(id);
    return taken;
  }
}
