import type { Duplex } from 'node:stream';

/** Milliseconds from one to the next. At 100 a second they take a quarter of the event loop. */
const PACE_MS = 10;

/** The first ones of a quiet time need not wait: a browser with several tabs comes back at once. */
const MOST_AT_ONCE = 10;

/** Connections that wait at most. */
export const MOST_WAITING = 1_000;

interface Turn {
  /** @returns false: it was not taken after all */
  readonly take: () => boolean;
}

/**
 * Connections begin to sign in one after the other: each costs some milliseconds, and when another instance ends, all of its
 * browsers come within a second. Together they would hold up the webhooks.
 */
export class SocketTurns {
  private readonly waiting = new Set<Turn>();
  private timer: NodeJS.Timeout | null = null;
  /** When the latest turn is due by the pace alone, in milliseconds of `performance.now()`. */
  private paidUntil = -Infinity;

  /**
   * @param begin called at once, or when its turn comes; returns whether the connection signs in now, or else is refused and so
   * costs no turn. It is not called for a connection that ends before, or whose client sends
   * something before it is answered: that is closed.
   * @returns false: too many wait
   */
  wait(connection: Duplex, begin: () => boolean): boolean {
    if (this.waiting.size === 0 && this.isFree()) {
      if (begin()) this.pay();
      return true;
    }
    if (this.waiting.size >= MOST_WAITING) return false;
    const watched = ['readable', 'error', 'close'] as const;
    const leave = (): void => {
      this.waiting.delete(turn);
      connection.destroy();
    };
    const turn = {
      take: () => {
        this.waiting.delete(turn);
        for (const event of watched) connection.off(event, leave);
        return begin();
      },
    };
    for (const event of watched) connection.on(event, leave);
    this.waiting.add(turn);
    this.timer ??= setTimeout(() => this.next(), PACE_MS).unref();
    return true;
  }

  /** Ends all waiting at once. */
  end(): void {
    for (const turn of this.waiting) turn.take();
  }

  private next(): void {
    this.timer = null;
    for (const turn of this.waiting) {
      if (!this.isFree()) break;
      if (turn.take()) this.pay();
    }
    if (this.waiting.size > 0) this.timer = setTimeout(() => this.next(), PACE_MS).unref();
  }

  private isFree(): boolean {
    return this.paidUntil - performance.now() < MOST_AT_ONCE * PACE_MS;
  }

  private pay(): void {
    this.paidUntil = Math.max(this.paidUntil, performance.now()) + PACE_MS;
  }
}
