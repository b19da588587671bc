import type { CallAudience } from '../../telephony/calls/domain/call-access.js';

/** What the sockets of this instance were told of a call last, or need not be told. */
export interface PushedCall {
  readonly version: number;
  readonly isOver: boolean;
  /** Who may see that version. */
  readonly audience: CallAudience;
  /** Rooms at which that version rings. */
  readonly ringing: readonly string[];
  /** Rooms that were told that it rings. Empty when it is over. */
  readonly rang: readonly string[];
}

/** The latest calls, bounded: the one that was set longest ago is forgotten first. */
export class PushedCalls {
  private readonly calls = new Map<number, PushedCall>();

  constructor(private readonly most: number) {}

  get(id: number): PushedCall | undefined {
    return this.calls.get(id);
  }

  set(id: number, call: PushedCall): void {
    this.calls.delete(id);
    this.calls.set(id, call);
    if (this.calls.size <= this.most) return;
    for (const oldest of this.calls.keys()) {
      this.calls.delete(oldest);
      return;
    }
  }

  delete(id: number): void {
    this.calls.delete(id);
  }

  openIds(): number[] {
    return [...this.calls].filter(([, { isOver }]) => !isOver).map(([id]) => id);
  }
}
