import { cpus, totalmem } from 'node:os';
import type { ServerFacts } from './databases.js';
import type { Load } from './load-generator.js';
import { median, type Ratio, ratioOf, table } from './table.js';
import type { Workload } from './workload.js';

/** What is measured: who answers, and on which database. The floor has none. */
export const VARIANTS = ['floor', 'ours-empty', 'peer-empty', 'ours-full', 'peer-full'] as const;
export type Variant = (typeof VARIANTS)[number];

/** One load for each round, oldest first. */
export type Results = Readonly<Record<Variant, readonly Load[]>>;

/** Throughput on so many calls, of that on an empty database, that the service owes. */
const DUE_GROWTH = 0.8;
const DUE_ROWS = 500_000;

const TITLES: Readonly<Record<Workload, string>> = {
  webhook: 'Webhooks: a call comes in, is answered, ends; three requests on their own routes',
  start: 'Starts: an agent clicks to call, each time another customer; mock mode',
};

export interface Conditions {
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: number;
  readonly connections: number;
}

export function conditionsText(conditions: Conditions, database: ServerFacts): string {
  const { rounds, seconds, rows, connections } = conditions;
  const [cpu] = cpus();
  const settings = Object.entries(database.settings).map(([name, value]) => `${name} ${value}`);
  const lines: [string, string][] = [
    ['date', new Date().toISOString()],
    ['machine', `${cpu?.model.trim() ?? 'CPU unknown'}, ${cpus().length} cores, ${gigabytes(totalmem())} GB`],
    ['software', `Node ${process.versions.node}, PostgreSQL ${database.version} (${settings.join(', ')})`],
    ['load', `${connections} requests at once, from this machine`],
    ['rounds', `${rounds}, each ${seconds} s for everyone in turn`],
    ['full', `${count(rows)} calls of the past year, with their receipts, tasks and customers`],
  ];
  return lines.map(([name, fact]) => `${name.padEnd(10)}${fact}`).join('\n');
}

export function resultsText(workload: Workload, results: Results, { rows }: Conditions): string {
  const label = (variant: Variant): string => {
    const [who = '', size] = variant.split('-');
    return size === undefined
      ? `${who}, no database`
      : `${who}, ${size === 'full' ? `${count(rows)} calls` : 'empty'}`;
  };
  const speed = (variant: Variant): number[] => results[variant].map((load) => load.requestsPerSecond);
  const ratioRow = (name: string, of: Variant, to: Variant, due = ''): string[] => {
    const ratio = ratioOf(speed(of), speed(to));
    return [name, figure(ratio.median), spread(ratio), due];
  };
  const growth = ratioOf(speed('ours-full'), speed('ours-empty')).median;
  const full = `${count(rows)} calls`;

  return [
    TITLES[workload],
    '',
    table([
      ['median of the rounds', 'requests/s', 'p50 ms', 'p99 ms', 'failed'],
      ...VARIANTS.map((variant) => [
        label(variant),
        count(median(speed(variant))),
        count(median(results[variant].map(({ p50 }) => p50))),
        count(median(results[variant].map(({ p99 }) => p99))),
        count(results[variant].reduce((sum, { failed }) => sum + failed, 0)),
      ]),
    ]),
    '',
    table([
      ['throughput, round by round', 'median', 'from .. to', ''],
      ratioRow('ours / floor, empty', 'ours-empty', 'floor'),
      ratioRow(`ours / floor, ${full}`, 'ours-full', 'floor'),
      ratioRow('ours / peer, empty', 'ours-empty', 'peer-empty'),
      ratioRow(`ours / peer, ${full}`, 'ours-full', 'peer-full'),
      ratioRow(
        `ours, ${full} / empty`,
        'ours-full',
        'ours-empty',
        rows < DUE_ROWS ? '' : `due ${DUE_GROWTH}: ${growth >= DUE_GROWTH ? 'met' : 'NOT MET'}`,
      ),
      ratioRow(`peer, ${full} / empty`, 'peer-full', 'peer-empty'),
    ]),
  ].join('\n');
}

function spread({ lowest, highest }: Ratio): string {
  return `${figure(lowest)} .. ${figure(highest)}`;
}

function figure(value: number): string {
  return value.toFixed(2);
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function gigabytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(0);
}
