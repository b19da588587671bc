import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cursorOf } from '../../../src/common/http/list-position.js';
import { LISTED_COLUMNS } from '../../../src/modules/telephony/calls/dto/call.dto.js';
import type { CallListDto } from '../../../src/modules/telephony/calls/dto/call.dto.js';
import { issueToken } from '../../../src/modules/auth/issue-token.js';
import { callIdOf, numberOf } from '../population.js';
import { JsonClient } from '../json-client.js';
import { median, quantile, table } from '../table.js';
import { type Measure, single } from './part.js';

const MOST_CALLS = 5_000_000;
const PAGE = 50;
const DUE_MS = 100;
const FULL_DUE_MS = 1_000;
/** A search that has not come to an end by then counts as one that does not. */
const GIVEN_UP_MS = 1_500;
const WORST = 12;

const run = promisify(execFile);

/** A filter of the log: its parameters, and what it is as SQL on `call`, where the bare statement is measured too. */
interface Filter {
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  readonly sql?: string;
}

function filtersOf(calls: number, now: Date): Filter[] {
  const number = numberOf(((calls - 100) * 31_337) % 400_000);
  const day = (before: number): string =>
    new Date(now.getTime() - before * 86_400_000).toISOString().slice(0, 10);
  const filter = (name: string, value: string, sql?: string): Filter => ({
    name,
    query: { [name]: value },
    ...(sql !== undefined && { sql }),
  });
  return [
    { name: 'thirty days', query: { from: day(90), to: day(60) } },
    filter('rangeDays', '7'),
    filter('direction', 'inbound', `call.direction = 'inbound'`),
    filter('status', 'failed', `call.status = 'failed'`),
    { name: 'status of few', query: { status: 'ringing' } },
    { name: 'status missed', query: { status: 'missed' } },
    filter('disposition', 'abandoned', `call.disposition = 'abandoned'`),
    filter('agentUserId', '7', 'call.agent_user_id = 7'),
    filter('customerPhone', number, `call.customer_number_e164 = '+88${number}'`),
    { name: 'part of a number', query: { customerPhone: number.slice(-4) } },
    filter('customerId', '4711'),
    filter('externalCallId', callIdOf(Math.floor(calls / 2))),
    filter('crmCallId', 'TELEPHONY-12'),
    filter('taskId', '50'),
    filter('extension', '207'),
    filter('queueName', 'queue-3', `call.queue_name = 'queue-3'`),
    filter('trunkName', 'trunk-2', `call.trunk_name = 'trunk-2'`),
    filter('endReason', 'busy', `call.end_reason = 'busy'`),
    filter('hasRecording', 'true', 'call.recording_url IS NOT NULL'),
    filter('minDuration', '410', 'call.duration_seconds >= 410'),
    filter('maxDuration', '20', 'call.duration_seconds <= 20'),
    filter('minWait', '72', 'call.wait_seconds >= 72'),
    filter('maxWait', '3', 'call.wait_seconds <= 3'),
    filter('missedUnanswered', 'true'),
    filter('figure', 'lostBusy'),
    filter('hour', '10'),
    filter('weekday', '3'),
  ];
}

/** Each filter, and each pair of filters of different parameters. */
function combinationsOf(filters: readonly Filter[]): Filter[] {
  const pairs = filters.flatMap((one, index) =>
    filters
      .slice(index + 1)
      .filter((other) => Object.keys(other.query).every((name) => !(name in one.query)))
      .filter((other) => !('rangeDays' in other.query && 'from' in one.query))
      .map((other) => ({
        name: `${one.name} + ${other.name}`,
        query: { ...one.query, ...other.query },
      })),
  );
  return [{ name: 'no filter', query: {}, sql: 'true' }, ...filters, ...pairs];
}

interface Search {
  /** Of each request, in milliseconds. */
  readonly requests: readonly number[];
  /** To a full page or the end of the list; null: given up. */
  readonly wholeMs: number | null;
}

/** Follows `nextCursor` as the page of the log does. */
async function search(client: JsonClient, query: Filter['query'], cursor: string | null): Promise<Search> {
  const requests: number[] = [];
  const since = performance.now();
  let found = 0;
  for (let next = cursor; ;) {
    const { body, milliseconds } = await client.get<CallListDto>('telephony/calls', {
      ...query,
      limit: String(PAGE),
      ...(next !== null && { cursor: next }),
    });
    requests.push(milliseconds);
    found += body.items.length;
    const wholeMs = performance.now() - since;
    if (found >= PAGE || body.nextCursor === null) return { requests, wholeMs };
    if (wholeMs > GIVEN_UP_MS) return { requests, wholeMs: null };
    next = body.nextCursor;
  }
}

interface Measured {
  readonly name: string;
  readonly requests: number[];
  /** Infinity: given up. */
  readonly wholes: number[];
}

