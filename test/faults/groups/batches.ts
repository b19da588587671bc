import { eventually } from '../../support/eventually.js';
import { webhooksOf } from '../../support/webhook-lives.js';
import { bytesOf, newCall, secondsToNow } from '../events.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import type { Answer } from '../http.js';
import { mustAllBeTaken, type Pair, pairOn, send, whileBlocked } from '../pair.js';

const twiceInBatch: Fault<Pair> = {
  name: 'the same call twice in a batch',
  tried: '20 calls, 6 events each, sent together while the database is held up; committed together',
  run: async (pair) => {
    const { database, servers } = pair;
    const now = secondsToNow();
    const calls = Array.from({ length: 20 }, newCall);
    const answers = await whileBlocked(pair, () =>
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

const oppositeOrder: Fault<Pair> = {
  name: 'opposite-order batches from two instances',
  tried: `${ROUNDS} times: 40 calls of 20 callers to one instance, the same backwards to the other; no deadlock`,
  run: async ({ environment, database }) => {
    const pair = await pairOn(environment, database);
    const { servers } = pair;
    const deadlocks = 'SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()';
    const before = await database.count(deadlocks);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const now = secondsToNow();
      const callers = Array.from({ length: 20 }, newCall);
      const calls = callers.flatMap(({ id, caller }) =>
        ['201', '202'].map((extension) => ({ call: webhooksOf(`${id}-${extension}`, caller), extension })),
      );
      const answers = await whileBlocked(pair, () => [
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
    // Backends report their statistics at the latest when they end.
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

/** The retry delay of a failed event begins with one second and doubles. */
const RETRIED_WITHIN_MS = 40_000;

const badRow: Fault<Pair> = {
  name: 'a row the database refuses, among 40 that it takes',
  tried: 'one batch: the neighbours are committed, the bad one stays as failed and is applied once it can be',
  run: async (pair) => {
    const { database, servers } = pair;
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
    const answers = await whileBlocked(pair, () =>
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

export const batches = faultGroup(
  'batches',
  async (environment) => pairOn(environment, await environment.database('batches')),
  [twiceInBatch, badRow, oppositeOrder],
);
