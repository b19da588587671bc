import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PreparedStatement } from '../../../database/batch/prepared-statement.js';
import { RowSet } from '../../../database/batch/row-set.js';
import { SequenceAllocator } from '../../../database/batch/sequence-allocator.js';
import { pipelined } from '../../../database/transaction.js';
import { ExtensionTimelineRepository } from '../../agents/extensions/timeline/extension-timeline.repository.js';
import type { ExtensionTimeline } from '../../agents/extensions/timeline/extension-timeline.js';
import type { NamedExtension } from '../../agents/extensions/timeline/named-extension.js';
import { FigureMarks } from './marks/figure-marks.repository.js';
import { RecordingLedger } from './recordings/recording-ledger.repository.js';
import { type CallRow, callOfRow, READ_COLUMNS, WRITTEN_COLUMNS } from './call-row.js';
import type { Call } from './call.entity.js';
import { EXTERNAL_ID_TIMEOUT_MS } from './domain/identity/start-of-event.js';
import { NOT_PLACED_CODES } from './domain/start-answer.js';
import { REACHED_MIN_TALK_SECONDS } from './domain/effects/call-effects.js';
import type { CallUnitOfWork } from './domain/call-unit-of-work.js';
import type { CallWithFacts } from './domain/call-with-facts.js';
import {
  CORRELATION_AFTER_SECONDS,
  CORRELATION_BEFORE_SECONDS,
} from './domain/correlation/caller-correlation.js';

/** Namespace of these advisory locks: the first of the two integers that PostgreSQL keys them by. */
const CALL_LOCK = 7_301;

/** Most calls of one caller that are loaded for the correlation; the newest ones. */
const CALLER_LIMIT = 200;

/** Most calls of one PBX id that are loaded; the newest ones. */
const CALLS_OF_ID_LIMIT = 50;

/** Most starts with one id of the CRM that are loaded; the newest ones. */
const STARTS_OF_CRM_ID_LIMIT = 20;

const NOT_PLACED = NOT_PLACED_CODES.map((code) => `'${code}'`).join(', ');

/** The keys by which a call that will be written can be found. null: unknown. */
export interface CallKeys {
  readonly callId: number | null;
  readonly externalCallId: string | null;
  readonly crmCallId: string | null;
  /** The customer's number, E.164. */
  readonly number: string | null;
  /** When the event or action takes place; calls of the same caller are loaded around it. */
  readonly at: Date;
}

export interface LoadedCall {
  readonly call: CallWithFacts;
  /** true: found by its own keys; false: another call of the same caller. */
  readonly targeted: boolean;
  /** The number of the caller by which the row is found; not the one of its facts if a rule has changed since. */
  readonly storedNumber: string | null;
  /** The row was written before facts were stored, and not changed since. */
  readonly isLegacy: boolean;
}

/** The parameters that the statements `lock-calls` and `load-calls` share. */
export type CallLookup = readonly unknown[];

const LOOKUP = new RowSet<CallKeys>('k', {
  call_id: ['integer', ({ callId }) => callId],
  external_call_id: ['text', ({ externalCallId }) => externalCallId],
  crm_call_id: ['text', ({ crmCallId }) => crmCallId],
  number: ['text', ({ number }) => number],
  at: ['timestamptz', ({ at }) => at],
});
const LOOKUP_CTE = `lookup AS MATERIALIZED (SELECT * FROM ${LOOKUP.source})`;
const PROVIDER = '$6';
const STARTED_SINCE = '$7';

/** Builds a query for the calls of the given keys that selects `columns`. */
type Finder = (columns: string) => string;

/**
 * OFFSET 0 forces one index lookup per key. Without it PostgreSQL may scan the whole table instead, and keep that plan
 * when the table has grown.
 */
const byExternalId: Finder = (columns) => `
  SELECT ${columns} FROM lookup k CROSS JOIN LATERAL (
    SELECT * FROM telephony_calls
     WHERE provider = ${PROVIDER} AND external_call_id = k.external_call_id
     ORDER BY external_id_occurrence DESC LIMIT ${CALLS_OF_ID_LIMIT}) AS c`;
const byId: Finder = (columns) => `
  SELECT ${columns} FROM lookup k CROSS JOIN LATERAL (
    SELECT * FROM telephony_calls WHERE id = k.call_id OFFSET 0) AS c`;
/** The newest clicks to call with this CRM id that have no PBX id yet, without those that the PBX has refused. */
const byCrmId: Finder = (columns) => `
  SELECT ${columns} FROM lookup k CROSS JOIN LATERAL (
    SELECT * FROM telephony_calls
     WHERE external_call_id IS NULL AND crm_call_id = k.crm_call_id AND provider = ${PROVIDER}
       AND direction = 'outbound' AND created_at > ${STARTED_SINCE}
       AND coalesce(meta -> 'start' -> 'answer' -> 'error' ->> 'code', '') NOT IN (${NOT_PLACED})
     ORDER BY created_at DESC, id DESC LIMIT ${STARTS_OF_CRM_ID_LIMIT}) AS c
   WHERE k.crm_call_id IS NOT NULL`;

