import fc from 'fast-check';
import { Backoff } from '../../src/client/spread.js';

describe('the delays between attempts', () => {
  it('grow from 1 to 5 s, each spread by half, and begin anew after a success', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (chance) => {
        const backoff = new Backoff(() => chance);
        const delays = Array.from({ length: 6 }, () => backoff.nextMs() / (0.5 + chance));
        expect(delays.map(Math.round)).toEqual([1000, 2000, 4000, 5000, 5000, 5000]);
        backoff.reset();
        expect(backoff.nextMs()).toBeCloseTo(1000 * (0.5 + chance));
      }),
    );
  });
});
