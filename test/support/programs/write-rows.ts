import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../src/database/embedded/embedded-postgres.js';

/** Writes rows into the embedded database of a data folder until it is killed, and prints each committed row. */
const postgres = await startEmbeddedPostgres({ dataFolder: process.argv[2] ?? '' });
const client = new Client({ connectionString: postgres.url });
await client.connect();
await client.query('CREATE TABLE IF NOT EXISTS written (id integer PRIMARY KEY, filler text NOT NULL)');
const { rows } = await client.query<{ last: number }>('SELECT coalesce(max(id), 0) AS last FROM written');

for (let id = (rows[0]?.last ?? 0) + 1; ; id += 1) {
  await client.query('INSERT INTO written (id, filler) VALUES ($1, $2)', [id, 'x'.repeat(1_000)]);
  process.stdout.write(`${id}\n`);
}
