import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { issueToken } from '../../../src/modules/auth/issue-token.js';
import { cpuSecondsOf, MemorySampler } from '../process-usage.js';
import type { BenchServer } from '../server-process.js';
import { table } from '../table.js';
import { type Measure, single } from './part.js';

/** Of one file: what the bounds are for. */
const MOST_ROWS = 1_000_000;
const LINE_FEED = 10;

const CASES = [
  { name: 'csv', query: 'format=csv', isOfNewest: true },
  { name: 'raw', query: 'format=raw', isOfNewest: true },
  { name: 'csv, nothing matches of all calls', query: 'endReason=nothing', isOfNewest: false },
] as const;

interface Taken {
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** MiB, before it and at the highest. */
  readonly memory: { readonly before: number; readonly highest: number };
}

/** One file of the newest million calls after the other, by a client that takes what comes. */
export const measureExports: Measure = async (environment, { calls }) => {
  const { server, databaseUrl } = await environment.serveHistory();
  const from = await environment.databases.startOfNewest(databaseUrl, MOST_ROWS);
  const token = await issueToken(environment.secrets, { userId: 1, role: 'admin' });
  await take(server, 'customerPhone=01700000000', token);
  const taken: { name: string; file: Taken }[] = [];
  for (const { name, query, isOfNewest } of CASES) {
    environment.signal.throwIfAborted();
    const bounded = isOfNewest ? `${query}&from=${from}` : query;
    taken.push({ name, file: await take(server, bounded, token) });
  }
  const files = taken.map(({ file }) => file);
  const isTooSmall = calls < MOST_ROWS;
  return {
    text: table([
      ['one file', 'rows', 'MiB', 's', 'rows/s', 'CPU s', 'memory before', 'highest, MiB'],
      ...taken.map(({ name, file }) => [
        name,
        file.rows.toLocaleString('en-US'),
        (file.bytes / 1024 ** 2).toFixed(0),
        file.seconds.toFixed(1),
        (file.rows / file.seconds).toFixed(0),
        file.cpuSeconds.toFixed(1),
        file.memory.before.toFixed(0),
        file.memory.highest.toFixed(0),
      ]),
    ]),
    findings: [
      {
        bound: 'exportMemory',
        figure: single(Math.max(...files.map(({ memory }) => memory.highest - memory.before))),
        isTooSmall,
      },
      {
        bound: 'exportCpu',
        figure: single(Math.max(...files.map(({ cpuSeconds }) => cpuSeconds))),
        isTooSmall,
      },
    ],
  };
};

/** @throws {Error} when the file is cut or refused: its figures would say nothing */
async function take(server: BenchServer, query: string, token: string): Promise<Taken> {
  const sampler = new MemorySampler(server.pid);
  const cpuBefore = await cpuSecondsOf(server.pid);
  const since = performance.now();
  const request = get(`${server.url}/api/telephony/calls/export?${query}`, {
    headers: { Authorization: `Bearer ${token}` },
    agent: false,
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`An export is answered ${response.statusCode}`);
  let bytes = 0;
  let lines = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    for (const byte of chunk) if (byte === LINE_FEED) lines += 1;
  }
  const samples = sampler.stop();
  return {
    rows: lines - 1,
    bytes,
    seconds: (performance.now() - since) / 1_000,
    cpuSeconds: (await cpuSecondsOf(server.pid)) - cpuBefore,
    memory: { before: samples[0] ?? NaN, highest: Math.max(...samples) },
  };
}
