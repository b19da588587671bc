import { boundsTable, isMet } from '../bench/bounds.js';

const one = (median: number): { median: number; lowest: number; highest: number } => ({
  median,
  lowest: median,
  highest: median,
});

describe('the bounds of the bench', () => {
  it.each([
    ['baseline', 0.8, true],
    ['baseline', 0.7999, false],
    ['fsyncs', 0.05, true],
    ['fsyncs', 0.051, false],
    ['memory', 249.9, true],
    ['memory', 250, false],
    ['lost', 0, true],
    ['lost', 1, false],
  ] as const)('%s: %d is met: %s', (bound, figure, met) => {
    expect(isMet(bound, figure)).toBe(met);
  });

  it('are not met by what could not be measured', () => {
    for (const bound of ['baseline', 'fsyncs', 'memory'] as const) expect(isMet(bound, NaN)).toBe(false);
  });

  it('stand in one table, each with its figure and the verdict', () => {
    const findings = [
      { bound: 'baseline', figure: { median: 0.85, lowest: 0.75, highest: 0.95 } },
      { bound: 'peer', figure: one(8) },
      { bound: 'growth', figure: one(0.95), isTooSmall: true },
    ] as const;
    expect(boundsTable(findings, true)).toBe(
      [
        'bound                                  due  figure    from .. to',
        'throughput, ours / baseline  at least 0.80    0.85  0.75 .. 0.95         met',
        'throughput, ours / peer       at least 9.0     8.0                   NOT MET',
        'throughput, full / empty     at least 0.90    0.95                not judged',
      ].join('\n'),
    );
  });

  it('are not judged by a mere look', () => {
    expect(boundsTable([{ bound: 'baseline', figure: one(0.1) }], false)).toContain('not judged');
  });
});
