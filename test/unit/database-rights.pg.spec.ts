import { Client } from 'pg';
import { migrations } from '../../migrations/index.js';
import type { DatabaseSettings } from '../../src/database/data-source.js';
import { migrate, revertMigrations } from '../../src/database/migrator.js';
import { LEGACY_SCHEMA } from '../support/legacy-schema.js';
import { PostgresCluster } from '../support/postgres-cluster.js';

const PASSWORD = 'only for this test';

describe('the role that migrates and serves', () => {
  let cluster: PostgresCluster;
  let databases = 0;

  beforeAll(async () => {
    cluster = await PostgresCluster.create({ fsync: 'off' });
    await cluster.withClient('postgres', async (client) => {
      for (const role of ['crm_owner', 'telephony_app']) {
        await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
      }
    });
  });

  afterAll(() => cluster.remove());

  /** A database of the superuser with the CRM's tables, which `owner` owns if it is given. */
  async function openDatabase(tables: 'with tables' | 'empty', owner?: string): Promise<string> {
    const name = `rights_${(databases += 1)}`;
    await cluster.withClient('postgres', (client) => client.query(`CREATE DATABASE ${name}`));
    await cluster.withClient(name, async (client) => {
      if (tables === 'empty') return;
      if (owner !== undefined)
        await client.query(`GRANT CREATE ON SCHEMA public TO ${owner}; SET ROLE ${owner}`);
      for (const statement of LEGACY_SCHEMA) await client.query(statement);
    });
    return name;
  }

  function settingsOf(role: string, database: string): DatabaseSettings {
    const url = new URL(cluster.urlOf(database));
    url.username = role;
    url.password = PASSWORD;
    return { url: url.href, poolSize: 1, statementTimeoutMs: 0, legacyTimeZone: 'Asia/Dhaka' };
  }

  async function asSuperuser(database: string, statements: string): Promise<void> {
    await cluster.withClient(database, (client) => client.query(statements));
  }

  async function appliedIn(database: string): Promise<number> {
    return cluster.withClient(database, async (client: Client) => {
      const list = await client.query(`SELECT to_regclass('telephony_migrations') IS NOT NULL AS exists`);
      if (list.rows[0]?.exists !== true) return 0;
      const { rowCount } = await client.query('SELECT FROM telephony_migrations');
      return rowCount ?? 0;
    });
  }

  /** The message of the refusal. */
  async function refusalOf(work: Promise<void>): Promise<string> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    return error instanceof Error ? error.message : '';
  }

  /** What the message says to run. */
  function remediesOf(message: string): string {
    return message.slice(message.indexOf('\n', message.indexOf('Run this')));
  }

  it('needs to create in the schema, and is told the grant before anything is changed', async () => {
    const database = await openDatabase('with tables', 'crm_owner');
    await asSuperuser(database, 'REVOKE CREATE ON SCHEMA public FROM crm_owner');

    const message = await refusalOf(migrate(settingsOf('crm_owner', database), () => {}));
    expect(message).toBe(
      [
        'The database role crm_owner may not migrate this database: it may create nothing in schema public. Nothing was changed.',
        'Run this in the same database as a superuser, then start again:',
        '  GRANT USAGE, CREATE ON SCHEMA public TO crm_owner;',
      ].join('\n'),
    );
    expect(await appliedIn(database)).toBe(0);

    await asSuperuser(database, remediesOf(message));
    await migrate(settingsOf('crm_owner', database), () => {});
    expect(await appliedIn(database)).toBe(migrations.length);
  });

  it('needs to create in the schema of an empty database too', async () => {
    const database = await openDatabase('empty');
    const message = await refusalOf(migrate(settingsOf('telephony_app', database), () => {}));
    expect(message).toContain('GRANT USAGE, CREATE ON SCHEMA public TO telephony_app;');

    await asSuperuser(database, remediesOf(message));
    await migrate(settingsOf('telephony_app', database), () => {});
    expect(await appliedIn(database)).toBe(migrations.length);
  });

  it("becomes a member of the role that owns the CRM's tables, which keeps them", async () => {
    const database = await openDatabase('with tables', 'crm_owner');
    await asSuperuser(
      database,
      'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO telephony_app',
    );
    await asSuperuser(database, 'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO telephony_app');
    const message = await refusalOf(migrate(settingsOf('telephony_app', database), () => {}));
    expect(message.split('\n').slice(1)).toEqual([
      '  The table telephony_calls is owned by crm_owner.',
      '  The table crm_call_tasks is owned by crm_owner.',
      '  The table customers is owned by crm_owner.',
      'Run this in the same database as a superuser, then start again:',
      '  GRANT crm_owner TO telephony_app;',
      '  GRANT USAGE, CREATE ON SCHEMA public TO telephony_app;',
    ]);
    await asSuperuser(database, remediesOf(message));
    await migrate(settingsOf('telephony_app', database), () => {});
    expect(await appliedIn(database)).toBe(migrations.length);
    await asSuperuser(database, 'REVOKE crm_owner FROM telephony_app');
  });

  it('is told who owns the tables after a restore by another role, although no migration is pending', async () => {
    const database = await openDatabase('with tables');
    await migrate({ ...settingsOf('', database), url: cluster.urlOf(database) }, () => {});

    const message = await refusalOf(migrate(settingsOf('telephony_app', database), () => {}));
    expect(message).toMatch(
      /^The database role telephony_app may not read and write what this service needs\./u,
    );
    // The former shape is for reverting alone: serving needs no right to it.
    const { rows } = await cluster.withClient(database, (client: Client) =>
      client.query<{ name: string }>(
        `SELECT relname AS name FROM pg_class
          WHERE relkind = 'r' AND starts_with(relname, 'telephony_') AND relname <> 'telephony_former_shape'`,
      ),
    );
    const named = [...message.matchAll(/The table (telephony_\w+) is owned by postgres\./gu)];
    expect(new Set(named.map(([, name]) => name))).toEqual(new Set(rows.map(({ name }) => name)));
    expect(message).toContain('  ALTER TABLE telephony_migrations OWNER TO telephony_app;');

    await asSuperuser(database, remediesOf(message));
    const said: string[] = [];
    await migrate(settingsOf('telephony_app', database), (line) => said.push(line));
    expect(said).toEqual([]);
  });

  it('may serve with the privileges alone while no migration is pending, and not revert with them', async () => {
    const database = await openDatabase('with tables');
    await migrate({ ...settingsOf('', database), url: cluster.urlOf(database) }, () => {});
    await asSuperuser(
      database,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO telephony_app;
       GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO telephony_app`,
    );
    await expect(migrate(settingsOf('telephony_app', database), () => {})).resolves.toBeUndefined();

    const message = await refusalOf(revertMigrations(settingsOf('telephony_app', database), 'all', () => {}));
    expect(message).toContain('The function telephony_phone_keys(text,text) is owned by postgres.');
    expect(await appliedIn(database)).toBe(migrations.length);

    await asSuperuser(database, remediesOf(message));
    await revertMigrations(settingsOf('telephony_app', database), 'all', () => {});
    expect(await appliedIn(database)).toBe(0);
  });

  it('needs the sequence of the ids as well as the table', async () => {
    const database = await openDatabase('with tables');
    await migrate({ ...settingsOf('', database), url: cluster.urlOf(database) }, () => {});
    await asSuperuser(
      database,
      'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO telephony_app',
    );
    const message = await refusalOf(migrate(settingsOf('telephony_app', database), () => {}));
    expect(message).toContain('The table crm_call_tasks is owned by postgres.');
  });

  it('is told when it may use no schema', async () => {
    const database = await openDatabase('with tables');
    await asSuperuser(database, 'REVOKE USAGE ON SCHEMA public FROM PUBLIC');
    const message = await refusalOf(migrate(settingsOf('telephony_app', database), () => {}));
    expect(message).toContain('may use no schema of the search path');
    expect(message).toContain('GRANT USAGE, CREATE ON SCHEMA public TO telephony_app;');
  });

  it('needs temporary tables for merging duplicates', async () => {
    const database = await openDatabase('empty');
    await asSuperuser(
      database,
      `GRANT CREATE ON SCHEMA public TO telephony_app; REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC`,
    );
    const message = await refusalOf(migrate(settingsOf('telephony_app', database), () => {}));
    expect(remediesOf(message).trim()).toBe(`GRANT TEMPORARY ON DATABASE ${database} TO telephony_app;`);
  });
});
