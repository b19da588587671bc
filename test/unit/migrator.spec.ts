import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { connect } from '../../src/database/connect.js';
import {
  migrate,
  revertLastMigration,
  schemaDifference,
  migrationTitle,
} from '../../src/database/migrator.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const ALL = migrations.map(({ name }) => name);
const LAST = ALL.at(-1);

describe('migrating a database', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let said: string[];
  const note = (message: string): number => said.push(message);

  beforeEach(async () => {
    said = [];
    database = await createEmptyDatabase();
    dataSource = await connect(database.settings, note);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await dataSource.destroy();
    await database.drop();
  });

  async function recorded(): Promise<string[]> {
    const rows: { name: string }[] = await dataSource.query(
      'SELECT name FROM telephony_migrations ORDER BY id',
    );
    return rows.map(({ name }) => name);
  }

  it('applies each migration once, in order, and logs it', async () => {
    await migrate(database.settings, note);
    expect(said).toEqual([
      `Migrations to apply: ${ALL.length}…`,
      ...ALL.map((name) => `Applied migration ${migrationTitle(name)}`),
    ]);
    said = [];
    await migrate(database.settings, note);
    expect(said).toEqual([]);
    expect(await recorded()).toEqual(ALL);
  });

  it('names the failed migration, keeps those before it, and continues there when the cause is removed', async () => {
    await dataSource.query('CREATE TABLE telephony_webhook_receipts (in_the_way integer)');
    jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const failing = ALL.findIndex((name) => name.startsWith('CreateWebhookReceipts'));
    await expect(migrate(database.settings, note)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringMatching(
        `^Migration ${ALL[failing]} failed; those before it stay applied.*already exists`,
      ),
    });
    expect(await recorded()).toEqual(ALL.slice(0, failing));

    await dataSource.query('DROP TABLE telephony_webhook_receipts');
    await migrate(database.settings, note);
    expect(await recorded()).toEqual(ALL);
  });

  it('reverts only the last one, repeatedly until there is none', async () => {
    await migrate(database.settings, note);
    said = [];
    await revertLastMigration(database.settings, note);
    expect(said).toEqual([`Reverted migration ${migrationTitle(LAST ?? '')}`]);
    expect(await recorded()).toEqual(ALL.slice(0, -1));

    await dataSource.query('DELETE FROM telephony_migrations');
    await revertLastMigration(database.settings, note);
    expect(said.at(-1)).toBe('No migration to revert');
  });

  it('does not compare the entities with a database that lacks a migration', async () => {
    await expect(schemaDifference(database.settings, note)).rejects.toThrow(
      `Migration ${ALL[0]} is not applied: do that first.`,
    );
  });
});
