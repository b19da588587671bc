import { isDatabaseUnavailable } from '../../src/database/database-error.js';
import { ReportsDatabase } from '../../src/modules/reports/pool/reports-database.repository.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';

describe('the database of reports', () => {
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

  it('shows all statements of a report the same state, while others write', async () => {
    const names = 'SELECT name FROM customers ORDER BY name';
    const seen = await app.nest.get(ReportsDatabase).read(async (manager) => {
      const before: unknown = await manager.query(names);
      await app.db.query(`INSERT INTO customers (name) VALUES ('new')`);
      return [before, await manager.query(names)];
    });
    expect(seen).toEqual([[], []]);
    expect(await app.db.query(names)).toEqual([{ name: 'new' }]);
  });

  it('serves reports on connections of their own', async () => {
    const names = await app.nest
      .get(ReportsDatabase)
      .read((manager) => manager.query(`SELECT current_setting('application_name') AS name`));
    expect(names).toEqual([{ name: 'trustcart-telephony-reports' }]);
  });

  it('is read once more on the serving database when a replica ends the transaction for its recovery', async () => {
    const other = await TestApp.start(database, { reports: { url: database.url } });
    const runs: string[] = [];
    try {
      await other.nest.get(ReportsDatabase).read(async (manager) => {
        const [row] = await manager.query<{ name: string }[]>(
          `SELECT current_setting('application_name') AS name`,
        );
        runs.push(String(row?.name));
        if (runs.length > 1) return;
        await manager.query(`DO $$ BEGIN
          RAISE EXCEPTION 'canceling statement due to conflict with recovery' USING ERRCODE = '40001';
        END $$`);
      });
    } finally {
      await other.close();
    }
    expect(runs).toEqual(['trustcart-telephony-reports', 'trustcart-telephony']);
  });

  it('that cannot be reached does not keep the service from starting, and each report says so', async () => {
    const url = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
    const other = await TestApp.start(database, { reports: { url } });
    try {
      const failure: unknown = await other.nest
        .get(ReportsDatabase)
        .read((manager) => manager.query('SELECT 1'))
        .catch((error: unknown) => error);
      expect(isDatabaseUnavailable(failure)).toBe(true);
    } finally {
      await other.close();
    }
  });
});
