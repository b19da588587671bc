import { DataSource } from 'typeorm';
import { dataSourceOptions, type DatabaseSettings } from '../../src/database/data-source.js';
import { createEmptyDatabase, type TestDatabase } from './database.js';

/** A row of `telephony_calls` as the CRM's former code wrote it. Times are wall-clock text in Asia/Dhaka. */
export interface LegacyCall {
  id: number;
  provider?: string;
  external_call_id?: string | null;
  task_id?: number;
  agent_user_id?: number;
  agent_phone?: string;
  customer_phone?: string;
  direction?: 'inbound' | 'outbound';
  status?: 'initiated' | 'ringing' | 'answered' | 'completed' | 'failed';
  started_at?: string;
  answered_at?: string;
  ended_at?: string;
  duration_seconds?: number;
  recording_url?: string;
  meta?: unknown;
  created_at?: string | null;
  updated_at?: string | null;
  queue_name?: string;
  trunk_name?: string;
  wait_seconds?: number;
  hold_seconds?: number;
  disposition?: string;
}

const LEGACY_CALL_DEFAULTS = {
  provider: 'bracknet',
  customer_phone: '',
  direction: 'outbound',
  status: 'initiated',
  created_at: '2026-01-03 10:30:00',
  updated_at: '2026-01-03 10:30:00',
};

/**
 * The CRM's database before this service: names of keys and indexes are whatever its tools made of them, a view
 * depends on the task table, and a table of its own points to calls.
 */
export const LEGACY_SCHEMA = [
  `CREATE TABLE telephony_calls (
     id serial CONSTRAINT "PK_5f0e8b3a1c" PRIMARY KEY,
     provider varchar(50) NOT NULL DEFAULT 'bracknet',
     external_call_id varchar(255),
     task_id integer,
     agent_user_id integer,
     agent_phone varchar(30),
     customer_phone varchar(30) NOT NULL,
     direction varchar(20) NOT NULL DEFAULT 'outbound',
     status varchar(20) NOT NULL DEFAULT 'initiated'
       CHECK (status IN ('initiated', 'ringing', 'answered', 'completed', 'failed')),
     started_at timestamp DEFAULT CURRENT_TIMESTAMP,
     answered_at timestamp,
     ended_at timestamp,
     duration_seconds integer,
     recording_url text,
     meta jsonb,
     created_at timestamp DEFAULT CURRENT_TIMESTAMP,
     updated_at timestamp DEFAULT CURRENT_TIMESTAMP,
     queue_name varchar(100),
     trunk_name varchar(100),
     wait_seconds integer,
     hold_seconds integer,
     disposition varchar(50)
   )`,
  'CREATE INDEX "IDX_calls_agentUserId" ON telephony_calls (agent_user_id)',
  'CREATE INDEX idx_telephony_calls_disposition ON telephony_calls (disposition)',
  'CREATE INDEX idx_telephony_calls_queue ON telephony_calls (queue_name)',
  'CREATE INDEX idx_telephony_calls_started ON telephony_calls (started_at)',
  'CREATE INDEX idx_telephony_calls_trunk ON telephony_calls (trunk_name)',
  `CREATE TABLE crm_call_reviews (
     id serial PRIMARY KEY,
     call_id integer REFERENCES telephony_calls (id) ON DELETE CASCADE,
     stars integer
   )`,
  `CREATE TABLE crm_call_tasks (
     id serial PRIMARY KEY,
     customer_id varchar(255) NOT NULL,
     assigned_agent_id integer,
     task_date date NOT NULL DEFAULT CURRENT_DATE,
     priority varchar(20) DEFAULT 'medium' CHECK (priority IN ('hot', 'warm', 'cold')),
     call_reason varchar(255),
     recommended_product_id integer,
     status varchar(50) DEFAULT 'pending'
       CHECK (status IN ('pending', 'in_progress', 'completed', 'skipped', 'failed')),
     call_outcome varchar(100),
     notes text,
     scheduled_time time,
     completed_at timestamp,
     created_at timestamp DEFAULT CURRENT_TIMESTAMP,
     updated_at timestamp DEFAULT CURRENT_TIMESTAMP
   )`,
  `CREATE VIEW crm_open_call_tasks AS
     SELECT id, customer_id, task_date, priority, status, scheduled_time, created_at
       FROM crm_call_tasks WHERE status IN ('pending', 'in_progress')`,
  `CREATE TABLE customers (
     id serial PRIMARY KEY,
     uuid uuid DEFAULT gen_random_uuid(),
     name varchar(50) NOT NULL,
     last_name varchar(50),
     company_name varchar(100),
     email varchar(100),
     phone varchar(20),
     mobile varchar(20),
     customer_type varchar(20) DEFAULT 'new',
     status varchar(20),
     source varchar(100),
     assigned_to integer,
     priority varchar(20),
     is_deleted boolean DEFAULT false,
     total_spent numeric(15, 2),
     customer_lifetime_value numeric(15, 2),
     last_contact_date timestamp,
     next_follow_up timestamp,
     notes text,
     district varchar(100),
     city varchar(100),
     address text,
     loyalty_points integer NOT NULL DEFAULT 0
   )`,
];

