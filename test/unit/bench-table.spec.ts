import { median, ratioOf, table } from '../bench/table.js';

describe('median', () => {
  it('is the middle one, in whatever order they come', () => {
    expect(median([900, 100, 20, 3, 500])).toBe(100);
  });

  it('is half-way between the two middle ones of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('leaves the rounds in their order', () => {
    const rounds = [3, 1, 2];
    median(rounds);
    expect(rounds).toEqual([3, 1, 2]);
  });

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('ratioOf', () => {
  it('compares the two of each round, so that a slow spell of the machine changes nothing', () => {
    expect(ratioOf([900, 90, 450], [1000, 100, 500])).toEqual({ median: 0.9, lowest: 0.9, highest: 0.9 });
  });

  it('says how far the rounds lie apart', () => {
    expect(ratioOf([50, 80, 60], [100, 100, 100])).toEqual({ median: 0.6, lowest: 0.5, highest: 0.8 });
  });
});

describe('table', () => {
  it('puts names to the left and figures to the right of columns as wide as their widest', () => {
    expect(
      table([
        ['', 'requests/s', 'p50'],
        ['floor', '12,345', '9'],
        ['ours, empty', '987', '1,234'],
      ]),
    ).toBe(
      [
        '             requests/s    p50',
        'floor            12,345      9',
        'ours, empty         987  1,234',
      ].join('\n'),
    );
  });
});
