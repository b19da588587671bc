import { cp } from 'node:fs/promises';
import { basename } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import type { DatabaseSettings } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrator.js';
import { acquire, testRunFolder } from './database-pool/client.js';
import { settingsFor } from './database-pool/settings.js';

/** A database that only one suite uses. */
export interface TestDatabase {
  readonly url: string;
  readonly kind: 'postgres' | 'embedded';
  /** Settings for a connection to it. */
  readonly settings: DatabaseSettings;
  drop(): Promise<void>;
}

/** With the service's schema. On the server of TEST_DATABASE_URL, else embedded, in memory. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return process.env.TEST_DATABASE_URL
    ? createOnServer(await migratedTemplate())
    : pooledDatabase('migrated');
}

/** Without a schema. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return process.env.TEST_DATABASE_URL ? createOnServer('template1') : pooledDatabase('empty');
}

/** Copies a cluster in the state after a service's first start into the folder: preparing one takes seconds. */
export function prepareDataFolder(folder: string): Promise<void> {
  return copyDataFolder('data-folder', folder);
}

/** Copies a cluster without a schema into the folder. */
export function prepareEmptyDataFolder(folder: string): Promise<void> {
  return copyDataFolder('empty-data-folder', folder);
}

async function copyDataFolder(kind: 'data-folder' | 'empty-data-folder', folder: string): Promise<void> {
  const { location: prepared, release } = await acquire(kind);
  await cp(prepared, folder, { recursive: true });
  await release();
}

async function pooledDatabase(kind: 'empty' | 'migrated'): Promise<TestDatabase> {
  const { location: url, release } = await acquire(kind);
  return { url, kind: 'embedded', settings: settingsFor(url, 'embedded'), drop: release };
}

/** Created by the first suite of the run that needs it; the others wait for the lock. */
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

/** The name is unique to this run, so that no test uses a database that existed before. */
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
