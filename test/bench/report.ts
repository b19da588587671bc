import { cpus, totalmem } from 'node:os';
import type { Options } from './command-line.js';
import type { ServerFacts } from './databases.js';
import type { Measurement, Results } from './bench-environment.js';
import { median, table } from './table.js';

export function conditionsText(options: Options, connections: number, database: ServerFacts): string {
  const { rounds, seconds, rows } = options;
  const [cpu] = cpus();
  const settings = Object.entries(database.settings).map(([name, value]) => `${name} ${value}`);
  const lines: [string, string][] = [
    ['date', new Date().toISOString()],
    ['machine', `${cpu?.model.trim() ?? 'CPU unknown'}, ${cpus().length} cores, ${gigabytes(totalmem())} GB`],
    ['software', `Node ${process.versions.node}, PostgreSQL ${database.version} (${settings.join(', ')})`],
    ['load', `${connections} requests at once unless told otherwise, signed, from this machine`],
    ['rounds', `${rounds}, each ${seconds} s for everyone in turn`],
    ['full', `${count(rows)} calls of the past year, with their receipts and tasks`],
    ['logging', 'errors only, on all servers alike'],
  ];
  return lines.map(([name, fact]) => `${name.padEnd(10)}${fact}`).join('\n');
}

/** Medians of the rounds, one line per target. */
export function resultsTable<V extends string>(results: Results<V>): string {
  const rows = Object.entries<readonly Measurement[]>(results).map(([name, rounds]) => {
    const mid = (of: (measurement: Measurement) => number): number => median(rounds.map(of));
    return [
      name,
      count(mid(({ requestsPerSecond }) => requestsPerSecond)),
      milliseconds(mid(({ p50 }) => p50)),
      milliseconds(mid(({ p99 }) => p99)),
      count(mid(({ serverCpuMicros }) => serverCpuMicros)),
      count(mid(({ generatorCpuMicros }) => generatorCpuMicros)),
      count(Math.max(...rounds.flatMap(({ memory }) => memory))),
      count(rounds.reduce((sum, { failed, lost }) => sum + failed + lost, 0)),
    ];
  });
  const heading = [
    'median of the rounds',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'CPU µs',
    'load µs',
    'MiB',
    'failed',
  ];
  return table([heading, ...rows]);
}

export const LEGEND = `CPU µs: what the server's process spends on a request; load µs: what making and reading it costs the load, on the same
cores; MiB: the highest resident memory of the server. PostgreSQL is in none of them.`;

function milliseconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

function count(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '?';
}

function gigabytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(0);
}
