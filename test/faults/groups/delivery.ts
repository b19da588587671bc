import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { ServerProcess } from '../../support/server-process.js';
import { type Webhook, webhooksOf } from '../../support/webhook-lives.js';
import { bytesOf, newCall, secondsToNow } from '../events.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import { type Answer, jsonOf, pathOf, post } from '../http.js';
import { newId, signed, STANDARD } from '../signature.js';
import type { Stage, StageDatabase } from '../stage.js';

interface Ground {
  readonly stage: Stage;
  readonly database: StageDatabase;
  readonly servers: readonly [ServerProcess, ServerProcess];
}

async function prepare(stage: Stage): Promise<Ground> {
  const database = await stage.database('delivery');
  return { stage, database, servers: await twoServers(stage, database) };
}

async function twoServers(stage: Stage, database: StageDatabase): Promise<[ServerProcess, ServerProcess]> {
  return [await stage.server(database.url), await stage.server(database.url)];
}

function send(server: ServerProcess, { route, body }: Webhook, id = newId()): Promise<Answer> {
  return post(server.url + pathOf(route), signed(STANDARD, bytesOf(body), { id }));
}

/** How often each answer was given, such as `200 accepted`. */
function tally(answers: readonly Answer[]): Record<string, number> {
  const times: Record<string, number> = {};
  for (const answer of answers) {
    const { result, code } = jsonOf(answer);
    const name = `${answer.status} ${String(result ?? code)}`;
    times[name] = (times[name] ?? 0) + 1;
  }
  return times;
}

/** What is stored of a missed caller: receipts of those bytes, rows, tasks, lines of their notes. */
async function tracesOf(database: StageDatabase, caller: string, { body }: Webhook) {
  const [row] = await database.query(
    `SELECT (SELECT count(*)::int FROM telephony_webhook_receipts WHERE body = $2) AS receipts,
            (SELECT count(*)::int FROM telephony_calls WHERE customer_phone = $1) AS rows,
            count(*)::int AS tasks,
            coalesce(sum(cardinality(string_to_array(notes, E'\\n'))), 0)::int AS notes
       FROM crm_call_tasks WHERE customer_id = $1`,
    [caller, bytesOf(body)],
  );
  return row;
}

const HUNDRED = Array.from({ length: 100 }, (_, n) => n);

/**
 * Keeps both servers from writing calls, each with one event that waits, until `waiting` is sent: so that it is there
 * when they go on.
 */
async function whileHeldUp(
  { database, servers }: Ground,
  waiting: () => readonly Promise<Answer>[],
): Promise<Answer[]> {
  return database.whileLocked('telephony_calls', async (release) => {
    const now = secondsToNow();
    const first = servers.map((server) => {
      const { id, caller } = newCall();
      return send(server, webhooksOf(id, caller).incoming(now));
    });
    await eventually(async () =>
      mustBe('servers held up', (await database.waiting()).length, servers.length),
    );
    const rest = waiting();
    await pause(300);
    await release();
    return Promise.all([...first, ...rest]);
  });
}

function mustAllBeTaken(answers: readonly Answer[]): void {
  mustBe('answers', tally(answers), { '200 accepted': answers.length });
}

const sameAtOnce: Fault<Ground> = {
  name: 'the same event 100 times at once',
  tried: 'a missed call under one id, over two instances: 1 receipt, 1 row, 1 task, 1 note',
  run: async ({ database, servers }) => {
    const { id, caller } = newCall();
    const missed = webhooksOf(id, caller).missed(secondsToNow());
    const delivery = newId();
    const answers = await Promise.all(
      HUNDRED.map((n) => send(servers[n % 2 === 0 ? 0 : 1], missed, delivery)),
    );
    mustBe('answers', tally(answers), { '200 accepted': 1, '200 duplicate': 99 });
    mustBe('stored', await tracesOf(database, caller, missed), { receipts: 1, rows: 1, tasks: 1, notes: 1 });
  },
};

