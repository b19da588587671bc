import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Addresses that are counted one by one at a time; all further ones share one count, so that memory is bounded. */
const MAX_ADDRESSES = 10_000;

const ALL_OTHERS = 'all others';

/** So many in so many seconds for each address; an IPv6 network of /64, which is one customer's, counts as one. */
export class AddressLimit {
  private readonly limiter: RateLimiterMemory;
  private counted = new Set<string>();
  private countedUntil = 0;

  constructor(
    private readonly most: number,
    private readonly seconds: number,
  ) {
    this.limiter = new RateLimiterMemory({ points: most, duration: seconds });
  }

  /** Counts one of this address. Resolves to 0 within the limit, else to the seconds after which it may come back. */
  async take(address: string): Promise<number> {
    const { consumedPoints, msBeforeNext } = await this.limiter.penalty(this.keyOf(address));
    return consumedPoints > this.most ? Math.max(1, Math.ceil(msBeforeNext / 1000)) : 0;
  }

  private keyOf(address: string): string {
    const now = Date.now();
    if (now >= this.countedUntil) {
      this.counted = new Set();
      this.countedUntil = now + this.seconds * 1000;
    }
    const network = networkOf(address);
    if (this.counted.has(network)) return network;
    if (this.counted.size >= MAX_ADDRESSES) return ALL_OTHERS;
    this.counted.add(network);
    return network;
  }
}

/** The first four groups of an IPv6 address; an IPv4 address as it is. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined || before.length >= 4) return before.slice(0, 4).join(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
