import { KNOWN_CUSTOMERS, sql } from './population.js';
import { facts, iso, lastIdOf, payload, report } from './seed.js';

const DAYS = 730;
const USERS = 60;
const QUEUES = 20;
const TRUNKS = 4;
const CUSTOMERS = 400_000;
/** Coprime to the number of customers. */
const CUSTOMER_STEP = 31_337;
/** Calls that are not over: the newest. */
const OPEN = 40;
const CALLS_AT_ONCE = 250_000;
/** From so many calls on, agents are there on all days; of fewer calls on the last days alone. */
const WHOLE_ROWS = 1_000_000;
/** Of a user on a day. */
const PRESENCE_EVENTS = 28;

/** Bytes on disk of a call with its indexes, its task, and what the write-ahead log keeps meanwhile. */
const BYTES_OF_CALL = 2_300;

/** How busy each hour of a day is, beside the others. */
const BUSY = [0.1, 0, 0, 0, 0, 0, 0.1, 0.3, 2, 6, 9, 10, 9, 8, 8, 9, 9, 9, 8, 7, 5, 3, 1, 0.3];

/** The hour in which a run takes place in the zone of its business, so that its day is nearly over. */
const EVENING = 20;

/** GB, to the nearest. */
export function diskOf(rows: number): number {
  return Math.ceil((rows * BYTES_OF_CALL) / 1e9);
}

