import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { maskNumbersIn } from '../../src/common/phone-number.js';
import { connect } from '../../src/database/connect.js';
import { migrate, migrationTitle, revertMigrations, schemaDifference } from '../../src/database/migrator.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const ALL = migrations.map(({ name }) => name);
const TITLES = ALL.map(migrationTitle);
const LAST = TITLES.at(-1);

/** The two lines of each migration, without its duration. */
function linesOf(begins: string, ended: string, titles: readonly string[]): string[] {
  return titles.flatMap((title, index) => {
    const what = `migration ${index + 1} of ${titles.length}: ${title}`;
    return [`${begins} ${what}…`, `${ended} ${what} in S s`];
  });
}

describe('migrating a database', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let said: string[];
  const note = (message: string): number => said.push(message.replace(/ in \d+\.\d s$/u, ' in S s'));

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

  it('applies each migration once, in order, and says when it begins and how long it took', async () => {
    await migrate(database.settings, note);
    expect(said).toEqual([`Migrations to apply: ${ALL.length}`, ...linesOf('Applying', 'Applied', TITLES)]);
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
        `^Migration ${TITLES[failing]} failed; those before it stay applied.*already exists`,
      ),
    });
    expect(said.at(-1)).toBe(`Applying migration ${failing + 1} of ${ALL.length}: ${TITLES[failing]}…`);
    expect(await recorded()).toEqual(ALL.slice(0, failing));

    await dataSource.query('DROP TABLE telephony_webhook_receipts');
    await migrate(database.settings, note);
    expect(await recorded()).toEqual(ALL);
  });

  it('says nothing that the mask of the log would change', async () => {
    await migrate(database.settings, note);
    await revertMigrations(database.settings, 'all', note);
    expect(said.map(maskNumbersIn)).toEqual(said);
  });

  it('reverts the last one, or those after a named one', async () => {
    await migrate(database.settings, note);
    said = [];
    await revertMigrations(database.settings, 'last', note);
    expect(said).toEqual(linesOf('Reverting', 'Reverted', TITLES.slice(-1)));
    expect(await recorded()).toEqual(ALL.slice(0, -1));

    said = [];
    await revertMigrations(database.settings, { downTo: TITLES.at(-4) ?? '' }, note);
    expect(said).toEqual(linesOf('Reverting', 'Reverted', TITLES.slice(-3, -1).toReversed()));
    await revertMigrations(database.settings, { downTo: ALL.at(-5) ?? '' }, note);
    expect(await recorded()).toEqual(ALL.slice(0, -4));
  });

  it('reverts all of them at once, with the list of them, and then has none to revert', async () => {
    await migrate(database.settings, note);
    said = [];
    await revertMigrations(database.settings, 'all', note);
    expect(said).toEqual(linesOf('Reverting', 'Reverted', TITLES.toReversed()));
    expect(await dataSource.query(`SELECT to_regclass('telephony_migrations') AS list`)).toEqual([
      { list: null },
    ]);

    said = [];
    await revertMigrations(database.settings, 'all', note);
    expect(said).toEqual(['No migration to revert']);
  });

  it('reverts nothing for a name that no applied migration has', async () => {
    await migrate(database.settings, note);
    await expect(revertMigrations(database.settings, { downTo: 'NoSuch' }, note)).rejects.toThrow(
      `No applied migration is named NoSuch. Applied are: ${TITLES.join(', ')}.`,
    );
    expect(await recorded()).toEqual(ALL);
  });

  it('names the migration that a newer version applied and this one cannot revert', async () => {
    await migrate(database.settings, note);
    await dataSource.query(
      `INSERT INTO telephony_migrations (timestamp, name) VALUES (1999999999999, 'FromTheFuture1999999999999')`,
    );
    await expect(revertMigrations(database.settings, 'last', note)).rejects.toThrow(
      /^Migration FromTheFuture could not be reverted; those after it are\. .*No migration FromTheFuture/u,
    );
  });

  it('gives the tables that have rows statistics when it has migrated, and at no other time', async () => {
    const analyzed = async (): Promise<string[]> => {
      const rows: { name: string }[] = await dataSource.query(
        `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND reltuples > 0 AND relname ~ '^(telephony_calls|crm_|customers)'
          ORDER BY relname`,
      );
      return rows.map(({ name }) => name);
    };
    await migrate(database.settings, note);
    expect(said.at(-1)).toBe(`Applied migration ${ALL.length} of ${ALL.length}: ${LAST} in S s`);
    await dataSource.query(
      `INSERT INTO telephony_calls (customer_phone) SELECT '' FROM generate_series(1, 100)`,
    );
    await dataSource.query(`INSERT INTO customers (name) SELECT 'Rahim' FROM generate_series(1, 100)`);
    await migrate(database.settings, note);
    expect(await analyzed()).toEqual([]);

    await revertMigrations(database.settings, 'last', note);
    await migrate(database.settings, note);
    expect(said.slice(-2)).toEqual([
      'Updating the statistics of telephony_calls, customers…',
      'Updated the statistics of telephony_calls, customers in S s',
    ]);
    expect(await analyzed()).toEqual(['customers', 'telephony_calls']);
  });

  it('does not compare the entities with a database that lacks a migration', async () => {
    await expect(schemaDifference(database.settings, note)).rejects.toThrow(
      `Migration ${TITLES[0]} is not applied: do that first.`,
    );
  });
});
