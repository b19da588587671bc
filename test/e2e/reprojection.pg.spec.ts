import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import { callStatements, customerStatements } from '../bench/seed.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { PbxEvents } from '../support/pbx-events.js';
import { Program } from '../support/program.js';
import { reprojectCallsOf } from '../support/reprojection.js';

/** Namespace of the advisory locks on callers and PBX ids. */
const CALL_LOCK = 7_301;
const CALLER = '01712345678';

function numberOf(index: number): string {
  return `017${String(10_000_000 + index)}`;
}

describe('calls that are derived again while the service runs', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  /** Holds the lock of a caller, as a batch of webhooks does, until `release`. */
  async function lockCaller(number: string): Promise<{ holder: QueryRunner; release: () => Promise<void> }> {
    const holder = app.db.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [CALL_LOCK, `+88${number}`]);
    return {
      holder,
      async release() {
        await holder.commitTransaction();
        await holder.release();
      },
    };
  }

  /** Until another session waits for a lock of this database. */
  async function waiterAppears(): Promise<void> {
    await eventually(async () => {
      const waiting: unknown[] = await app.db.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
      );
      expect(waiting).toHaveLength(1);
    });
  }

  it('an event that comes in between is not lost', async () => {
    const pbx = new PbxEvents(app, Date.now() - 3 * 86_400_000);
    await pbx.incoming('BN-1', 0, CALLER);
    await app.db.query(`UPDATE telephony_calls SET status = 'initiated'`);
    const { holder, release } = await lockCaller(CALLER);
    const run = reprojectCallsOf(app);
    await waiterAppears();
    const ended = {
      type: 'ended',
      at: pbx.time(9),
      source: 'pbx',
      receivedAt: pbx.time(10),
      endReason: 'busy',
    };
    await holder.query(
      `UPDATE telephony_calls
          SET version = version + 1, facts = jsonb_set(facts, '{reports}', facts -> 'reports' || $1::jsonb)`,
      [JSON.stringify(ended)],
    );
    await release();

    expect(await run).toMatchObject({ calls: 1, failures: [] });

    expect(await app.onlyCall()).toMatchObject({
      status: 'failed',
      facts: { reports: [{ type: 'incoming' }, ended] },
    });
  });

  it('events that come in all the while end in the same rows and tasks', async () => {
    const callers = Array.from({ length: 40 }, (_, index) => index);
    const pbx = new PbxEvents(app, Date.now() - 600_000);
    const delivery = { isOver: false };
    const deliveries = Promise.all(
      callers.map(async (index) => {
        const [id, from] = [`BN-${index}`, numberOf(index)];
        await pbx.incoming(id, 0, from);
        await pbx.missed(null, 20, from);
        await pbx.ended(id, 21, { end_reason: 'no_answer' });
        await pbx.incoming(`${id}-b`, 60, from);
        if (index % 2 === 0) await pbx.answered(`${id}-b`, 65, '201');
        await pbx.ended(`${id}-b`, 100, index % 2 === 0 ? { duration: 35 } : { end_reason: 'no_answer' });
      }),
    ).finally(() => (delivery.isOver = true));
    while (!delivery.isOver) {
      expect((await reprojectCallsOf(app, { includesRecent: true })).failures).toEqual([]);
    }
    await deliveries;

    expect(await reprojectCallsOf(app, { includesRecent: true })).toEqual({
      calls: 80,
      changes: [],
      receipts: 0,
      failures: [],
    });
    const rows = await app.calls();
    for (const index of callers) {
      const calls = rows.filter(({ customerPhone }) => customerPhone === numberOf(index));
      const isReached = index % 2 === 0;
      expect(calls).toMatchObject([{ status: 'failed' }, { status: isReached ? 'completed' : 'failed' }]);
    }
    const tasks = await app.tasks();
    expect(tasks).toHaveLength(40);
    expect(tasks.filter(({ status }) => status === 'completed')).toHaveLength(20);
    expect(tasks.filter(({ status, priority }) => status === 'pending' && priority === 'hot')).toHaveLength(
      20,
    );
  });

  it('the rows that the bench inserts are those that the service writes', async () => {
    const session = app.db.createQueryRunner();
    for (const statement of [...customerStatements(), ...callStatements(400)]) await session.query(statement);
    await session.release();

    const { calls, ...result } = await reprojectCallsOf(app, { isDryRun: true });

    expect(calls).toBeGreaterThan(390);
    expect(result).toEqual({ changes: [], receipts: 0, failures: [] });
  });

  describe('more of them than one batch has', () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'calls-cli-'));
      const at = new Date(Date.now() - 3 * 86_400_000).toISOString();
      // They rang, and stand as answered. Of call 201 the caller is known.
      await app.db.query(
        `INSERT INTO telephony_calls (customer_phone, direction, status, started_at, facts)
         SELECT '', 'outbound', 'answered', $1::timestamptz,
                jsonb_build_object('reports', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
                  'type', 'ringing', 'at', $1::text, 'receivedAt', $1::text, 'source', 'pbx',
                  'phone', CASE WHEN n = 201 THEN $2 END, 'e164', CASE WHEN n = 201 THEN '+88' || $2 END))))
           FROM generate_series(1, 450) AS n`,
        [at, CALLER],
      );
    });
    afterEach(() => rm(folder, { recursive: true }));

    const run = (...args: string[]): Program =>
      new Program('../../src/cli/calls.ts', ['reproject', ...args], {
        cwd: folder,
        env: { NODE_ENV: 'development', DATABASE_URL: database.url },
      });

    const statuses = async (): Promise<unknown> =>
      app.db.query('SELECT status, count(*)::integer AS calls FROM telephony_calls GROUP BY 1 ORDER BY 1');

    it('an interrupted run ends with its batch, and says where to continue', async () => {
      const { release } = await lockCaller(CALLER);
      const interrupted = run();
      await interrupted.prints(/^200 of 450 calls/u);
      await waiterAppears();
      interrupted.interrupt();
      await release();

      expect(await interrupted.exit).toBe(1);
      expect(interrupted.lines.at(-1)).toBe('Interrupted. Continue it with --from 401');
      expect(await statuses()).toEqual([
        { status: 'answered', calls: 50 },
        { status: 'ringing', calls: 400 },
      ]);

      const continued = run('--from', '401');
      expect(await continued.exit).toBe(0);
      expect(await statuses()).toEqual([{ status: 'ringing', calls: 450 }]);
    });

    it('a run that loses the database says where to continue, and the batches before are kept', async () => {
      const { release } = await lockCaller(CALLER);
      const lost = run();
      await lost.prints(/^200 of 450 calls/u);
      await waiterAppears();
      await app.db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event = 'advisory'`,
      );

      expect(await lost.exit).toBe(1);
      expect(await lost.errors).toMatch(/^Continue it with --from 201\. It ended because of this:\n\S.*\n$/u);
      await release();
      expect(await statuses()).toEqual([
        { status: 'answered', calls: 250 },
        { status: 'ringing', calls: 200 },
      ]);
    });
  });
});
