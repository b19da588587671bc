import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import { webhooksOf } from '../../support/webhook-lives.js';
import { mustHaveKept } from '../evidence.js';
import { bytesOf, newCall, secondsToNow } from '../events.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import { jsonOf, pathOf, post } from '../http.js';
import { MemoryWatch } from '../memory.js';
import { newId, signed, STANDARD } from '../signature.js';
import type { FaultEnvironment } from '../fault-environment.js';

const CONNECTIONS = 16;

/** Upper bound of the service's resident memory, in MiB. */
const MEMORY_LIMIT = 250;

/** Statement timeout of the service, and how much later its response may be, in milliseconds. */
const STATEMENT_LIMIT = 2_000;
const GRACE = 1_000;

const down: Fault<FaultEnvironment> = {
  name: 'database down',
  tried: '60 s, under load: 503 + Retry-After, bounded memory, back without a restart',
  run: async (environment) => {
    const database = await environment.database('database_down');
    const service = await environment.server(database.url);
    const load = environment.load({ series: 1, url: () => service.url, connections: CONNECTIONS });
    await load.progress(100);
    const memory = new MemoryWatch(service.pid);
    await environment.cluster.stop();
    await pause(environment.options.outageSeconds * 1_000);
    const refused = load.statuses.get(503) ?? 0;
    must(refused > 0, `nothing was answered with 503; ${load.summary}`);
    mustBe('liveness meanwhile', (await fetch(`${service.url}/health/live`)).status, 200);
    mustBe('readiness meanwhile', (await fetch(`${service.url}/health/ready`)).status, 503);
    await environment.cluster.start();
    await load.progress(100, 15_000);
    await load.finish();
    const { most } = memory.end();
    must(most < MEMORY_LIMIT, `${most} MiB`);
    must(service.isRunning, 'The service ended');
    mustBe('requests that got no answer', load.unanswered.length, 0);
    return `${refused} refused in ${environment.options.outageSeconds} s, at most ${most} MiB, ${await mustHaveKept(database, load)}`;
  },
};

/** Time for which nothing is forwarded, and longest response time after it: wait for a connection, then a statement. */
const DEAD_MS = 10_000;
const DEAD_ANSWER_MS = 15_000;

const halfOpen: Fault<FaultEnvironment> = {
  name: 'half-open connection',
  tried: 'under load, the network stops forwarding for 10 s; old connections stay dead: 503, then back',
  run: async (environment) => {
    const database = await environment.database('half_open');
    const { proxy, url } = await environment.proxyTo(database);
    const service = await environment.server(url, { DATABASE_STATEMENT_TIMEOUT_MS: String(STATEMENT_LIMIT) });
    const load = environment.load({ series: 1, url: () => service.url, connections: CONNECTIONS });
    await load.progress(100);
    proxy.blockTraffic();
    await pause(DEAD_MS);
    proxy.acceptConnections();
    await load.progress(100, 30_000);
    await load.finish();
    mustBe('requests that got no answer', load.unanswered.length, 0);
    must(load.slowest < DEAD_ANSWER_MS, `an answer took ${Math.round(load.slowest)} ms`);
    const kept = await mustHaveKept(database, load);
    return `slowest answer ${(load.slowest / 1000).toFixed(1)} s; ${kept}; ${load.summary}`;
  },
};