const FINDERS = [byExternalId, byId, byCrmId];

const LOCK_KEYS = `unnest(ARRAY[c.customer_number_e164, 'call:' || c.external_call_id])`;

/** Locks the keys in sorted order, so that two transactions with common keys cannot deadlock. */
const LOCK = new PreparedStatement<{ key: string }>(
  'lock-calls',
  `
    WITH ${LOOKUP_CTE}, found AS (
      SELECT number AS key FROM lookup
      UNION SELECT 'call:' || external_call_id FROM lookup
      ${FINDERS.map((find) => `UNION ${find(LOCK_KEYS)}`).join('\n      ')}
    )
    SELECT key, pg_advisory_xact_lock(${CALL_LOCK}, hashtext(key))
      FROM (SELECT key FROM found WHERE key IS NOT NULL ORDER BY hashtext(key)) AS sorted`,
);

const TARGET = 'c.id, c.customer_number_e164 AS number, c.started_at, k.at';

/** Numbers and times are compared as row values, so that PostgreSQL uses the index on (number, started_at). */
const LOAD = new PreparedStatement<CallRow & { targeted: boolean }>(
  'load-calls',
  `
    WITH ${LOOKUP_CTE}, target AS MATERIALIZED (${FINDERS.map((find) => find(TARGET)).join(' UNION ALL ')}),
    span AS (
      SELECT number, min(moment) AS earliest, max(moment) AS latest
        FROM (SELECT number, at AS moment FROM lookup
              UNION ALL SELECT number, at FROM target
              UNION ALL SELECT number, started_at FROM target) AS moments
       WHERE number IS NOT NULL GROUP BY number
    ), chosen AS (
      SELECT id FROM target
      UNION ALL
      SELECT near.id FROM span CROSS JOIN LATERAL (
        SELECT n.id FROM telephony_calls n
         WHERE (n.customer_number_e164, n.started_at)
                 >= (span.number, span.earliest - interval '${CORRELATION_BEFORE_SECONDS} s')
           AND (n.customer_number_e164, n.started_at)
                 <= (span.number, span.latest + interval '${CORRELATION_BEFORE_SECONDS + CORRELATION_AFTER_SECONDS} s')
         ORDER BY n.customer_number_e164 DESC, n.started_at DESC LIMIT ${CALLER_LIMIT}) AS near
    )
    SELECT ${READ_COLUMNS}, c.id IN (SELECT id FROM target) AS targeted
      FROM telephony_calls c WHERE c.id = ANY (ARRAY(SELECT id FROM chosen))`,
);

const LOAD_FOR_TASKS = new PreparedStatement<CallRow>(
  'load-calls-for-tasks',
  `
    SELECT ${READ_COLUMNS} FROM unnest($2::integer[]) AS task (id) CROSS JOIN LATERAL (
      SELECT * FROM telephony_calls
       WHERE (effects -> 'missedTask' ->> 'taskId')::integer = task.id OFFSET 0) AS c
     WHERE c.customer_number_e164 = ANY ($1)
    UNION ALL
    SELECT ${READ_COLUMNS} FROM unnest($1::text[]) AS caller (number) CROSS JOIN LATERAL (
      SELECT * FROM telephony_calls WHERE customer_number_e164 = caller.number OFFSET 0) AS c
     WHERE $3::timestamptz IS NOT NULL AND c.status = 'completed' AND c.ended_at > $3
       AND c.duration_seconds >= ${REACHED_MIN_TALK_SECONDS}`,
);

const WRITTEN = new RowSet<CallWithFacts>('w', { id: ['integer', (call) => call.id], ...WRITTEN_COLUMNS });
const COLUMNS = Object.keys(WRITTEN_COLUMNS);
const ARRAYS: Readonly<Record<string, string>> = { inferred: 'text[]', user_ids: 'integer[]' };
const VALUES = COLUMNS.map((column) => (column in ARRAYS ? `${column}::${ARRAYS[column]}` : column));
const UPDATED_COLUMNS = COLUMNS.filter((column) => column !== 'provider' && column !== 'created_at');

/** Upsert by id. `updated_at` is the database's clock, because the sweeper compares it with `now()`. */
const WRITE = new PreparedStatement(
  'write-calls',
  `
    INSERT INTO telephony_calls AS c (id, version, updated_at, ${COLUMNS.join(', ')})
    SELECT id, 1, clock_timestamp(), ${VALUES.join(', ')} FROM ${WRITTEN.source}
    ON CONFLICT (id) DO UPDATE
       SET version = c.version + 1, updated_at = clock_timestamp(), ${UPDATED_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}`,
);

