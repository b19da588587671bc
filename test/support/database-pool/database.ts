import { subscribe } from 'node:diagnostics_channel';
import { symlink, unlink } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { Client, escapeIdentifier } from 'pg';
import { startEmbeddedPostgres } from '../../../src/database/embedded/embedded-postgres.js';

/** The thread of one pooled database, which is acquired many times and reset on each release. */
const { runFolder, dump, kind } = workerData as { runFolder: string; dump: Blob; kind: 'empty' | 'migrated' };

/** Longer than any statement of a reset takes. Without it, a transaction that a suite left open would block forever. */
const RESET_MS = 10_000;

/** Everything a suite may change that the reset does not undo, as text. Object ids are excluded: a reset changes them. */
const SHAPE = `
  SELECT concat_ws(' ', 'relation', oid::regclass, relkind, relpersistence, reloptions, pg_get_viewdef(oid)) AS line
    FROM pg_class WHERE relnamespace >= 16384 OR relnamespace = 'public'::regnamespace
   UNION ALL
  SELECT concat_ws(' ', 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
                   attidentity, pg_get_expr(adbin, adrelid))
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
   UNION ALL
  SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
   UNION ALL
  SELECT 'index ' || pg_get_indexdef(indexrelid) FROM pg_index WHERE indexrelid >= 16384
   UNION ALL
  SELECT concat_ws(' ', 'function', oid::regprocedure, prosrc, proconfig)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
   UNION ALL
  SELECT concat_ws(' ', 'trigger', tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
   UNION ALL
  SELECT concat_ws(' ', 'sequence', schemaname, sequencename, last_value) FROM pg_sequences
   UNION ALL
  SELECT concat_ws(' ', 'schema', nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'
   UNION ALL
  SELECT concat_ws(' ', 'role', rolname, rolconfig) FROM pg_roles
   UNION ALL
  SELECT concat_ws(' ', 'settings', setconfig) FROM pg_db_role_setting`;

/** Open connections of the current client: the embedded server offers no list of them. */
const connections = new Set<Socket>();
subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket };
  connections.add(socket);
  socket.once('close', () => connections.delete(socket));
});

const postgres = await startEmbeddedPostgres({ memory: true, dump });
const socketFolder = new URL(postgres.url).searchParams.get('host') ?? '';

/** Tables with rows in the template, which the reset keeps: the list of migrations, for example. */
const kept: string[] = [];
const emptied: string[] = [];

async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: postgres.url, query_timeout: RESET_MS });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function sortTables(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  for (const name of rows.map(({ name }) => escapeIdentifier(name))) {
    const { rowCount } = await client.query(`SELECT FROM ${name} LIMIT 1`);
    (rowCount === 0 ? emptied : kept).push(name);
  }
}

/** Checksum of the shape and of the rows that are kept. */
async function fingerprint(client: Client): Promise<string> {
  const lines = [SHAPE, ...kept.map((name) => `SELECT to_jsonb(kept)::text FROM ${name} AS kept`)];
  const { rows } = await client.query<{ sum: string }>(
    `SELECT md5(string_agg(line, E'\\n' ORDER BY line)) AS sum FROM (${lines.join(' UNION ALL ')}) AS every (line)`,
  );
  return rows[0]?.sum ?? '';
}

async function reset(client: Client): Promise<void> {
  // All connections share one session: settings and prepared statements of the suite still exist.
  await client.query('DISCARD ALL');
  if (emptied.length > 0) await client.query(`TRUNCATE ${emptied.join(', ')} RESTART IDENTITY CASCADE`);
  if (kind === 'empty') await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
}

const initialFingerprint = await withClient(async (client) => {
  await sortTables(client);
  // A reset changes the fingerprint once, so it runs before the fingerprint is taken.
  await reset(client);
  return fingerprint(client);
});

/** A symbolic link to the socket folder. Each client gets a new one, so that its URL is invalid after the release. */
let clientFolder = '';
let acquisitions = 0;

async function acquire(): Promise<string> {
  clientFolder = join(runFolder, `database-${threadId}-${(acquisitions += 1)}`);
  await symlink(socketFolder, clientFolder);
  return postgres.url.replace(encodeURIComponent(socketFolder), encodeURIComponent(clientFolder));
}

/** @returns whether the reset restored the initial state */
async function release(): Promise<boolean> {
  await unlink(clientFolder);
  for (const connection of connections) connection.destroy();
  return withClient(async (client) => {
    await reset(client);
    return (await fingerprint(client)) === initialFingerprint;
  }).catch(() => false);
}

parentPort?.on('message', (request: 'acquire' | 'release') => {
  void (request === 'acquire' ? acquire() : release()).then((response) => parentPort?.postMessage(response));
});
parentPort?.postMessage('ready');
