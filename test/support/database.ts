import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import type { DatabaseSettings } from '../../src/database/data-source.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { hasCode } from '../../src/database/embedded/errno.js';
import { migrate } from '../../src/database/migrator.js';

/** A database of one suite's own. */
export interface TestDatabase {
  readonly url: string;
  readonly kind: 'postgres' | 'embedded';
  /** To connect to it with. */
  readonly settings: DatabaseSettings;
  drop(): Promise<void>;
}

const quietly = (): void => {};

/** With the service's schema. On the server of TEST_DATABASE_URL, else embedded, in memory. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return process.env.TEST_DATABASE_URL
    ? createOnServer(await migratedTemplate())
    : startInMemory(await sharedDump('migrated', makeMigratedDump));
}

/** Without a schema. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return process.env.TEST_DATABASE_URL ? createOnServer('template1') : startInMemory(await emptyDump());
}

function settingsFor(url: string, kind: TestDatabase['kind']): DatabaseSettings {
  return {
    url,
    poolSize: kind === 'embedded' ? 1 : 10,
    statementTimeoutMs: 10_000,
    legacyTimeZone: 'Asia/Dhaka',
  };
}

async function startInMemory(dump: Blob): Promise<TestDatabase> {
  const postgres = await startEmbeddedPostgres({ memory: true, dump });
  const { url } = postgres;
  return { url, kind: 'embedded', settings: settingsFor(url, 'embedded'), drop: () => postgres.close() };
}

function emptyDump(): Promise<Blob> {
  return sharedDump('empty', async () => {
    const postgres = await startEmbeddedPostgres({ memory: true });
    const dump = await postgres.dump();
    await postgres.close();
    return dump;
  });
}

async function makeMigratedDump(): Promise<Blob> {
  const postgres = await startEmbeddedPostgres({ memory: true, dump: await emptyDump() });
  await migrate(settingsFor(postgres.url, 'embedded'), quietly);
  const dump = await postgres.dump();
  await postgres.close();
  return dump;
}

/** Made by the first suite of the run that asks: loading a dump takes a fraction of the time of making the cluster. */
async function sharedDump(name: string, make: () => Promise<Blob>): Promise<Blob> {
  const file = join(testRunFolder(), `${name}.tar`);
  const existing = await readFile(file).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (existing !== null) return new Blob([existing]);

  const dump = await make();
  // Two suites may get here at once: each writes a file of its own, and what stands under the name is always whole.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, dump.stream());
  await rename(draft, file);
  return dump;
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
    await migrate(settingsFor(urlOf(draft), 'postgres'), quietly);
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

function testRunFolder(): string {
  const folder = process.env.TEST_RUN_FOLDER;
  if (!folder) throw new Error('TEST_RUN_FOLDER is unset: run the tests with test/jest.config.js');
  return folder;
}