/** What agents have written of such a call is added to what they have written of the other one. */
const REMOVE = new PreparedStatement(
  'remove-calls',
  `
    WITH former AS (
      DELETE FROM telephony_call_notes AS n USING unnest($1::integer[], $2::integer[]) AS gone (id, into_id)
       WHERE n.call_id = gone.id RETURNING gone.into_id, n.*),
    moved AS (
      INSERT INTO telephony_call_notes AS n (call_id, note, outcome, written_by, written_at)
      SELECT into_id, coalesce(string_agg(nullif(note, ''), E'\\n' ORDER BY written_at), ''),
             (array_agg(outcome ORDER BY written_at DESC) FILTER (WHERE outcome IS NOT NULL))[1],
             (array_agg(written_by ORDER BY written_at DESC))[1], max(written_at)
        FROM former WHERE into_id IS NOT NULL GROUP BY into_id
      ON CONFLICT (call_id) DO UPDATE
         SET note = concat_ws(E'\\n', nullif(n.note, ''), nullif(excluded.note, '')),
             outcome = coalesce(n.outcome, excluded.outcome))
    DELETE FROM telephony_calls WHERE id = ANY ($1)`,
);

/**
 * Locks, loads and writes the calls of a unit of work in batches, with SQL that TypeORM cannot express. Every method runs
 * in the transaction of the given manager.
 */
@Injectable()
export class CallBatchRepository {
  private readonly ids = new SequenceAllocator('telephony_calls');

  constructor(
    private readonly extensions: ExtensionTimelineRepository,
    private readonly recordings: RecordingLedger,
    private readonly marks: FigureMarks,
  ) {}

  /** Who held these extensions, and what they were. */
  readExtensions(manager: EntityManager, named: readonly NamedExtension[]): Promise<ExtensionTimeline> {
    return this.extensions.read(manager, named);
  }

  lookupOf(provider: string, keys: readonly CallKeys[]): CallLookup {
    return [...LOOKUP.valuesOf(keys), provider, new Date(Date.now() - EXTERNAL_ID_TIMEOUT_MS)];
  }

  /**
   * Until the transaction ends, no other transaction writes the calls of these keys, nor other calls of their callers:
   * every writer of a row holds the locks of its PBX id and of its caller's number, as far as it has them.
   * @returns the keys that are locked: numbers, and `call:` with a PBX id
   */
  async lock(manager: EntityManager, lookup: CallLookup): Promise<ReadonlySet<string>> {
    const rows = await LOCK.run(manager, [...lookup]);
    return new Set(rows.map(({ key }) => key));
  }

  /** Whether `locked` holds every key that a writer of this call needs. */
  isLocked({ customerNumberE164, externalCallId }: Call, locked: ReadonlySet<string>): boolean {
    return (
      (customerNumberE164 === null || locked.has(customerNumberE164)) &&
      (externalCallId === null || locked.has(`call:${externalCallId}`))
    );
  }

  /** The calls of these keys, and the calls of the same callers within the correlation window. */
  async load(manager: EntityManager, provider: string, lookup: CallLookup): Promise<LoadedCall[]> {
    const rows = await LOAD.run(manager, [...lookup]);
    return rows.map((row) => ({
      call: callOfRow(row, provider),
      targeted: row.targeted,
      storedNumber: row.customer_number_e164,
      isLegacy: row.legacy !== null,
    }));
  }

  /**
   * Missed calls of these customers that created these tasks or were added to them, and their answered calls that ended
   * after a time and were long enough to count as a talk.
   * @param criteria.numbers E.164
   * @param criteria.talksEndedAfter null: no answered calls
   */
  async loadForTasks(
    manager: EntityManager,
    provider: string,
    criteria: { numbers: ReadonlySet<string>; taskIds: readonly number[]; talksEndedAfter: Date | null },
  ): Promise<CallWithFacts[]> {
    const values = [[...criteria.numbers], criteria.taskIds, criteria.talksEndedAfter];
    const rows = await LOAD_FOR_TASKS.run(manager, values);
    return rows.map((row) => callOfRow(row, provider));
  }

  takeIds(manager: EntityManager, count: number): Promise<number[]> {
    return this.ids.take(manager, count);
  }

  async flush(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<void> {
    const removed = unitOfWork.removals();
    const changed = unitOfWork.changedCalls();
    const rows = WRITTEN.valuesOf(changed);
    await pipelined([
      // Deletes go first: a written row may have taken over the PBX id of a removed one, and that id is unique.
      removed.length === 0
        ? []
        : REMOVE.run(manager, [removed.map(({ id }) => id), removed.map(({ into }) => into)]),
      changed.length === 0 ? [] : WRITE.run(manager, rows),
      this.recordings.write(manager, unitOfWork),
      this.marks.write(manager, unitOfWork),
    ]);
  }

  /** See {@link FigureMarks.writeForRows}. */
  markDays(manager: EntityManager, calls: readonly Call[]): Promise<void> {
    return this.marks.writeForRows(manager, calls);
  }

  /** See {@link RecordingLedger.erase}. */
  eraseRecordings(manager: EntityManager, callIds: readonly number[]): Promise<void> {
    return this.recordings.erase(manager, callIds);
  }
}