const LEGACY_VARIATION = [
  `ALTER TABLE telephony_calls
     DROP CONSTRAINT telephony_calls_status_check,
     ALTER created_at SET NOT NULL,
     ALTER created_at SET DEFAULT now(),
     ALTER updated_at DROP DEFAULT,
     ALTER started_at TYPE timestamp(3),
     ALTER started_at DROP DEFAULT`,
  'CREATE INDEX "by task" ON telephony_calls (task_id)',
  'CREATE INDEX "newest first" ON telephony_calls (started_at DESC)',
  'DROP INDEX idx_telephony_calls_trunk, idx_telephony_calls_started',
];

/** Tasks as the CRM may hold them: several that wait for one customer, of telephony's reason and of others. */
const LEGACY_TASKS = `
  INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status, call_outcome, notes, scheduled_time) VALUES
    ('01712345678', 'hot', 'missed_call', 'pending', NULL, 'first miss', '10:15'),
    ('01712345678', 'warm', 'missed_call', 'pending', NULL, 'second miss', NULL),
    ('01712345678', 'cold', 'missed_call', 'pending', NULL, NULL, NULL),
    ('01712345678', 'warm', 'follow_up', 'pending', NULL, NULL, NULL),
    ('01712345678', 'warm', 'missed_call', 'completed', 'connected', 'reached', NULL),
    ('+8801812345678', 'warm', 'missed_call', 'pending', NULL, NULL, NULL),
    ('REMOVED', NULL, NULL, NULL, NULL, NULL, NULL),
    ('4711', 'hot', 'order_confirmation', 'in_progress', NULL, 'a customer by id', NULL)`;

/** Customers' numbers in every format in use. */
const LEGACY_CUSTOMERS = `
  INSERT INTO customers (name, phone, mobile, source, is_deleted) VALUES
    ('Plain', '01711000001', NULL, 'facebook', false),
    ('Plus', '+8801711000002', '', NULL, false),
    ('Country code', '8801711000003', NULL, NULL, NULL),
    ('Dashed', NULL, '01711-000004', NULL, false),
    ('Two in one', '01711000005/018', '01811000005', NULL, false),
    ('Bangla', '০১৭১১০০০০০৬', NULL, NULL, false),
    ('Spaced', '+88 017 1100 0007', NULL, NULL, false),
    ('Land line', '02-9123456', NULL, NULL, false),
    ('Abroad', '+44 20 7946 0958', NULL, NULL, false),
    ('By source', NULL, NULL, '+966501234567', false),
    ('None', '', 'n/a', NULL, true)`;

/** A database that only one test uses, and a connection to it. */
export interface OpenDatabase extends TestDatabase {
  readonly dataSource: DataSource;
}

