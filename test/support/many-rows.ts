import { Client } from 'pg';

const ROWS = 100_000;

/** The number of the nth customer, from 1 to 100,000, in national form. */
export function numberOfCustomer(n: number): string {
  return `017${String(n).padStart(8, '0')}`;
}

/** The same in SQL. */
export const numberOf = (n: string): string => `('017' || lpad((${n})::text, 8, '0'))`;

/** Customers with one number each, see {@link numberOfCustomer}, in all formats in use; one in fifty is deleted. */
export const customersOf = (rows: number): string => `
  INSERT INTO customers (name, phone, mobile, status, is_deleted, assigned_to)
  SELECT 'Customer ' || n,
         CASE n % 8
           WHEN 0 THEN number
           WHEN 1 THEN '+88' || number
           WHEN 2 THEN '88' || number
           WHEN 3 THEN '0088' || number
           WHEN 4 THEN left(number, 5) || '-' || right(number, 6)
           WHEN 5 THEN translate(number, '0123456789', '০১২৩৪৫৬৭৮৯')
           WHEN 6 THEN number || '/9123456'
         END,
         CASE WHEN n % 8 = 7 THEN '+88 ' || number END,
         'active', n % 50 = 10, n % 40
    FROM generate_series(1, ${rows}) AS n, LATERAL (SELECT ${numberOf('n')}) AS of_customer (number)`;

/** A year of calls of every tenth customer, newest last, half of them inbound; one in twenty never had an id of the PBX. */
const CALLS = `
  INSERT INTO telephony_calls (external_call_id, crm_call_id, agent_user_id, agent_phone, first_agent_phone, customer_phone,
         customer_number_e164, customer_id, direction, status, started_at, created_at, ended_at, duration_seconds, disposition)
  SELECT CASE WHEN n % 20 > 0 THEN 'BN-OLD-' || n END,
         CASE WHEN n % 2 = 0 THEN 'CRM-' || n END,
         CASE WHEN n % 2 = 0 THEN n / 2 % 40 END,
         extension, CASE WHEN n % 4 < 2 THEN extension END, number, '+88' || number, customer,
         CASE WHEN n % 2 = 0 THEN 'outbound' ELSE 'inbound' END,
         CASE WHEN n % 4 < 2 THEN 'completed' ELSE 'failed' END,
         began, began, began + interval '90 s',
         CASE WHEN n % 4 < 2 THEN 80 END,
         CASE WHEN n % 4 < 2 THEN 'completed' ELSE 'missed' END
    FROM generate_series(1, ${ROWS}) AS n,
         LATERAL (SELECT 10 + n * 31 % (${ROWS} / 10) * 10,
                         (200 + n / 2 % 40)::text,
                         timestamptz '2026-11-22T12:00:00Z' - (${ROWS} - n) * interval '5 min'
                 ) AS of_call (customer, extension, began),
         LATERAL (SELECT ${numberOf('customer')}) AS of_customer (number)`;

const RECEIPTS = `
  INSERT INTO telephony_webhook_receipts (delivery_id, route, event_type, external_call_id, call_id, source_address,
         outcome, body, received_at)
  SELECT 'sha256:' || encode(sha256(id::text::bytea), 'hex'), 'call-ended', 'call_ended', external_call_id, id,
         '203.0.113.9', 'applied', convert_to('{"event":"call_ended"}', 'UTF8'), ended_at
    FROM telephony_calls`;

/** Missed calls under the customers' numbers, one in fifty still pending, and other tasks under the customers' ids. */
const TASKS = `
  INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status, notes)
  SELECT CASE WHEN n % 2 = 0 THEN ${numberOf('n')} ELSE n::text END, 'warm',
         CASE WHEN n % 2 = 0 THEN 'missed_call' ELSE 'follow_up' END,
         CASE WHEN n % 50 < 2 THEN 'pending' ELSE 'completed' END,
         'Missed call on 2026-01-03 16:30:25 at extension 201.'
    FROM generate_series(1, ${ROWS}) AS n`;

/** Starts and hangups of forty users, newest last. */
const AUDIT = `
  INSERT INTO telephony_audit (at, user_id, role, action, subject, outcome)
  SELECT timestamptz '2026-11-22T12:00:00Z' - (${ROWS} - n) * interval '5 min', n % 40, 'agent',
         CASE WHEN n % 2 = 0 THEN 'call.start' ELSE 'call.hangup' END, 'call:' || n / 2, 'done'
    FROM generate_series(1, ${ROWS}) AS n`;

/** A hundred thousand rows in each table of the service, with statistics as they are in daily use. */
export async function fillTables(databaseUrl: string): Promise<void> {
  // A separate connection: those of the service have a statement timeout.
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const statement of [customersOf(ROWS), CALLS, RECEIPTS, TASKS, AUDIT]) await client.query(statement);
    await client.query(
      'VACUUM ANALYZE customers, telephony_calls, telephony_webhook_receipts, crm_call_tasks, telephony_audit',
    );
  } finally {
    await client.end();
  }
}
