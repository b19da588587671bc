import type { LiveCall } from './wire.js';

/** Which calls ring at the user, as far as he was told. */
export class Rings {
  /** By call id: who had the call when it began to ring at the user; undefined: nobody had answered it. */
  private readonly holders = new Map<number, string | null | undefined>();

  /** @param call as it was when it began to ring */
  add({ id, status, agentPhone }: LiveCall): void {
    this.holders.set(id, status === 'answered' ? agentPhone : undefined);
  }

  /**
   * Ids of those of the open calls that ring at the user: nobody has answered yet, or of a transfer, nobody new.
   * @returns `former` if these are the same
   */
  among(calls: readonly LiveCall[], former: ReadonlySet<number>): ReadonlySet<number> {
    if (this.holders.size === 0) return former;
    const open = new Map(calls.map((call) => [call.id, call]));
    const ringing = new Set<number>();
    for (const [id, holder] of this.holders) {
      const call = open.get(id);
      if (call !== undefined && ringsStill(call, holder)) ringing.add(id);
      // Whether a call that was answered by mistake rings again, its status tells.
      else if (call === undefined || holder !== undefined) this.holders.delete(id);
    }
    return ringing.size === former.size && [...ringing].every((id) => former.has(id)) ? former : ringing;
  }
}

function ringsStill({ status, agentPhone }: LiveCall, holder: string | null | undefined): boolean {
  if (holder === undefined) return status === 'ringing' || status === 'initiated';
  return status === 'answered' && agentPhone === holder;
}
