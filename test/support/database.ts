import { cp } from 'node:fs/promises';
import { basename } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import type { DatabaseSettings } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrator.js';
import { borrow, testRunFolder } from './lender/loan.js';
import { settingsFor } from './lender/settings.js';

/** A database of one suite's own. */
export interface TestDatabase {
  readonly url: string;
  readonly kind: 'postgres' | 'embedded';
  /** To connect to it with. */
  readonly settings: DatabaseSettings;
  drop(): Promise<void>;
}

/** With the service's schema. On the server of TEST_DATABASE_URL, else embedded, in memory. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return process.env.TEST_DATABASE_URL ? createOnServer(await migratedTemplate()) : borrowed('migrated');
}

/** Without a schema. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return process.env.TEST_DATABASE_URL ? createOnServer('template1') : borrowed('empty');
}

/** Puts the cluster there that a service has prepared at its first start: to prepare one takes seconds. */
export async function prepareDataFolder(folder: string): Promise<void> {
  const { what: prepared, giveBack } = await borrow('data-folder');
  await cp(prepared, folder, { recursive: true });
  await giveBack();
}

async function borrowed(kind: 'empty' | 'migrated'): Promise<TestDatabase> {
  const { what: url, giveBack } = await borrow(kind);
  return { url, kind: 'embedded', settings: settingsFor(url, 'embedded'), drop: giveBack };
}
/** Made by the first suite of the run that asks, while the others wait. */
async function migratedTemplate(): Promise<string> {
  const template = `${databasePrefix()}_template`;
  await onServer(async (server) => {
    await server.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    const { rowCount } = await server.query('SELECT FROM pg_database WHERE datname = $1', [template]);
    if (rowCount !== 0) return;
    const draft = `${template}_draft`;
    await server.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(draft)}`);
    await server.query(`CREATE DATABASE ${escapeIdentifier(draft)}`);
    await migrate(settingsFor(urlOf(draft), 'postgres'), () => {});
    await server.query(`ALTER DATABASE ${escapeIdentifier(draft)} RENAME TO ${escapeIdentifier(template)}`);
  });
  return template;
}

/** The name is new and the run's: no test ever touches a database that was there before. */
async function createOnServer(template: string): Promise<TestDatabase> {
  const name = `${databasePrefix()}_${randomUUID().slice(0, 8)}`;
  const identifier = escapeIdentifier(name);
  await onServer((server) =>
    server.query(`CREATE DATABASE ${identifier} TEMPLATE ${escapeIdentifier(template)}`),
  );
  return {
    url: urlOf(name),
    kind: 'postgres',
    settings: settingsFor(urlOf(name), 'postgres'),
    async drop() {
      await onServer((server) => server.query(`DROP DATABASE ${identifier} WITH (FORCE)`));
    },
  };
}

async function onServer(work: (server: Client) => Promise<unknown>): Promise<void> {
  const server = new Client({ connectionString: process.env.TEST_DATABASE_URL });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(process.env.TEST_DATABASE_URL ?? '');
  url.pathname = `/${database}`;
  return url.href;
}

function databasePrefix(): string {
  return basename(testRunFolder());
}
