import { DataSource, type Logger } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { openLegacyDatabase } from '../support/legacy-schema.js';
class T implements Logger {
  last = Date.now();
  logQuery(q: string) {
    const now = Date.now();
    if (now - this.last > 300) console.log(now - this.last, 'ms before', q.slice(0, 90));
    this.last = now;
  }
  logQueryError() {}
  logQuerySlow() {}
  logSchemaBuild() {}
  logMigration() {}
  log() {}
}
it('million', async () => {
  const db = await openLegacyDatabase([], { statementTimeoutMs: 0 });
  await db.dataSource
    .query(`INSERT INTO telephony_calls (external_call_id, customer_phone, status, started_at, meta)
    SELECT 'BN-' || (n / 2), '017' || lpad((n/2)::text, 8, '0'), CASE n % 2 WHEN 0 THEN 'ringing' ELSE 'completed' END, now(), '{"event":"x","a":"some payload of usual size, some payload of usual size"}' FROM generate_series(1, 1000000) n`);
  await db.dataSource.query(
    `INSERT INTO crm_call_reviews (call_id) SELECT id FROM telephony_calls WHERE id % 3 = 0`,
  );
  const t = Date.now();
  const ds = await new DataSource({
    ...dataSourceOptions({ ...db.settings, statementTimeoutMs: 0 }),
    logger: new T(),
    logging: true,
  }).initialize();
  await ds.runMigrations();
  console.log('total', Date.now() - t, await ds.query('select count(*) from telephony_calls'));
  await ds.destroy();
  await db.drop();
}, 600_000);
