import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource, type Logger as StatementLogger } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrator.js';
import {
  insertManyLegacyCalls,
  type OpenDatabase,
  openLegacyDatabase,
  shapeOf,
} from '../support/legacy-schema.js';

/** Records the number of rows in each statement of the back-fill. */
class BatchSizes implements StatementLogger {
  readonly sizes: number[] = [];

  logQuery(query: string, parameters: unknown[] = []): void {
    const [ids] = parameters;
    if (/^\s*UPDATE telephony_calls SET customer_number_e164/.test(query) && Array.isArray(ids)) {
      this.sizes.push(ids.length);
    }
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

describe('the back-fill of customer numbers', () => {
  let database: OpenDatabase;

  beforeEach(async () => {
    database = await openLegacyDatabase();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await database.drop();
  });

  /** Rows that have the number that is in their customer field. */
  async function filled(): Promise<{ id: number; version: string }[]> {
    return database.dataSource.query(
      `SELECT id, xmin::text AS version FROM telephony_calls
        WHERE customer_number_e164 = '+88' || customer_phone ORDER BY id`,
    );
  }

  it('of 25,000 calls runs in statements of at most 1,000 rows', async () => {
    await insertManyLegacyCalls(database.dataSource, 25_000);
    const logger = new BatchSizes();
    const dataSource = await new DataSource({
      ...dataSourceOptions(database.settings),
      logger,
      logging: true,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.destroy();

    expect(await filled()).toHaveLength(25_000);
    expect(Math.max(...logger.sizes)).toBe(1_000);
  }, 120_000);

  it('continues where it was interrupted, without writing finished rows again', async () => {
    await insertManyLegacyCalls(database.dataSource, 2_500);
    await database.dataSource.query(
      `CREATE FUNCTION pull_the_plug() RETURNS trigger LANGUAGE plpgsql
       AS $$ BEGIN RAISE EXCEPTION 'the plug is pulled'; END $$`,
    );
    await database.dataSource.query(
      `CREATE TRIGGER interruption BEFORE UPDATE ON telephony_calls FOR EACH ROW WHEN (OLD.id = 1500)
       EXECUTE FUNCTION pull_the_plug()`,
    );
    const logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    await expect(migrate(database.settings, () => {})).rejects.toThrow('the plug is pulled');
    expect(logged.mock.calls).toEqual([[expect.stringMatching(/^P0001, in: UPDATE telephony_calls/u)]]);
    const written = await filled();
    expect(written).toHaveLength(1_000);

    await database.dataSource.query('DROP TRIGGER interruption ON telephony_calls');
    await migrate(database.settings, () => {});
    const all = await filled();
    expect(all).toHaveLength(2_500);
    expect(all.slice(0, 1_000)).toEqual(written);
  });
});

describe('an adoption', () => {
  it('that is run again changes nothing', async () => {
    const database = await openLegacyDatabase([
      { id: 1, external_call_id: 'BN-1' },
      { id: 2, external_call_id: 'BN-1' },
    ]);
    /** `xmin` and `ctid` change when a row is written again, even with the same values. */
    const everything = (): Promise<unknown[]> =>
      Promise.all([
        shapeOf(database.dataSource),
        database.dataSource.query('SELECT xmin, ctid, * FROM telephony_calls'),
        database.dataSource.query('SELECT xmin, ctid, * FROM crm_call_tasks'),
        database.dataSource.query('SELECT xmin, ctid, * FROM telephony_migrations'),
      ]);
    try {
      await migrate(database.settings, () => {});
      const adopted = await everything();
      await migrate(database.settings, () => {});
      expect(await everything()).toEqual(adopted);
      expect(adopted.at(-1)).toHaveLength(migrations.length);
    } finally {
      await database.drop();
    }
  });
});