const sameUnderManyIds: Fault<Ground> = {
  name: 'the same event under 100 ids at once',
  tried: 'as a PBX that makes up an id for each attempt: 100 receipts, 1 row, 1 task, 1 note',
  run: async ({ database, servers }) => {
    const { id, caller } = newCall();
    const missed = webhooksOf(id, caller).missed(secondsToNow());
    const answers = await Promise.all(HUNDRED.map((n) => send(servers[n % 2 === 0 ? 0 : 1], missed)));
    mustAllBeTaken(answers);
    mustBe('stored', await tracesOf(database, caller, missed), {
      receipts: 100,
      rows: 1,
      tasks: 1,
      notes: 1,
    });
  },
};

const idReused: Fault<Ground> = {
  name: 'the same id with another body',
  tried: 'first the one, then the other, then the one: 200, 409 and kept in quarantine, 200',
  run: async ({ database, servers }) => {
    const { id, caller } = newCall();
    const [one, other] = [
      webhooksOf(id, caller).incoming(secondsToNow()),
      webhooksOf(id, caller).answered(secondsToNow()),
    ];
    const delivery = newId();
    const answers = [];
    for (const [webhook, server] of [
      [one, servers[0]],
      [other, servers[1]],
      [other, servers[0]],
      [one, servers[1]],
    ] as const) {
      const answer = await send(server, webhook, delivery);
      answers.push(`${answer.status} ${String(jsonOf(answer).result ?? jsonOf(answer).code)}`);
    }
    mustBe('answers', answers, [
      '200 accepted',
      '409 WEBHOOK_ID_REUSED',
      '409 WEBHOOK_ID_REUSED',
      '200 duplicate',
    ]);
    const sql = 'SELECT DISTINCT outcome FROM telephony_webhook_receipts WHERE body = $1';
    mustBe('receipt of the one', await database.query(sql, [bytesOf(one.body)]), [{ outcome: 'applied' }]);
    mustBe('receipt of the other', await database.query(sql, [bytesOf(other.body)]), [
      { outcome: 'quarantined' },
    ]);
  },
};

/** Whatever the PBX can know of a call, less what names it. */
const FACTS = `status, disposition, direction, started_at, answered_at, ended_at, duration_seconds, wait_seconds,
  agent_phone, first_agent_phone, recording_duration_seconds, end_reason, array_to_string(inferred, ',') AS inferred`;

