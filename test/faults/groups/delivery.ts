import { eventually } from '../../support/eventually.js';
import { type Webhook, webhooksOf } from '../../support/webhook-lives.js';
import { bytesOf, newCall, secondsToNow } from '../events.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import { jsonOf } from '../http.js';
import { mustAllBeTaken, type Pair, pairOn, send, countAnswers } from '../pair.js';
import { newId } from '../signature.js';
import type { FaultDatabase } from '../fault-environment.js';

/** Counts what is stored for a missed caller: receipts with this body, calls, tasks and lines of their notes. */
async function tracesOf(database: FaultDatabase, caller: string, { body }: Webhook) {
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

const sameAtOnce: Fault<Pair> = {
  name: 'the same event 100 times at once',
  tried: 'a missed call under one id, over two instances: 1 receipt, 1 row, 1 task, 1 note',
  run: async ({ database, servers }) => {
    const { id, caller } = newCall();
    const missed = webhooksOf(id, caller).missed(secondsToNow());
    const delivery = newId();
    const answers = await Promise.all(
      HUNDRED.map((n) => send(servers[n % 2 === 0 ? 0 : 1], missed, delivery)),
    );
    mustBe('answers', countAnswers(answers), { '200 accepted': 1, '200 duplicate': 99 });
    mustBe('stored', await tracesOf(database, caller, missed), { receipts: 1, rows: 1, tasks: 1, notes: 1 });
  },
};

const sameUnderManyIds: Fault<Pair> = {
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

const idReused: Fault<Pair> = {
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

/** The columns derived from events, except for those that identify the call. */
const FACTS = `status, disposition, direction, started_at, answered_at, ended_at, duration_seconds, wait_seconds,
  agent_phone, first_agent_phone, recording_duration_seconds, end_reason, array_to_string(inferred, ',') AS inferred`;

const everyOrder: Fault<Pair> = {
  name: "every order of a call's events",
  tried:
    '5 events in 120 orders, each twice under its id and once under another, over two instances: the same row',
  run: async ({ database, servers }) => {
    const now = secondsToNow();
    const prefix = `BN-ORDER-${now}-`;
    const calls = ordersOf([0, 1, 2, 3, 4]).map((order, n) => {
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
    // Several calls concurrently; the events of each call one after the other.
    const queue = calls.entries();
    const sendCalls = async (): Promise<void> => {
      for (const [n, events] of queue) {
        for (const [at, { webhook, id }] of events.entries()) {
          const server = servers[(n + at) % 2 === 0 ? 0 : 1];
          mustBe('answer', countAnswers([await send(server, webhook, id)]), { '200 accepted': 1 });
        }
        for (const { webhook, id } of events.toReversed()) {
          mustBe(
            'answer to a repeat',
            countAnswers([await send(servers[n % 2 === 0 ? 1 : 0], webhook, id)]),
            {
              '200 duplicate': 1,
            },
          );
          mustBe('answer', countAnswers([await send(servers[n % 2 === 0 ? 0 : 1], webhook)]), {
            '200 accepted': 1,
          });
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, sendCalls));
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

const rollback: Fault<Pair> = {
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
      mustBe('answer to its retry', countAnswers([await send(servers[0], missed, delivery)]), {
        '200 duplicate': 1,
      });
    }
    mustBe('stored', await tracesOf(database, caller, missed), { receipts: 1, rows: 1, tasks: 1, notes: 1 });
    return `first ${first.status}, twin ${twin.status}, stored once`;
  },
};

export const delivery = faultGroup(
  'delivery',
  async (environment) => pairOn(environment, await environment.database('delivery')),
  [sameAtOnce, sameUnderManyIds, idReused, everyOrder, rollback],
);

function ordersOf<T>(items: readonly T[]): T[][] {
  return items.length <= 1
    ? [[...items]]
    : items.flatMap((item, i) => ordersOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
