import fc from 'fast-check';
import { type Rankable, ranked } from '../../src/modules/crm/screen-pop/match-rank.js';

const time = fc.option(fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'));
const match: fc.Arbitrary<Rankable> = fc.record({
  id: fc.integer({ min: 1, max: 1_000 }),
  isChosen: fc.boolean(),
  openOrders: fc.integer({ min: 0, max: 2 }),
  orders: fc.integer({ min: 0, max: 5 }),
  newestOrderAt: time,
  lastContactAt: time,
});
const matches = fc.uniqueArray(match, { selector: ({ id }) => id, maxLength: 20 });

const NOBODY: Rankable = {
  id: 1,
  isChosen: false,
  openOrders: 0,
  orders: 0,
  newestOrderAt: null,
  lastContactAt: null,
};

describe('the order of customers with one number', () => {
  it('does not depend on the order in which they were found, and loses none', () => {
    fc.assert(
      fc.property(matches, (found) => {
        expect(ranked([...found].reverse())).toEqual(ranked(found));
        expect(new Set(ranked(found))).toEqual(new Set(found));
      }),
    );
  });

  it.each<[string, Partial<Rankable>, Partial<Rankable>]>([
    ['the chosen one before one with open orders', { isChosen: true }, { openOrders: 1, orders: 9 }],
    ['open orders before a newer order', { openOrders: 1 }, { orders: 1, newestOrderAt: '2026-01-02' }],
    ['any order before a later contact', { orders: 1 }, { lastContactAt: '2026-01-02' }],
    [
      'the newest order before a later contact',
      { orders: 1, newestOrderAt: '2026-01-02' },
      { orders: 8, newestOrderAt: '2026-01-01', lastContactAt: '2026-01-03' },
    ],
    ['the last contact before a lower id', { id: 3, lastContactAt: '2026-01-01' }, { id: 1 }],
    ['the lowest id, when nothing else differs', { id: 2 }, { id: 3 }],
    ['an open order, however many another one has', { id: 2, openOrders: 1 }, { id: 3, openOrders: 7 }],
  ])('has %s', (_what, first, second) => {
    const [a, b] = [
      { ...NOBODY, id: 5, ...first },
      { ...NOBODY, id: 6, ...second },
    ];
    expect(ranked([b, a])).toEqual([a, b]);
  });
});