/** Without a schema. */
export async function openEmptyDatabase(overrides: Partial<DatabaseSettings> = {}): Promise<OpenDatabase> {
  const database = await createEmptyDatabase();
  const settings = { ...database.settings, ...overrides };
  const dataSource = await new DataSource(dataSourceOptions(settings)).initialize();
  return {
    ...database,
    settings,
    dataSource,
    async drop() {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

/** A database with the CRM's schema and these calls, before the adoption. */
export async function openLegacyDatabase(
  calls: readonly LegacyCall[] = [],
  overrides: Partial<DatabaseSettings> = {},
): Promise<OpenDatabase> {
  const database = await openEmptyDatabase(overrides);
  for (const statement of [...LEGACY_SCHEMA, LEGACY_TASKS, LEGACY_CUSTOMERS]) {
    await database.dataSource.query(statement);
  }
  if (calls.length > 0) await insertLegacyCalls(database.dataSource, calls);
  return database;
}

/** The same tables with possible differences: no CHECK, other types of times, other indexes. */
export async function openVariedLegacyDatabase(): Promise<OpenDatabase> {
  const database = await openLegacyDatabase();
  for (const statement of LEGACY_VARIATION) await database.dataSource.query(statement);
  return database;
}

async function insertLegacyCalls(dataSource: DataSource, calls: readonly LegacyCall[]): Promise<void> {
  await dataSource.query(
    'INSERT INTO telephony_calls SELECT * FROM jsonb_populate_recordset(NULL::telephony_calls, $1)',
    [JSON.stringify(calls.map((call) => ({ ...LEGACY_CALL_DEFAULTS, ...call })))],
  );
  await dataSource.query(
    `SELECT setval(pg_get_serial_sequence('telephony_calls', 'id'), (SELECT max(id) FROM telephony_calls))`,
  );
}

/** `count` calls of one customer each, numbered from 1, in one statement. */
export async function insertManyLegacyCalls(dataSource: DataSource, count: number): Promise<void> {
  await dataSource.query(
    `INSERT INTO telephony_calls (customer_phone, status, started_at)
     SELECT '017' || lpad(n::text, 8, '0'), 'completed', '2026-01-03 10:00:00' FROM generate_series(1, $1::integer) AS n`,
    [count],
  );
}

/** Everything that describes the tables and views of the database, as text that can be compared; without TypeORM's own. */
export async function shapeOf(dataSource: DataSource, tablesLike = '%'): Promise<string[]> {
  const rows: { line: string }[] = await dataSource.query(
    `WITH relation AS (
       SELECT oid, relname, relkind FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
          AND relname LIKE $1 AND relname <> 'telephony_migrations'
     )
     SELECT concat_ws(' ', 'column', relname, attname, format_type(atttypid, atttypmod),
                      CASE WHEN attnotnull THEN 'not null' END, pg_get_expr(adbin, adrelid)) AS line
       FROM relation
       JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped
       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      UNION ALL
     SELECT concat_ws(' ', 'constraint', relname, conname, pg_get_constraintdef(pg_constraint.oid))
       FROM relation JOIN pg_constraint ON conrelid = relation.oid
      WHERE contype <> 'n'
      UNION ALL
     SELECT 'index ' || pg_get_indexdef(indexrelid) FROM relation JOIN pg_index ON indrelid = oid
      UNION ALL
     SELECT pg_get_triggerdef(pg_trigger.oid)
       FROM relation JOIN pg_trigger ON tgrelid = relation.oid
      WHERE NOT tgisinternal
      UNION ALL
     SELECT concat_ws(' ', 'options', relname, array_to_string(reloptions, ', '))
       FROM relation JOIN pg_class USING (oid, relname)
      WHERE pg_class.reloptions IS NOT NULL
      UNION ALL
     SELECT concat_ws(' ', 'view', relname, pg_get_viewdef(oid)) FROM relation WHERE relkind = 'v'
      ORDER BY line`,
    [tablesLike],
  );
  return rows.map(({ line }) => line);
}
