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
         customer_number_e164, customer_id, direction, status, started_at, created_at, ended_at, duration_seconds, disposition,
         first_agent_user_id, user_ids)
  SELECT CASE WHEN n % 20 > 0 THEN 'BN-OLD-' || n END,
         CASE WHEN n % 2 = 0 THEN 'CRM-' || n END,
         CASE WHEN n % 2 = 0 THEN n / 2 % 40 END,
         extension, CASE WHEN n % 4 < 2 THEN extension END, number, '+88' || number, customer,
         CASE WHEN n % 2 = 0 THEN 'outbound' ELSE 'inbound' END,
         CASE WHEN n % 4 < 2 THEN 'completed' ELSE 'failed' END,
         began, began, began + interval '90 s',
         CASE WHEN n % 4 < 2 THEN 80 END,
         CASE WHEN n % 4 < 2 THEN 'completed' ELSE 'missed' END,
         CASE WHEN n % 4 < 2 THEN n / 4 % 40 END, CASE WHEN n % 4 < 2 THEN ARRAY[n / 4 % 40] ELSE '{}' END
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

/**
 * Missed calls under the customers' numbers, one in fifty still pending, and other tasks under the customers' ids. A hundred of
 * those pending are overdue, at whatever hour the rows are made; the others stay ahead of the day if it ends meanwhile.
 */
const TASKS = `
  INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status, notes, task_date)
  SELECT CASE WHEN n % 2 = 0 THEN ${numberOf('n')} ELSE n::text END, 'warm',
         CASE WHEN n % 2 = 0 THEN 'missed_call' ELSE 'follow_up' END,
         CASE WHEN n % 50 < 2 THEN 'pending' ELSE 'completed' END,
         'Missed call on 2026-01-03 16:30:25 at extension 201.',
         (now() AT TIME ZONE 'Asia/Dhaka')::date + CASE WHEN n % 1000 = 0 THEN -1 ELSE 1 END
    FROM generate_series(1, ${ROWS}) AS n`;

/** Five thousand extensions that each had twenty holders, and five hundred groups of ten. */
const EXTENSIONS = `
  WITH held AS (
    INSERT INTO telephony_extension_history (extension, kind, user_id, from_at, to_at)
    SELECT (200 + n % 5000)::text, 'agent', 1 + n % 5000 + n / 5000,
           timestamptz '2026-01-01T00:00:00Z' + n / 5000 * interval '10 days',
           CASE WHEN n / 5000 = 19 THEN 'infinity'
                ELSE timestamptz '2026-01-11T00:00:00Z' + n / 5000 * interval '10 days' END
      FROM generate_series(0, ${ROWS} - 1) AS n
    RETURNING extension, user_id, to_at
  ), now_held AS (
    INSERT INTO telephony_extensions (extension, kind, user_id)
    SELECT extension, 'agent', user_id FROM held WHERE to_at = 'infinity'
  ), grouped AS (
    INSERT INTO telephony_extension_members (extension, member_extension)
    SELECT (90000 + n / 10)::text, (200 + n)::text FROM generate_series(0, 4999) AS n
  )
  INSERT INTO telephony_agent_presence (user_id, last_seen_at)
  SELECT n, now() - interval '1 h' FROM generate_series(1, 5000) AS n`;

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
    for (const statement of [customersOf(ROWS), CALLS, RECEIPTS, TASKS, EXTENSIONS, AUDIT])
      await client.query(statement);
    await client.query(
      `VACUUM ANALYZE customers, telephony_calls, telephony_webhook_receipts, crm_call_tasks, telephony_audit,
         telephony_extensions, telephony_extension_members, telephony_extension_history, telephony_agent_presence`,
    );
  } finally {
    await client.end();
  }
}
