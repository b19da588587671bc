import { KNOWN_CUSTOMERS, sql } from './population.js';

/** A time as SQL, as the service writes it. */
export const iso = (time: string): string =>
  `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** A report of the PBX that was received at once. */
export const report = (type: string, time: string): string =>
  `jsonb_build_object('type', '${type}', 'at', ${time}, 'source', 'pbx', 'receivedAt', ${time})`;

export const payload = (fields: string): string => `jsonb_strip_nulls(jsonb_build_object(${fields}))`;

/** The facts of a call. @param ended its last report @param further fields */
export const facts = (ended: string, further = ''): string => `
  jsonb_strip_nulls(jsonb_build_object(${further}
    'origin', CASE WHEN NOT inbound THEN jsonb_build_object(
      'kind', 'start', 'at', started_iso, 'direction', 'outbound', 'phone', number, 'e164', '+88' || number,
      'extension', extension) END,
    'reports', jsonb_path_query_array(jsonb_build_array(
      CASE WHEN inbound THEN ${report('incoming', 'started_iso')} || jsonb_build_object(
        'extension', extension, 'phone', number, 'e164', '+88' || number, 'queueName', queue, 'trunkName', trunk) END,
      CASE WHEN talked THEN ${report('answered', 'answered_iso')} || jsonb_build_object('extension', extension) END,
      ${ended}),
      '$[*] ? (@ != null)')))`;

/** Inserts the customers of the CRM. */
export function customerStatements(): string[] {
  return [customers(), lastIdOf('customers'), 'VACUUM (ANALYZE) customers'];
}

/**
 * Inserts a year of calls, oldest first: three in five inbound, three in four answered; the receipts of their events; and
 * the tasks of missed calls, of which the latest are pending. The rows look like those that the service writes.
 *
 * All statements must run in one session, because they share temporary tables.
 */
export function callStatements(rows: number): string[] {
  return [
    // Sorting and hashing a million rows on disk would take longer than writing them.
    `SET work_mem = '256MB'`,
    calls(rows),
    'ANALYZE seed_call',
    events(),
    'ANALYZE seed_event',
    storedCalls(),
    storedReceipts(),
    storedTasks(rows),
    lastIdOf('telephony_calls'),
    lastIdOf('crm_call_tasks'),
    'DROP TABLE seed_call, seed_event',
    'VACUUM (ANALYZE)',
  ];
}

export function lastIdOf(table: string): string {
  return `SELECT setval(pg_get_serial_sequence('${table}', 'id'), max(id)) FROM ${table}`;
}

/** Phone numbers in all notations that the CRM uses. */
function customers(): string {
  return `
    INSERT INTO customers (id, uuid, name, phone, customer_type, status, assigned_to, is_deleted)
    SELECT n + 1, gen_random_uuid(), 'Customer ' || n,
           CASE n % 4
             WHEN 0 THEN number
             WHEN 1 THEN '+88' || number
             WHEN 2 THEN '88' || number
             ELSE left(number, 5) || '-' || substr(number, 6)
           END,
           'normal', 'active', ${sql.agentOf('n')}, false
      FROM generate_series(0, ${KNOWN_CUSTOMERS - 1}) AS n, LATERAL (SELECT ${sql.numberOf('n')} AS number) AS written`;
}

function calls(rows: number): string {
  return `
    CREATE TEMPORARY TABLE seed_call AS
    SELECT call.*, talk, queue, trunk, answered_at, ended_at,
           ${iso('started_at')} AS started_iso, ${iso('answered_at')} AS answered_iso, ${iso('ended_at')} AS ended_iso
      FROM (SELECT n AS id,
                   ${sql.callIdOf('n')} AS external_call_id,
                   ${sql.customerOf('n')} AS customer,
                   ${sql.numberOf(sql.customerOf('n'))} AS number,
                   ${sql.extensionOf(sql.agentOf('n'))} AS extension,
                   ${sql.agentOf('n')} AS agent_user_id,
                   n * 389::bigint % 1009 < 605 AS inbound,
                   n * 421::bigint % 997 < 748 AS talked,
                   now() - make_interval(secs => 365 * 86400.0 * (${rows} - n + 1) / ${rows}) AS started_at,
                   5 + n % 23 AS wait,
                   15 + n % 401 AS talk_if_answered,
                   (ARRAY['sales', 'support', 'delivery', 'returns'])[1 + n % 4] AS queue_if_inbound,
                   'trunk-' || 1 + n % 3 AS trunk_if_inbound
              FROM generate_series(1, ${rows}) AS n) AS call,
           LATERAL (SELECT CASE WHEN talked THEN talk_if_answered ELSE 0 END AS talk,
                           CASE WHEN inbound THEN queue_if_inbound END AS queue,
                           CASE WHEN inbound THEN trunk_if_inbound END AS trunk) AS said,
           LATERAL (SELECT started_at + make_interval(secs => wait) AS answered_at,
                           started_at + make_interval(secs => wait + talk) AS ended_at) AS times`;
}

function events(): string {
  return `
    CREATE TEMPORARY TABLE seed_event AS
    SELECT id AS call_id, external_call_id, 'incoming' AS type, 'incoming-call' AS route, started_at AS at,
           ${payload(`'event', 'incoming_call', 'from', number, 'to_extension', extension, 'queue_name', queue,
             'trunk_name', trunk, 'bracknet_call_id', external_call_id, 'timestamp', started_iso`)} AS payload
      FROM seed_call WHERE inbound
    UNION ALL
    SELECT id, external_call_id, 'answered', 'call-answered', answered_at,
           ${payload(`'event', 'call_answered', 'agent_extension', extension,
             'bracknet_call_id', external_call_id, 'timestamp', answered_iso`)}
      FROM seed_call WHERE talked
    UNION ALL
    SELECT id, external_call_id, 'ended', 'call-ended', ended_at,
           ${payload(`'event', 'call_ended', 'duration', talk,
             'end_reason', CASE WHEN talked THEN 'completed' ELSE 'no_answer' END,
             'bracknet_call_id', external_call_id, 'timestamp', ended_iso`)}
      FROM seed_call
     ORDER BY 1, 5`;
}

function storedCalls(): string {
  return `
    INSERT INTO telephony_calls
      (id, external_call_id, crm_call_id, agent_user_id, agent_phone, first_agent_phone, customer_phone,
       customer_number_e164, customer_id, direction, status, started_at, answered_at, ended_at, duration_seconds,
       wait_seconds, queue_name, trunk_name, disposition, end_reason, inferred, facts, effects, meta, version,
       created_at, updated_at, user_ids)
    SELECT id, external_call_id, CASE WHEN NOT inbound THEN 'TELEPHONY-' || id END,
           CASE WHEN NOT inbound THEN agent_user_id END, extension, CASE WHEN talked THEN extension END, number,
           '+88' || number, CASE WHEN customer < ${KNOWN_CUSTOMERS} THEN customer + 1 END,
           CASE WHEN inbound THEN 'inbound' ELSE 'outbound' END, CASE WHEN talked THEN 'completed' ELSE 'failed' END,
           started_at, CASE WHEN talked THEN answered_at END, ended_at, CASE WHEN talked THEN talk END, wait, queue, trunk,
           CASE WHEN talked THEN 'completed' WHEN inbound THEN 'missed' ELSE 'no_answer' END,
           CASE WHEN talked THEN 'completed' ELSE 'no_answer' END, ARRAY['wait_seconds'],
           ${facts(
             `${report('ended', 'ended_iso')} || jsonb_build_object(
                'durationSeconds', talk, 'endReason', CASE WHEN talked THEN 'completed' ELSE 'no_answer' END)`,
             `'agentUserId', CASE WHEN NOT inbound THEN agent_user_id END,`,
           )},
           CASE
             WHEN talked THEN jsonb_build_object('customerReached', jsonb_build_object('at', ended_iso, 'taskId', NULL))
             WHEN inbound THEN jsonb_build_object('missedTask', jsonb_build_object('at', ended_iso, 'taskId', id))
             ELSE '{}'
           END,
           jsonb_build_object('events', reported.events), 4, started_at, ended_at,
           CASE WHEN inbound THEN '{}' ELSE ARRAY[agent_user_id] END
      FROM seed_call
      JOIN (SELECT call_id,
                   jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', type, 'at', payload->'timestamp',
                     'extension', coalesce(payload->'to_extension', payload->'agent_extension'),
                    'from', coalesce(payload->'from', payload->'customer_number'), 'payload', payload))
                   ORDER BY at) AS events
              FROM seed_event GROUP BY call_id) AS reported ON reported.call_id = seed_call.id
     ORDER BY id`;
}

function storedReceipts(): string {
  return `
    INSERT INTO telephony_webhook_receipts
      (delivery_id, route, event_type, external_call_id, call_id, source_address, outcome, body, occurred_at,
       occurred_at_source, received_at)
    SELECT 'sha256:' || encode(sha256(convert_to(type || payload::text, 'UTF8')), 'hex'),
           route, payload->>'event', external_call_id, call_id, '10.0.0.1', 'applied', convert_to(payload::text, 'UTF8'),
           at, 'pbx', at
      FROM seed_event
     ORDER BY call_id, at`;
}

/** Each task has the id of its call. */
function storedTasks(rows: number): string {
  const pending = `id > ${Math.floor(rows * 0.98)}`;
  return `
    INSERT INTO crm_call_tasks
      (id, customer_id, assigned_agent_id, task_date, priority, call_reason, status, call_outcome, notes, completed_at,
       created_at, updated_at)
    SELECT id, number, CASE WHEN customer < ${KNOWN_CUSTOMERS} THEN ${sql.agentOf('customer')} END, ended_at::date, 'warm',
           'missed_call', CASE WHEN ${pending} THEN 'pending' ELSE 'completed' END,
           CASE WHEN NOT ${pending} THEN 'connected' END,
           'Missed call on ' || to_char(ended_at, 'YYYY-MM-DD HH24:MI:SS') || ' at extension ' || extension || ' (call ' || id || ').',
           CASE WHEN NOT ${pending} THEN ended_at::timestamp END, ended_at::timestamp, ended_at::timestamp
      FROM seed_call
     WHERE inbound AND NOT talked
     ORDER BY id
        ON CONFLICT DO NOTHING`;
}
