import { type Ratio, table } from './table.js';

interface Bound {
  readonly what: string;
  readonly sense: 'at least' | 'at most' | 'below';
  readonly due: number;
  readonly digits: number;
  readonly unit?: string;
}

/** Performance bounds of the service. Ratios are computed per round; their median is compared with the bound. */
const BOUNDS = {
  baseline: { what: 'throughput, ours / baseline', sense: 'at least', due: 0.8, digits: 2 },
  peer: { what: 'throughput, ours / peer', sense: 'at least', due: 9, digits: 1 },
  growth: { what: 'throughput, full / empty', sense: 'at least', due: 0.9, digits: 2 },
  statements: { what: 'statements for each event', sense: 'at most', due: 0.25, digits: 3 },
  fsyncs: { what: 'fsyncs for each event', sense: 'at most', due: 0.05, digits: 3 },
  memory: { what: 'memory under full load, highest', sense: 'below', due: 250, digits: 0, unit: ' MiB' },
  lost: { what: 'burst: acknowledged and lost', sense: 'at most', due: 0, digits: 0 },
  burstMemory: { what: 'burst: memory, last third / second third', sense: 'at most', due: 1.25, digits: 2 },
  rejectCpu: { what: 'forged: CPU of the server, ours / refusal', sense: 'at most', due: 1.5, digits: 2 },
  rejectTime: { what: 'forged: time for each, ours / refusal', sense: 'at most', due: 1.5, digits: 2 },
  pop: { what: 'screen-pop: p95 of SQL, slowest case', sense: 'at most', due: 5, digits: 1, unit: ' ms' },
  pushDelay: {
    what: 'push: p99 after the 200, 500 sockets, slowest feed',
    sense: 'at most',
    due: 100,
    digits: 1,
    unit: ' ms',
  },
  pushIntake: { what: 'throughput, with 300 sockets / without', sense: 'at least', due: 0.95, digits: 2 },
  pushMemory: { what: 'memory of 500 sockets', sense: 'at most', due: 20, digits: 1, unit: ' MiB' },
  pushExit: { what: 'SIGTERM: exit with 500 sockets', sense: 'at most', due: 2, digits: 2, unit: ' s' },
  pushBack: {
    what: 'SIGTERM: all sockets on the other instance',
    sense: 'at most',
    due: 10,
    digits: 2,
    unit: ' s',
  },
  pushDip: {
    what: 'SIGTERM: intake of the other, lowest / before',
    sense: 'at least',
    due: 0.5,
    digits: 2,
  },
  logRequest: {
    what: 'log: p95 of a request, of the filters and pairs',
    sense: 'at most',
    due: 100,
    digits: 0,
    unit: ' ms',
  },
  logSlow: { what: 'log: filters and pairs beyond 100 ms', sense: 'at most', due: 0, digits: 0 },
  logLate: { what: 'log: beyond 1 s to a full page or the end', sense: 'at most', due: 0, digits: 0 },
  logOwn: { what: "log: p95 of an agent's own list", sense: 'at most', due: 20, digits: 1, unit: ' ms' },
  logRatio: { what: 'log: first page / bare statements by psql', sense: 'at most', due: 3, digits: 2 },
  wallboard: { what: 'wallboard, p95', sense: 'at most', due: 50, digits: 0, unit: ' ms' },
  kpiMonth: {
    what: 'key figures of 30 days, p95, slowest kind',
    sense: 'at most',
    due: 100,
    digits: 0,
    unit: ' ms',
  },
  kpiYear: {
    what: 'key figures of a year, p95, slowest kind',
    sense: 'at most',
    due: 300,
    digits: 0,
    unit: ' ms',
  },
  crmReports: {
    what: "the CRM's six reports at once, a year, p95",
    sense: 'at most',
    due: 1_000,
    digits: 0,
    unit: ' ms',
  },
  rollupIntake: { what: 'throughput, while days are built / else', sense: 'at least', due: 0.8, digits: 2 },
  exportMemory: {
    what: 'export: memory beside that of the service',
    sense: 'at most',
    due: 130,
    digits: 0,
    unit: ' MiB',
  },
  exportCpu: { what: 'export: CPU of a file', sense: 'at most', due: 30, digits: 1, unit: ' s' },
  adoption: { what: 'adoption', sense: 'at most', due: 30, digits: 1, unit: ' s' },
} as const satisfies Readonly<Record<string, Bound>>;
export type BoundName = keyof typeof BOUNDS;

/** A measured figure for a bound. */
export interface Finding {
  readonly bound: BoundName;
  readonly figure: Ratio;
  /** Measured with less data than the bound requires. */
  readonly isTooSmall?: boolean;
}

export function isMet(name: BoundName, figure: number): boolean {
  const { sense, due }: Bound = BOUNDS[name];
  switch (sense) {
    case 'at least':
      return figure >= due;
    case 'at most':
      return figure <= due;
    case 'below':
      return figure < due;
  }
}

/** @param judges false: a trial run, whose figures are not compared with the bounds */
export function boundsTable(findings: readonly Finding[], judges: boolean): string {
  return table([
    ['bound', 'due', 'figure', 'from .. to', ''],
    ...findings.map(({ bound, figure, isTooSmall }) => {
      const { what, sense, due, digits, unit = '' }: Bound = BOUNDS[bound];
      const text = (value: number): string => value.toFixed(digits);
      const isOne = figure.lowest === figure.highest;
      const verdict = isMet(bound, figure.median) ? 'met' : 'NOT MET';
      return [
        what,
        `${sense} ${text(due)}${unit}`,
        `${text(figure.median)}${unit}`,
        isOne ? '' : `${text(figure.lowest)} .. ${text(figure.highest)}`,
        judges && isTooSmall !== true ? verdict : 'not judged',
      ];
    }),
  ]);
}
