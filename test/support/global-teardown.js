import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Client, escapeIdentifier } from 'pg';

/** Removes what the suites of this run shared, and the databases that interrupted suites did not drop. */
export default async function globalTeardown() {
  await globalThis.stopDatabasePool();
  await rm(process.env.TEST_RUN_FOLDER, { recursive: true, force: true });
  if (!process.env.TEST_DATABASE_URL) return;

  const server = new Client({ connectionString: process.env.TEST_DATABASE_URL });
  await server.connect();
  const { rows } = await server.query('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [
    basename(process.env.TEST_RUN_FOLDER),
  ]);
  for (const { datname } of rows) {
    await server.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(datname)} WITH (FORCE)`);
  }
  await server.end();
}