export const measureLog: Measure = async (environment, { calls, rounds }) => {
  const { server, databaseUrl } = await environment.serveHistory();
  const supervisor = new JsonClient(
    server.url,
    await issueToken(environment.secrets, { userId: 1, role: 'admin' }),
  );
  const agent = new JsonClient(
    server.url,
    await issueToken(environment.secrets, { userId: 7, role: 'agent', extension: '207' }),
  );
  const middle = await environment.databases.startOfNewest(databaseUrl, Math.floor(calls / 2));
  const depths = [null, cursorOf({ at: middle.replace('Z', '000Z'), id: '1' })];

  const filters = filtersOf(calls, new Date());
  const measured: Measured[] = [];
  for (const { name, query } of combinationsOf(filters)) {
    environment.signal.throwIfAborted();
    const one: Measured = { name, requests: [], wholes: [] };
    for (const cursor of depths) {
      await search(supervisor, query, cursor);
      for (let round = 0; round < rounds; round += 1) {
        const { requests, wholeMs } = await search(supervisor, query, cursor);
        one.requests.push(...requests);
        one.wholes.push(wholeMs ?? Infinity);
      }
    }
    measured.push(one);
  }
  const own: number[] = [];
  for (let n = 0; n < rounds * 40; n += 1) {
    own.push(...(await search(agent, {}, depths[n % depths.length] ?? null)).requests);
  }
  const ratios = await compareWithPsql(supervisor, databaseUrl, filters, rounds);

  const p95 = (one: Measured): number => quantile(one.requests, 0.95);
  const whole = (one: Measured): number => Math.max(...one.wholes);
  const slow = measured.filter((one) => p95(one) > DUE_MS);
  const late = measured.filter((one) => whole(one) > FULL_DUE_MS);
  const worst = [...measured].sort((a, b) => p95(b) - p95(a)).slice(0, WORST);
  const isTooSmall = calls < MOST_CALLS;
  return {
    text: [
      table([
        [`${measured.length} filters and pairs, the slowest, ms`, 'p50', 'p95', 'highest', 'to a full page'],
        ...worst.map((one) => [
          one.name,
          quantile(one.requests, 0.5).toFixed(0),
          p95(one).toFixed(0),
          Math.max(...one.requests).toFixed(0),
          Number.isFinite(whole(one)) ? whole(one).toFixed(0) : 'given up',
        ]),
        [
          'all requests',
          ...[0.5, 0.95, 1].map((share) =>
            quantile(
              measured.flatMap(({ requests }) => requests),
              share,
            ).toFixed(0),
          ),
        ],
        ["an agent's own list", ...[0.5, 0.95, 1].map((share) => quantile(own, share).toFixed(0))],
      ]),
      `Beyond ${DUE_MS} ms p95 a request: ${slow.length} of ${measured.length}${slow.length === 0 ? '' : `, ${slow.map(({ name }) => name).join('; ')}`}`,
      `Beyond ${FULL_DUE_MS} ms to a full page or the end: ${late.length}, ${late.map(({ name }) => name).join('; ')}`,
      '',
      table([
        ['first page with its count / bare statements by psql, ms', 'ours', 'psql', 'ratio'],
        ...ratios.map(({ name, ours, bare }) => [
          name,
          ours.toFixed(1),
          bare.toFixed(1),
          (ours / bare).toFixed(2),
        ]),
      ]),
    ].join('\n'),
    findings: [
      { bound: 'logRequest', figure: single(Math.max(...measured.map(p95))), isTooSmall },
      { bound: 'logSlow', figure: single(slow.length), isTooSmall },
      { bound: 'logLate', figure: single(late.length), isTooSmall },
      { bound: 'logOwn', figure: single(quantile(own, 0.95)), isTooSmall },
      {
        bound: 'logRatio',
        figure: single(Math.max(...ratios.map(({ ours, bare }) => ours / bare))),
        isTooSmall,
      },
    ],
  };
};

interface Compared {
  readonly name: string;
  readonly ours: number;
  readonly bare: number;
}

/** The same page and the same bounded count as a person would ask psql for them. */
async function compareWithPsql(
  client: JsonClient,
  url: string,
  filters: readonly Filter[],
  rounds: number,
): Promise<Compared[]> {
  const columns = LISTED_COLUMNS.map(
    (name) => `call.${name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)}`,
  ).join(', ');
  const compared: Compared[] = [];
  for (const { name, query, sql } of filters) {
    if (sql === undefined) continue;
    const ours: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const { milliseconds } = await client.get('telephony/calls', { ...query, limit: String(PAGE) });
      if (round > 0) ours.push(milliseconds);
    }
    const page = `SELECT ${columns} FROM telephony_calls call WHERE ${sql} ORDER BY call.started_at DESC, call.id DESC LIMIT ${PAGE}`;
    const count = `SELECT count(*) FROM (SELECT FROM telephony_calls call WHERE ${sql} LIMIT 10001) AS found`;
    const bare: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const times = await timesByPsql(url, [page, count]);
      if (round > 0) bare.push(times.reduce((sum, time) => sum + time, 0));
    }
    compared.push({ name, ours: median(ours), bare: median(bare) });
  }
  return compared;
}

/** As psql prints them with \timing: from the statement to its last row. Each statement runs a second time, warm. */
async function timesByPsql(url: string, statements: readonly string[]): Promise<number[]> {
  const commands = ['\\timing on', ...statements.flatMap((statement) => [statement, statement])];
  const { stdout } = await run(
    'psql',
    [
      url,
      '--no-psqlrc',
      '--quiet',
      '--tuples-only',
      ...commands.flatMap((command) => ['--command', command]),
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const times = [...stdout.matchAll(/^Time: ([\d.]+) ms/gmu)].map(([, time]) => Number(time));
  return times.filter((_, index) => index % 2 === 1);
}