const everyOrder: Fault<Ground> = {
  name: "every order of a call's events",
  tried:
    '5 events in 120 orders, each twice under its id and once under another, over two instances: the same row',
  run: async ({ database, servers }) => {
    const now = secondsToNow();
    const prefix = `BN-ORDER-${now}-`;
    const lives = ordersOf([0, 1, 2, 3, 4]).map((order, n) => {
      const call = webhooksOf(prefix + n, `019${String(n).padStart(8, '0')}`);
      const events = [
        call.incoming(now - 60),
        call.answered(now - 50),
        call.missed(now - 50, '202'),
        call.ended(now, 50),
        call.recording(50),
      ].map((webhook) => ({ webhook, id: newId() }));
      return order.flatMap((at) => events[at] ?? []);
    });
    // A few lives at once; the events of each one after the other.
    const queue = lives.entries();
    const live = async (): Promise<void> => {
      for (const [n, events] of queue) {
        for (const [at, { webhook, id }] of events.entries()) {
          const server = servers[(n + at) % 2 === 0 ? 0 : 1];
          mustBe('answer', tally([await send(server, webhook, id)]), { '200 accepted': 1 });
        }
        for (const { webhook, id } of events.toReversed()) {
          mustBe('answer to a repeat', tally([await send(servers[n % 2 === 0 ? 1 : 0], webhook, id)]), {
            '200 duplicate': 1,
          });
          mustBe('answer', tally([await send(servers[n % 2 === 0 ? 0 : 1], webhook)]), { '200 accepted': 1 });
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, live));
    const rows = await database.query<{ rows: number; status: string }>(
      `SELECT count(*)::int AS rows, ${FACTS} FROM telephony_calls
        WHERE external_call_id LIKE $1 OR customer_phone LIKE '019%' GROUP BY ${FACTS.replace(' AS inferred', '')}`,
      [`${prefix}%`],
    );
    must(rows.length === 1, `${rows.length} different rows: ${JSON.stringify(rows.slice(0, 3))}`);
    mustBe('rows that are the same', [rows[0]?.rows, rows[0]?.status], [120, 'completed']);
    const tasks = `SELECT count(*) FROM crm_call_tasks WHERE customer_id LIKE '019%' AND status <> 'skipped'`;
    mustBe('tasks that stand', await database.count(tasks), 0);
    return `120 rows, all the same`;
  },
};

const rollback: Fault<Ground> = {
  name: 'the first transaction rolls back while its twin waits',
  tried: 'the same delivery to two instances, the connection of the first killed in its transaction',
  run: async ({ database, servers }) => {
    const { id, caller } = newCall();
    const missed = webhooksOf(id, caller).missed(secondsToNow());
    const delivery = newId();
    const [first, twin] = await database.whileLocked('telephony_calls', async (release) => {
      const one = send(servers[0], missed, delivery);
      const [pid] = await eventually(async () => {
        const waiting = await database.waiting();
        mustBe('transactions that wait', waiting.length, 1);
        return waiting;
      });
      const other = send(servers[1], missed, delivery);
      await eventually(async () => mustBe('transactions that wait', (await database.waiting()).length, 2));
      await database.query('SELECT pg_terminate_backend($1)', [pid]);
      await eventually(async () => must(!(await database.waiting()).includes(pid ?? 0), 'It still waits'));
      await release();
      return Promise.all([one, other]);
    });
    mustBe('answer to the twin', twin.status, 200);
    if (first.status !== 200) {
      mustBe('answer to the first', [first.status, first.retryAfter !== undefined], [503, true]);
      mustBe('answer to its retry', tally([await send(servers[0], missed, delivery)]), {
        '200 duplicate': 1,
      });
    }
    mustBe('stored', await tracesOf(database, caller, missed), { receipts: 1, rows: 1, tasks: 1, notes: 1 });
    return `first ${first.status}, twin ${twin.status}, stored once`;
  },
};

const twiceInBatch: Fault<Ground> = {
  name: 'the same call twice in a batch',
  tried: '20 calls, 6 events each, sent together while the database is held up; committed together',
  run: async (ground) => {
    const { database, servers } = ground;
    const now = secondsToNow();
    const calls = Array.from({ length: 20 }, newCall);
    const answers = await whileHeldUp(ground, () =>
      calls.flatMap(({ id, caller }) => {
        const call = webhooksOf(id, caller);
        const events = [
          call.ended(now, 50),
          call.answered(now - 50),
          call.recording(50),
          call.incoming(now - 60),
          call.ended(now, 50),
          call.missed(now - 50, '202'),
        ];
        return events.map((webhook) => send(servers[0], webhook));
      }),
    );
    mustAllBeTaken(answers);
    const ids = calls.map(({ id }) => id);
    const rows = await database.query(
      `SELECT status, duration_seconds, count(*)::int AS rows FROM telephony_calls
        WHERE customer_phone = ANY ($1) GROUP BY 1, 2`,
      [calls.map(({ caller }) => caller)],
    );
    mustBe('rows', rows, [{ status: 'completed', duration_seconds: 50, rows: 20 }]);
    const together = await database.count(
      `SELECT coalesce(max(events), 0) AS count
         FROM (SELECT count(*) AS events FROM telephony_webhook_receipts
                WHERE external_call_id = ANY ($1)
                GROUP BY external_call_id, pg_xact_commit_timestamp(xmin)) AS batch`,
      [ids],
    );
    must(together >= 2, 'No two events of a call were committed together: this was not tried');
    return `up to ${together} events of a call in one transaction`;
  },
};

const ROUNDS = 12;

const oppositeOrder: Fault<Ground> = {
  name: 'opposite-order batches from two instances',
  tried: `${ROUNDS} times: 40 calls of 20 callers to one instance, the same backwards to the other; no deadlock`,
  run: async ({ stage, database }) => {
    const servers = await twoServers(stage, database);
    const ground = { stage, database, servers };
    const deadlocks = 'SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()';
    const before = await database.count(deadlocks);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const now = secondsToNow();
      const callers = Array.from({ length: 20 }, newCall);
      const calls = callers.flatMap(({ id, caller }) =>
        ['201', '202'].map((extension) => ({ call: webhooksOf(`${id}-${extension}`, caller), extension })),
      );
      const answers = await whileHeldUp(ground, () => [
        ...calls.flatMap(({ call, extension }) => [
          send(servers[0], call.incoming(now - 30, extension)),
          send(servers[0], call.missed(now - 5, extension)),
        ]),
        ...calls
          .toReversed()
          .flatMap(({ call }) => [
            send(servers[1], call.ended(now, 0, 'no_answer')),
            send(servers[1], call.incoming(now - 30, '203')),
          ]),
      ]);
      mustAllBeTaken(answers);
    }
    // Connections write their counts down as they end, at the latest.
    for (const server of servers) {
      server.terminate();
      await server.exit;
    }
    mustBe('deadlocks', (await database.count(deadlocks)) - before, 0);
    const log = await database.cluster.log();
    must(!log.includes('deadlock detected'), 'PostgreSQL logged a deadlock');
    return `${ROUNDS * 162} events, no deadlock`;
  },
};