/** A zone in which it is evening: what is counted of today is then most of a day's work, whenever the bench runs. */
export function eveningZone(now: Date): string {
  const ahead = ((EVENING - now.getUTCHours() + 36) % 24) - 12;
  // In these names the sign says how far UTC is ahead.
  return ahead === 0 ? 'Etc/UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

export interface CallHistory {
  readonly rows: number;
  /** Of the business. */
  readonly zone: string;
}

/**
 * Two years of calls, oldest first, without their receipts: of 60 agents, 20 queues, 4 trunks and 400,000 customers, in
 * the hours of a shop with one quiet day a week; with the tasks of missed calls, and how long agents were there. The rows
 * look like those that the service writes.
 *
 * All statements must run in one session, because they share temporary tables.
 */
export function historyStatements({ rows, zone }: CallHistory): string[] {
  const parts = Math.ceil(rows / CALLS_AT_ONCE);
  return [
    `SET work_mem = '64MB'`,
    `SET maintenance_work_mem = '512MB'`,
    `SET TimeZone = '${zone}'`,
    hours(rows),
    // Written with the rows, they would take longer than the rows themselves.
    `CREATE TEMPORARY TABLE seed_index AS
       SELECT indexname AS name, indexdef AS definition FROM pg_indexes
        WHERE tablename = 'telephony_calls'
          AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE conrelid = 'telephony_calls'::regclass)`,
    eachIndex('DROP INDEX %I', 'name'),
    ...Array.from({ length: parts }, (_, part) =>
      calls(rows, part * CALLS_AT_ONCE, Math.min((part + 1) * CALLS_AT_ONCE, rows)),
    ),
    eachIndex('%s', 'definition'),
    tasks(rows),
    presence(Math.ceil(DAYS * Math.min(1, rows / WHOLE_ROWS))),
    lastIdOf('telephony_calls'),
    lastIdOf('crm_call_tasks'),
    'DROP TABLE seed_hour, seed_index',
    'VACUUM (ANALYZE)',
  ];
}

function eachIndex(command: string, column: string): string {
  return `DO $$ DECLARE one text; BEGIN
            FOR one IN SELECT ${column} FROM seed_index LOOP EXECUTE format('${command}', one); END LOOP;
          END $$`;
}

/** The hours of two years, each with how many calls began before it and in it. */
function hours(rows: number): string {
  return `
    CREATE TEMPORARY TABLE seed_hour AS
    SELECT at, seconds, first, lead(first, 1, ${rows}) OVER (ORDER BY at) - first AS calls
      FROM (
        SELECT at, seconds,
               floor(${rows} * coalesce(sum(weight) OVER (ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
                     / sum(weight) OVER ())::integer AS first
          FROM (SELECT at, seconds,
                       (ARRAY[${BUSY.join(', ')}])[extract(hour FROM at)::integer + 1] * seconds
                       * CASE WHEN extract(isodow FROM at) = extract(isodow FROM now() + interval '3 days') THEN 0.3 ELSE 1 END
                         AS weight
                  FROM generate_series(date_trunc('hour', now()) - interval '${DAYS} days', now(), interval '1 h') AS at,
                       LATERAL (SELECT least(3600, extract(epoch FROM now() - at)) AS seconds) AS length) AS weighed
      ) AS numbered`;
}

/** One call in three that agents dial is to the customer of a call shortly before. */
const CUSTOMER = `((n - CASE WHEN NOT inbound AND n % 3 = 0 AND n > 17 THEN 17 ELSE 0 END)::bigint
  * ${CUSTOMER_STEP} % ${CUSTOMERS})::integer`;

function calls(rows: number, first: number, end: number): string {
  const event = (
    type: string,
    time: string,
    fields: string,
  ): string => `jsonb_build_object('type', '${type}', 'at', ${time},
    'payload', ${payload(`${fields}, 'bracknet_call_id', external_call_id, 'timestamp', ${time}`)})`;
  return `
    INSERT INTO telephony_calls
      (id, external_call_id, crm_call_id, task_id, agent_user_id, agent_phone, first_agent_phone, customer_phone,
       customer_number_e164, customer_id, direction, status, started_at, answered_at, ended_at, duration_seconds, wait_seconds,
       hold_seconds, recording_url, recording_duration_seconds, queue_name, trunk_name, disposition, end_reason, inferred,
       facts, effects, meta, version, created_at, updated_at, user_ids)
    SELECT n + 1, external_call_id, CASE WHEN NOT inbound THEN 'TELEPHONY-' || n END,
           CASE WHEN NOT inbound AND n % 50 = 0 THEN n END,
           agent, extension, CASE WHEN talked THEN CASE WHEN n % 33 = 0 THEN ${sql.extensionOf('1 + agent % 60')} ELSE extension END END,
           number, '+88' || number, CASE WHEN customer < ${KNOWN_CUSTOMERS} THEN customer + 1 END,
           CASE WHEN inbound THEN 'inbound' ELSE 'outbound' END,
           CASE WHEN is_open THEN CASE WHEN talked THEN 'answered' ELSE 'ringing' END
                WHEN talked THEN 'completed' ELSE 'failed' END,
           started_at, CASE WHEN talked THEN answered_at END, CASE WHEN NOT is_open THEN ended_at END,
           CASE WHEN talked AND NOT is_open THEN talk END, wait, CASE WHEN talked AND n % 20 = 0 THEN 10 + n % 90 END,
           CASE WHEN has_recording THEN 'https://pbx.example/recordings/' || external_call_id || '.wav' END,
           CASE WHEN has_recording THEN talk END, queue, trunk,
           CASE WHEN NOT is_open THEN disposition END, CASE WHEN NOT is_open THEN end_reason END, '{}',
           ${facts(`CASE WHEN NOT is_open THEN ${report('ended', 'ended_iso')} || jsonb_build_object(
              'durationSeconds', talk, 'endReason', end_reason) END`)},
           CASE WHEN is_open THEN '{}'
                WHEN talked THEN jsonb_build_object('customerReached', jsonb_build_object('at', ended_iso, 'taskId', NULL))
                WHEN inbound THEN jsonb_build_object('missedTask', jsonb_build_object('at', ended_iso, 'taskId', n + 1))
                ELSE '{}' END,
           jsonb_build_object('events', jsonb_build_array(
             ${event('incoming', 'started_iso', `'event', 'incoming_call', 'from', number, 'to_extension', extension, 'queue_name', queue`)},
             ${event('ended', 'ended_iso', `'event', 'call_ended', 'duration', talk, 'end_reason', end_reason`)})),
           4, started_at, ended_at, ARRAY[agent]
      FROM (
        SELECT call.*, ${sql.numberOf('customer')} AS number, ${sql.extensionOf('agent')} AS extension,
               CASE WHEN inbound THEN 'queue-' || 1 + n * 13::bigint % 23 % ${QUEUES} END AS queue,
               CASE WHEN inbound THEN 'trunk-' || 1 + n % ${TRUNKS} END AS trunk,
               CASE WHEN talked THEN 'completed'
                    WHEN inbound THEN CASE WHEN part < 60 THEN 'missed' WHEN part < 85 THEN 'abandoned'
                                           WHEN part < 95 THEN 'busy' ELSE 'failed' END
                    WHEN part < 60 THEN 'no_answer' WHEN part < 90 THEN 'busy' ELSE 'failed' END AS disposition,
               CASE WHEN talked THEN 'completed' WHEN part BETWEEN 60 AND 94 THEN 'busy' ELSE 'no_answer' END AS end_reason,
               answered_at, ended_at, talked AND n % 3 = 0 AND NOT is_open AS has_recording,
               ${iso('started_at')} AS started_iso, ${iso('answered_at')} AS answered_iso, ${iso('ended_at')} AS ended_iso
          FROM (
            SELECT n, ${sql.callIdOf('n')} AS external_call_id, inbound, ${CUSTOMER} AS customer,
                   (1 + n * 37::bigint % 61 % ${USERS})::integer AS agent, n * 421::bigint % 997 < 748 AS talked,
                   n >= ${rows - OPEN} AS is_open, n * 53::bigint % 101 AS part, (2 + n * 91::bigint % 71)::integer AS wait,
                   CASE WHEN n * 421::bigint % 997 < 748 THEN (15 + n * 71::bigint % 401)::integer ELSE 0 END AS talk,
                   hour.at + make_interval(secs => hour.seconds * (n - hour.first + 0.5) / hour.calls) AS started_at
              FROM seed_hour AS hour
             CROSS JOIN LATERAL generate_series(greatest(hour.first, ${first}), least(hour.first + hour.calls, ${end}) - 1) AS n
             CROSS JOIN LATERAL (SELECT n * 389::bigint % 1009 < 605 AS inbound) AS side
             WHERE hour.first < ${end} AND hour.first + hour.calls > ${first}) AS call,
               LATERAL (SELECT started_at + make_interval(secs => wait) AS answered_at,
                               started_at + make_interval(secs => wait + talk) AS ended_at) AS times) AS seed
     ORDER BY n`;
}

/** Each task has the id of its call; of the newest two in a hundred some are pending. */
function tasks(rows: number): string {
  const pending = `id > ${Math.floor(rows * 0.98)}`;
  return `
    INSERT INTO crm_call_tasks
      (id, customer_id, task_date, priority, call_reason, status, call_outcome, notes, completed_at, created_at, updated_at)
    SELECT id, customer_phone, ended_at::date, 'warm', 'missed_call', CASE WHEN ${pending} THEN 'pending' ELSE 'completed' END,
           CASE WHEN NOT ${pending} THEN 'connected' END, 'Missed call (call ' || id || ').',
           CASE WHEN NOT ${pending} THEN ended_at::timestamp END, ended_at::timestamp, ended_at::timestamp
      FROM telephony_calls
     WHERE effects ? 'missedTask'
     ORDER BY id
        ON CONFLICT DO NOTHING`;
}

/** From nine o'clock on every twenty minutes: online and on a call in turn, a break at noon, and offline at the end. */
function presence(days: number): string {
  const last = PRESENCE_EVENTS - 1;
  return `
    INSERT INTO telephony_agent_presence_events (user_id, status, occurred_at)
    SELECT user_id,
           CASE WHEN n = ${last} THEN 'offline' WHEN n = ${PRESENCE_EVENTS / 2} THEN 'break'
                WHEN n % 2 = 0 THEN 'online' ELSE 'on_call' END,
           at
      FROM generate_series(1, ${USERS}) AS user_id,
           generate_series(now()::date - ${days}, now()::date, interval '1 day') AS day,
           generate_series(0, ${last}) AS n,
           LATERAL (SELECT day::timestamp + make_interval(hours => 9, mins => n * 20, secs => user_id) AS at) AS time
     WHERE at < now()::timestamp
     ORDER BY at`;
}
