import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from '../../../../common/cidr.js';

/** Most addresses that have a counter of their own. All others share one counter, so that memory is bounded. */
const MAX_ADDRESSES = 10_000;

const ALL_OTHERS = 'all others';

/** Rate limit per address. An IPv6 /64 network, which usually is one customer's, counts as one address. */
export class AddressLimit {
  private readonly limiter: RateLimiterMemory;
  private readonly counted = new Set<string>();
  /** Addresses that have reached the limit, and until when (epoch milliseconds) they are blocked. */
  private readonly reached = new Map<string, number>();
  private periodEnds = 0;

  constructor(
    private readonly most: number,
    private readonly seconds: number,
  ) {
    this.limiter = new RateLimiterMemory({ points: most, duration: seconds });
  }

  /** Counts one request of this address. @returns 0 within the limit, else the seconds until the next is allowed */
  take(address: string): number {
    const now = Date.now();
    if (now >= this.periodEnds) this.beginPeriod(now);
    const key = this.keyOf(address);
    const until = this.reached.get(key) ?? 0;
    if (until > now) return Math.ceil((until - now) / 1000);
    void this.count(key, now);
    return 0;
  }

  /** The library counts synchronously; its promise resolves before the next request is handled. */
  private async count(key: string, now: number): Promise<void> {
    const { consumedPoints, msBeforeNext } = await this.limiter.penalty(key);
    if (consumedPoints >= this.most) this.reached.set(key, now + msBeforeNext);
  }

  private beginPeriod(now: number): void {
    this.periodEnds = now + this.seconds * 1000;
    this.counted.clear();
    for (const [key, until] of this.reached) if (until <= now) this.reached.delete(key);
  }

  private keyOf(address: string): string {
    const network = networkOf(address);
    if (this.counted.has(network)) return network;
    if (this.counted.size >= MAX_ADDRESSES) return ALL_OTHERS;
    this.counted.add(network);
    return network;
  }
}
