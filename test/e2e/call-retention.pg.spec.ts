import { CallRetention } from '../../src/modules/reports/retention/call-retention.service.js';
import { FiguresRepository } from '../../src/modules/reports/rollup/figures.repository.js';
import { Rollup } from '../../src/modules/reports/rollup/rollup.service.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { dayAgo, storeCalls } from '../support/reported-calls.js';

const WAITING = `
  SELECT FROM pg_locks JOIN pg_database d ON d.oid = pg_locks.database
   WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted`;

describe('the retention of calls beside the roll-up of another instance', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { reports: { callRetentionDays: 3 } });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('waits until a day is built, and then removes what is old', async () => {
    await storeCalls(app, [{ at: `${dayAgo(5)} 10:00:00` }]);
    await app.nest.get(Rollup).run();
    const { run } = await app.db.transaction(async (building) => {
      expect(await app.nest.get(FiguresRepository).lock(building)).toBe(true);
      const run = app.nest.get(CallRetention).removeOld();
      await eventually(async () => expect(await building.query(WAITING)).toHaveLength(1));
      return { run };
    });
    expect(await run).toBe(1);
    expect(await app.calls()).toEqual([]);
  });
});
