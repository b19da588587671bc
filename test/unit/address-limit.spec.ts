import { jest } from '@jest/globals';
import { AddressLimit } from '../../src/modules/telephony/webhooks/ingress/address-limit.js';

describe('the limit of an address', () => {
  beforeEach(() => jest.useFakeTimers({ now: 1_767_436_200_000 }));
  afterEach(() => jest.useRealTimers());

  async function takes(limit: AddressLimit, ...addresses: string[]): Promise<number[]> {
    const waits: number[] = [];
    for (const address of addresses) {
      waits.push(limit.take(address));
      await Promise.resolve();
    }
    return waits;
  }

  it('applies to that address only, and returns the remaining time', async () => {
    const limit = new AddressLimit(2, 60);
    expect(await takes(limit, '203.0.113.7', '203.0.113.7', '203.0.113.7')).toEqual([0, 0, 60]);
    expect(limit.take('203.0.113.8')).toBe(0);
    jest.advanceTimersByTime(59_500);
    expect(limit.take('203.0.113.7')).toBe(1);
    jest.advanceTimersByTime(600);
    expect(limit.take('203.0.113.7')).toBe(0);
  });

  it('counts an IPv6 network of /64 as one', async () => {
    const limit = new AddressLimit(2, 60);
    expect(await takes(limit, '2001:db8:1:2::1', '2001:db8:1:2:a:b:c:d', '2001:db8:1:2::')).toEqual([
      0, 0, 60,
    ]);
    expect(await takes(limit, '2001:db8:1:3::1', '2001:db8::1', '::1')).toEqual([0, 0, 0]);
    expect(await takes(limit, '2001:db8::2', '2001:db8:0:0::3')).toEqual([0, 60]);
  });

  it('tracks ten thousand addresses and counts all others together', async () => {
    const limit = new AddressLimit(1, 60);
    for (let i = 0; i < 10_000; i += 1) limit.take(`10.0.${i >> 8}.${i & 255}`);
    await Promise.resolve();
    expect(await takes(limit, '198.51.100.1', '198.51.100.2')).toEqual([0, 60]);
    expect(limit.take('10.0.0.0')).toBe(60);
    jest.advanceTimersByTime(60_000);
    expect(await takes(limit, '198.51.100.1', '198.51.100.2')).toEqual([0, 0]);
  });
});
