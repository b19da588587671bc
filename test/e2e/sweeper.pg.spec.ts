import { CallSweeper } from '../../src/modules/telephony/calls/call-sweeper.service.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { fillTables } from '../support/many-rows.js';
import { scansOf, statementsDuring } from '../support/plans.js';
import { webhooksOf } from '../support/webhook-lives.js';

const CALLS = 40;

describe('two sweepers on one database', () => {
  let database: TestDatabase;
  let instances: [TestApp, TestApp];

  beforeAll(async () => {
    database = await createTestDatabase();
    instances = [await TestApp.start(database), await TestApp.start(database)];
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await database.drop();
  });
  beforeEach(() => instances[0].clear());

  /** New incoming calls without further events. */
  async function forgottenCalls(): Promise<void> {
    const now = new Date().toISOString();
    const posts = Array.from({ length: CALLS }, (_, n) => {
      const { route, body } = webhooksOf(`BN-CALL-${n}`, `0171234${String(1000 + n)}`).incoming(0);
      return instances[0].webhook(route, { ...body, timestamp: now });
    });
    for (const { status } of await Promise.all(posts)) expect(status).toBe(200);
    await instances[0].db.query(`UPDATE telephony_calls SET updated_at = now() - interval '1 h'`);
  }

  const sweep = (instance: TestApp) => instance.nest.get(CallSweeper).sweepAll();

  it('at once do each call once: one version, one task, one line', async () => {
    await forgottenCalls();
    const swept = await Promise.all([...instances, ...instances, ...instances].map(sweep));
    expect(swept.reduce((sum, count) => sum + count, 0)).toBe(CALLS);
    const calls = await instances[0].calls();
    expect(new Set(calls.map(({ status, version }) => `${status} ${version}`))).toEqual(
      new Set(['failed 2']),
    );
    const tasks = await instances[0].tasks();
    expect(tasks).toHaveLength(CALLS);
    for (const { notes, priority } of tasks) {
      expect(notes?.split('\n')).toHaveLength(1);
      expect(priority).toBe('warm');
    }
  });

  it('do not overwrite a concurrent event', async () => {
    await forgottenCalls();
    const answers = Array.from({ length: CALLS }, (_, n) => {
      const { route, body } = webhooksOf(`BN-CALL-${n}`).answered(0);
      return instances[1].webhook(route, { ...body, timestamp: new Date().toISOString() });
    });
    await Promise.all([sweep(instances[0]), ...answers, sweep(instances[1])]);
    const calls = await instances[0].calls();
    expect(new Set(calls.map(({ status }) => status))).toEqual(new Set(['answered']));
    const standing = (await instances[0].tasks()).filter(({ status }) => status !== 'skipped');
    expect(standing).toEqual([]);
  });

  it('leave the work to the one that has begun', async () => {
    await forgottenCalls();
    const holder = instances[1].db.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT pg_advisory_xact_lock(7303, 0)');
    try {
      expect(await sweep(instances[0])).toBe(0);
    } finally {
      await holder.rollbackTransaction();
      await holder.release();
    }
    expect(await sweep(instances[0])).toBe(CALLS);
  });

  it('find them by an index of their own among a hundred thousand calls', async () => {
    await fillTables(database.url);
    const { route, body } = webhooksOf('BN-OPEN').incoming(0);
    await instances[0].webhook(route, body);
    await instances[0].db.query(
      `UPDATE telephony_calls SET updated_at = now() - interval '1 h' WHERE external_call_id = 'BN-OPEN'`,
    );
    const statements = await statementsDuring([instances[0].db], async () => {
      expect(await sweep(instances[0])).toBe(1);
    });
    expect(statements.some(({ sql }) => sql.includes('hangup_requested_at'))).toBe(true);
    const scans = await scansOf(instances[0].db, statements);
    expect(scans.filter(({ kind, rowsRead }) => kind === 'Seq Scan' || rowsRead > 200)).toEqual([]);
    expect(scans.length).toBeGreaterThan(0);
  });
});