/** Back-off of a failed event begins with a second and doubles. */
const RETRIED_WITHIN_MS = 40_000;

const badRow: Fault<Ground> = {
  name: 'a row the database refuses, among 40 that it takes',
  tried: 'one batch: the neighbours are committed, the bad one stays as failed and is applied once it can be',
  run: async (ground) => {
    const { database, servers } = ground;
    await database.query(`
      CREATE FUNCTION refuse_bad() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'refused for the test' USING ERRCODE = 'check_violation'; END $$`);
    await database.query(`
      CREATE TRIGGER refuse_bad BEFORE INSERT OR UPDATE ON telephony_calls FOR EACH ROW
        WHEN (NEW.external_call_id LIKE 'BN-BAD-%') EXECUTE FUNCTION refuse_bad()`);
    const now = secondsToNow();
    const bad = webhooksOf(`BN-BAD-${now}`, newCall().caller).incoming(now);
    const neighbours = Array.from({ length: 40 }, newCall);
    let answerToBad: Answer | undefined;
    const answers = await whileHeldUp(ground, () =>
      neighbours.map(async ({ id, caller }, n) => {
        if (n === 20) void send(servers[0], bad).then((answer) => (answerToBad = answer));
        return send(servers[0], webhooksOf(id, caller).incoming(now));
      }),
    );
    mustAllBeTaken(answers);
    const outcome = 'SELECT outcome FROM telephony_webhook_receipts WHERE body = $1';
    const { status } = await eventually(
      () => answerToBad ?? Promise.reject(new Error('The bad one is not answered')),
    );
    mustBe('answer to the bad one', status, 200);
    mustBe('receipt of the bad one', await database.query(outcome, [bytesOf(bad.body)]), [
      { outcome: 'failed' },
    ]);
    await database.query('DROP TRIGGER refuse_bad ON telephony_calls');
    await eventually(
      async () =>
        mustBe('receipt of the bad one', await database.query(outcome, [bytesOf(bad.body)]), [
          { outcome: 'applied' },
        ]),
      RETRIED_WITHIN_MS,
    );
    const rows = 'SELECT count(*) FROM telephony_calls WHERE external_call_id LIKE $1';
    mustBe('rows of the bad one', await database.count(rows, ['BN-BAD-%']), 1);
  },
};

export const delivery = faultGroup('delivery', prepare, [
  sameAtOnce,
  sameUnderManyIds,
  idReused,
  everyOrder,
  rollback,
  twiceInBatch,
  badRow,
  oppositeOrder,
]);

function ordersOf<T>(items: readonly T[]): T[][] {
  return items.length <= 1
    ? [[...items]]
    : items.flatMap((item, i) => ordersOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
