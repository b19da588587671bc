import { DataSource } from 'typeorm';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import type { DatabaseSettings } from '../../src/database/data-source.js';
export interface EmptyDatabase { settings: DatabaseSettings; close(): Promise<void> }
let n = 0;
export async function createEmptyDatabase(): Promise<EmptyDatabase> {
  if (process.env.ZZ_PG) {
    const admin = new DataSource({ type: 'postgres', url: 'postgres://postgres@127.0.0.1:5432/postgres' });
    await admin.initialize();
    const name = `mig_trial_${process.pid}_${n++}`;
    await admin.query(`CREATE DATABASE ${name}`);
    return { settings: { url: `postgres://postgres@127.0.0.1:5432/${name}`, poolSize: 2, statementTimeoutMs: 0, legacyTimeZone: 'Asia/Dhaka' }, close: async () => { await admin.query(`DROP DATABASE ${name} WITH (FORCE)`); await admin.destroy(); } };
  }
  const e = await startEmbeddedPostgres({ memory: true });
  return { settings: { url: e.url, poolSize: 1, statementTimeoutMs: 0, legacyTimeZone: 'Asia/Dhaka' }, close: () => e.close() };
}
