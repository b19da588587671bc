import { Pool } from 'pg';
import { serveBare, setting } from './bare-http.js';
import { INSERT_RECEIPTS, receiptOf } from './receipt.js';

/** One statement, and so one transaction, for each event: what a single event can be stored in at best. */
const pool = new Pool({ connectionString: setting('DATABASE_URL'), max: 10 });
serveBare(async (webhook) => {
  const values = [JSON.stringify([receiptOf(webhook)])];
  await pool.query({ name: 'insert-receipt', text: INSERT_RECEIPTS, values });
});
