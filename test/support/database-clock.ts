import { Client } from 'pg';
import type { TestDatabase } from './database.js';

/** The time that `now()` tells to the connections of a database of PostgreSQL. */
export class DatabaseClock {
  private constructor(private readonly client: Client) {}

  /** For connections that are opened afterwards: they find this `now()` before that of PostgreSQL. */
  static async install(database: TestDatabase): Promise<DatabaseClock> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(`
      CREATE SCHEMA test_clock;
      CREATE TABLE test_clock.time (at timestamptz NOT NULL);
      INSERT INTO test_clock.time VALUES (pg_catalog.now());
      CREATE FUNCTION test_clock.now() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM test_clock.time';
      DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = public, test_clock, pg_catalog', current_database());
      END $$`);
    return new DatabaseClock(client);
  }

  async set(at: Date): Promise<void> {
    await this.client.query('UPDATE test_clock.time SET at = $1', [at]);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
