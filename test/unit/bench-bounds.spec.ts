import { boundsTable, isMet } from '../bench/bounds.js';

const one = (median: number): { median: number; lowest: number; highest: number } => ({
  median,
  lowest: median,
  highest: median,
});

describe('the bounds of the bench', () => {
  it.each([
    ['floor', 0.6, true],
    ['floor', 0.5999, false],
    ['p99', 2.5, true],
    ['p99', 2.51, false],
    ['memory', 249.9, true],
    ['memory', 250, false],
    ['lost', 0, true],
    ['lost', 1, false],
  ] as const)('%s: %d is met: %s', (bound, figure, met) => {
    expect(isMet(bound, figure)).toBe(met);
  });

  it('are not met by what could not be measured', () => {
    for (const bound of ['floor', 'p99', 'memory'] as const) expect(isMet(bound, NaN)).toBe(false);
  });

  it('stand in one table, each with its figure and the verdict', () => {
    const findings = [
      { bound: 'floor', figure: { median: 0.7, lowest: 0.65, highest: 0.8 } },
      { bound: 'peer', figure: one(19) },
      { bound: 'growth', figure: one(0.95), isTooSmall: true },
    ] as const;
    expect(boundsTable(findings, true)).toBe(
      [
        'bound                                          due  figure    from .. to',
        'throughput, ours / floor  at least 0.60 (aim 0.85)    0.70  0.65 .. 0.80         met',
        'throughput, ours / peer              at least 20.0    19.0                   NOT MET',
        'throughput, full / empty             at least 0.90    0.95                not judged',
      ].join('\n'),
    );
  });

  it('are not judged by a mere look', () => {
    expect(boundsTable([{ bound: 'floor', figure: one(0.1) }], false)).toContain('not judged');
  });
});