const slow: Fault<FaultEnvironment> = {
  name: 'statement slower than its limit',
  tried: `limit ${STATEMENT_LIMIT / 1000} s, telephony_calls locked: 503 within the limit, applied by the retry, once`,
  run: async (environment) => {
    const database = await environment.database('slow_statement');
    const service = await environment.server(database.url, {
      DATABASE_STATEMENT_TIMEOUT_MS: String(STATEMENT_LIMIT),
    });
    const events = Array.from({ length: 20 }, () => {
      const { id, caller } = newCall();
      const { route, body } = webhooksOf(id, caller).incoming(secondsToNow());
      return { path: pathOf(route), bytes: bytesOf(body), id: newId() };
    });
    const send = ({ path, bytes, id }: (typeof events)[number]) =>
      post(service.url + path, signed(STANDARD, bytes, { id }));
    const [first, ...rest] = events;
    const refusals = await database.whileLocked('telephony_calls', async () => {
      const answer = first === undefined ? [] : [await send(first)];
      return [...answer, ...(await Promise.all(rest.map(send)))];
    });
    mustBe(
      'answers',
      distinct(refusals.map((answer) => `${answer.status}, Retry-After ${answer.retryAfter !== undefined}`)),
      ['503, Retry-After true'],
    );
    const alone = refusals[0]?.milliseconds ?? Infinity;
    must(alone < STATEMENT_LIMIT + GRACE, `503 only after ${Math.round(alone)} ms`);
    // An event that arrives during a waiting statement may also wait for that one.
    const slowest = Math.max(...refusals.map(({ milliseconds }) => milliseconds));
    must(
      slowest < 2 * STATEMENT_LIMIT + GRACE,
      `19 at once were answered after ${refusals
        .slice(1)
        .map(({ milliseconds }) => (milliseconds / 1000).toFixed(1))
        .join(', ')} s`,
    );
    for (const event of events) {
      mustBe('answer to the retry', jsonOf(await send(event)).status, 'ok');
      const sql = `SELECT count(*) FROM telephony_webhook_receipts WHERE body = $1 AND outcome = 'applied'`;
      mustBe('receipts', await database.count(sql, [event.bytes]), 1);
    }
    mustBe('rows', await database.count('SELECT count(*) FROM telephony_calls'), events.length);
    return `503 after ${(alone / 1000).toFixed(1)} s, 19 at once after ${(slowest / 1000).toFixed(1)} s at most`;
  },
};

const full: Fault<FaultEnvironment> = {
  name: 'queue full',
  tried:
    'room for 50, 200 at once while telephony_calls is locked: 429 + Retry-After while it is locked, the others 200',
  run: async (environment) => {
    const database = await environment.database('queue_full');
    const service = await environment.server(database.url, { WEBHOOK_QUEUE_LIMIT: '50' });
    const events = Array.from({ length: 200 }, () => {
      const { id, caller } = newCall();
      const { route, body } = webhooksOf(id, caller).incoming(secondsToNow());
      return { path: pathOf(route), bytes: bytesOf(body), id: newId() };
    });
    const send = ({ path, bytes, id }: (typeof events)[number]) =>
      post(service.url + path, signed(STANDARD, bytes, { id }));
    const answers = await database.whileLocked('telephony_calls', async (release) => {
      const sent = events.map(send);
      let answered = 0;
      const count = () => (answered += 1);
      for (const answer of sent) void answer.then(count, count);
      await eventually(
        () => must(answered >= 150, `Only ${answered} of 200 were answered while the queue was full`),
        8_000,
      );
      await release();
      return Promise.all(sent);
    });
    const refused = answers.filter(({ status }) => status === 429);
    mustBe(
      'refusals',
      distinct(
        refused.map(
          (answer) => `${String(jsonOf(answer).code)}, Retry-After ${answer.retryAfter !== undefined}`,
        ),
      ),
      ['WEBHOOK_QUEUE_FULL, Retry-After true'],
    );
    mustBe(
      'answers to the others',
      distinct(answers.filter((answer) => !refused.includes(answer)).map(({ status }) => String(status))),
      ['200'],
    );
    const slowest = Math.max(...refused.map(({ milliseconds }) => milliseconds));
    for (const event of events) mustBe('answer to the retry', (await send(event)).status, 200);
    mustBe('receipts', await database.receipts(), events.length);
    return `${refused.length} of 200 refused, within ${Math.round(slowest)} ms; all there after a retry`;
  },
};

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

export const database = faultGroup('database', (environment) => Promise.resolve(environment), [
  down,
  halfOpen,
  slow,
  full,
]);
