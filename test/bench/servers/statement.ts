import { Pool } from 'pg';
import { serveBare, setting } from './bare-http.js';
import { INSERT_ONE, receiptOf } from './receipt.js';

/** One statement, and so one transaction, per event: the lowest latency with which a single event can be stored. */
const pool = new Pool({ connectionString: setting('DATABASE_URL'), max: 10 });
serveBare(async (webhook) => {
  await pool.query({ name: 'insert-receipt', text: INSERT_ONE, values: Object.values(receiptOf(webhook)) });
});
