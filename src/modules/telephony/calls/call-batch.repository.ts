import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PreparedStatement } from '../../../database/batch/prepared-statement.js';
import { RowSet } from '../../../database/batch/row-set.js';
import { SequenceAllocator } from '../../../database/batch/sequence-allocator.js';
import { pipelined } from '../../../database/transaction.js';
import { type CallRow, callOfRow, READ_COLUMNS, WRITTEN_COLUMNS } from './call-row.js';
import type { Call } from './call.entity.js';
import { AWAITED_FOR_MS } from './domain/apply-event.js';
import { REACHED_AFTER_SECONDS } from './domain/call-effects.js';
import type { CallUnitOfWork } from './domain/call-unit-of-work.js';
import type { CallWithFacts } from './domain/call-with-facts.js';
import { AFTER_SECONDS, BEFORE_SECONDS } from './domain/correlation/caller-correlation.js';

/** PostgreSQL advisory locks are told apart by a pair of integers; the first one is what is locked. */
const CALL_LOCK = 7_301;

/** Most calls of one caller that are looked at when his calls are told apart. */
const CALLER_LIMIT = 200;

/** What is known beforehand of a call that will be written: by what it can be found. */
export interface CallKeys {
  readonly callId: number | null;
  readonly externalCallId: string | null;
  readonly crmCallId: string | null;
  /** The customer's, E.164. */
  readonly number: string | null;
  readonly at: Date;
}

export interface LoadedCall {
  readonly call: CallWithFacts;
  /** It was found by its own keys, not as another call of the same caller. */
  readonly targeted: boolean;
  /** Its row was written by the former code, and not touched since. */
  readonly isFormer: boolean;
}

/** The values that locking and loading share: both look for the same calls, up to the same moment. */
export type CallLookup = readonly unknown[];

const SOUGHT = new RowSet<CallKeys>('s', {
  call_id: ['integer', ({ callId }) => callId],
  external_call_id: ['text', ({ externalCallId }) => externalCallId],
  crm_call_id: ['text', ({ crmCallId }) => crmCallId],
  number: ['text', ({ number }) => number],
  at: ['timestamptz', ({ at }) => at],
});
const SOUGHT_CTE = `sought AS MATERIALIZED (SELECT * FROM ${SOUGHT.source})`;
const PROVIDER = '$6';
const AWAITED_SINCE = '$7';

/** How the calls of some keys are found: what is read of them is put in for the columns. */
type Finder = (columns: string) => string;

/**
 * Looked up one by one: OFFSET 0 keeps PostgreSQL from turning the join round and reading the table through, which is
 * quick only while the table is small.
 */
const byExternalId: Finder = (columns) => `
  SELECT ${columns} FROM sought s CROSS JOIN LATERAL (
    SELECT * FROM telephony_calls
     WHERE provider = ${PROVIDER} AND external_call_id = s.external_call_id OFFSET 0) AS c`;
const byId: Finder = (columns) => `
  SELECT ${columns} FROM sought s CROSS JOIN LATERAL (
    SELECT * FROM telephony_calls WHERE id = s.call_id OFFSET 0) AS c`;
/** Started under this CRM id, and the PBX's id is not known yet. */
const byCrmId: Finder = (columns) => `
  SELECT ${columns} FROM sought s CROSS JOIN LATERAL (
    SELECT * FROM telephony_calls
     WHERE external_call_id IS NULL AND crm_call_id = s.crm_call_id AND provider = ${PROVIDER}
       AND direction = 'outbound' AND created_at > ${AWAITED_SINCE}
     ORDER BY created_at DESC, id DESC LIMIT 1) AS c
   WHERE s.crm_call_id IS NOT NULL`;

const FINDERS = [byExternalId, byId, byCrmId];

const LOCK_KEYS = `unnest(ARRAY[c.customer_number_e164, 'call:' || c.external_call_id])`;

/** Keys are sorted as they are locked: two transactions that want the same ones ask in the same order. */
const LOCK = new PreparedStatement<{ key: string }>(
  'lock-calls',
  `
    WITH ${SOUGHT_CTE}, found AS (
      SELECT number AS key FROM sought
      UNION SELECT 'call:' || external_call_id FROM sought
      ${FINDERS.map((find) => `UNION ${find(LOCK_KEYS)}`).join('\n      ')}
    )
    SELECT key, pg_advisory_xact_lock(${CALL_LOCK}, hashtext(key))
      FROM (SELECT key FROM found WHERE key IS NOT NULL ORDER BY hashtext(key)) AS sorted`,
);

const TARGET = 'c.id, c.customer_number_e164 AS number, c.started_at, s.at';

/**
 * Callers and times are compared as pairs: that can be done by the index on both alone.
 */
const LOAD = new PreparedStatement<CallRow & { targeted: boolean }>(
  'load-calls',
  `
    WITH ${SOUGHT_CTE}, target AS MATERIALIZED (${FINDERS.map((find) => find(TARGET)).join(' UNION ALL ')}),
    span AS (
      SELECT number, min(moment) AS earliest, max(moment) AS latest
        FROM (SELECT number, at AS moment FROM sought
              UNION ALL SELECT number, at FROM target
              UNION ALL SELECT number, started_at FROM target) AS moments
       WHERE number IS NOT NULL GROUP BY number
    ), chosen AS (
      SELECT id FROM target
      UNION ALL
      SELECT near.id FROM span CROSS JOIN LATERAL (
        SELECT n.id FROM telephony_calls n
         WHERE (n.customer_number_e164, n.started_at)
                 >= (span.number, span.earliest - interval '${BEFORE_SECONDS} s')
           AND (n.customer_number_e164, n.started_at)
                 <= (span.number, span.latest + interval '${BEFORE_SECONDS + AFTER_SECONDS} s')
         ORDER BY n.customer_number_e164 DESC, n.started_at DESC LIMIT ${CALLER_LIMIT}) AS near
    )
    SELECT ${READ_COLUMNS}, c.id IN (SELECT id FROM target) AS targeted
      FROM telephony_calls c WHERE c.id = ANY (ARRAY(SELECT id FROM chosen))`,
);

const LOAD_BEHIND_TASKS = new PreparedStatement<CallRow>(
  'load-calls-behind-tasks',
  `
    SELECT ${READ_COLUMNS} FROM unnest($2::integer[]) AS task (id) CROSS JOIN LATERAL (
      SELECT * FROM telephony_calls
       WHERE (effects -> 'missedTask' ->> 'taskId')::integer = task.id OFFSET 0) AS c
     WHERE c.customer_number_e164 = ANY ($1) AND c.direction = 'inbound' AND c.status = 'failed'
    UNION ALL
    SELECT ${READ_COLUMNS} FROM unnest($1::text[]) AS caller (number) CROSS JOIN LATERAL (
      SELECT * FROM telephony_calls WHERE customer_number_e164 = caller.number OFFSET 0) AS c
     WHERE $3::timestamptz IS NOT NULL AND c.status = 'completed' AND c.ended_at > $3
       AND c.duration_seconds >= ${REACHED_AFTER_SECONDS}`,
);

const WRITTEN = new RowSet<CallWithFacts>('w', { id: ['integer', (call) => call.id], ...WRITTEN_COLUMNS });
const COLUMNS = Object.keys(WRITTEN_COLUMNS);
const VALUES = COLUMNS.map((column) => (column === 'inferred' ? 'inferred::text[]' : column));
const NEWS = COLUMNS.filter((column) => column !== 'provider' && column !== 'created_at');

/** Rows that are there already are found by their id. When they change is told by the clock that the sweeper reads. */
const WRITE = new PreparedStatement(
  'write-calls',
  `
    INSERT INTO telephony_calls AS c (id, version, updated_at, ${COLUMNS.join(', ')})
    SELECT id, 1, clock_timestamp(), ${VALUES.join(', ')} FROM ${WRITTEN.source}
    ON CONFLICT (id) DO UPDATE
       SET version = c.version + 1, updated_at = clock_timestamp(), ${NEWS.map((column) => `${column} = excluded.${column}`).join(', ')}`,
);

const REMOVE = new PreparedStatement('remove-calls', 'DELETE FROM telephony_calls WHERE id = ANY ($1)');

/**
 * The statements of a unit of work: calls locked, loaded and written many at a time, which TypeORM cannot say. Every
 * method works in the transaction of the manager that it is given.
 */
@Injectable()
export class CallBatchRepository {
  private readonly ids = new SequenceAllocator('telephony_calls');

  /** @param keys of the calls that are looked for */
  lookupOf(provider: string, keys: readonly CallKeys[]): CallLookup {
    return [...SOUGHT.valuesOf(keys), provider, new Date(Date.now() - AWAITED_FOR_MS)];
  }

  /**
   * Until the transaction ends, nobody else writes calls that these keys can be about, nor other calls of their callers:
   * whoever writes a row holds the lock of its PBX id, if it has one, and that of its caller, if he is known.
   * @returns the keys that are locked
   */
  async lock(manager: EntityManager, lookup: CallLookup): Promise<ReadonlySet<string>> {
    const rows = await LOCK.run(manager, [...lookup]);
    return new Set(rows.map(({ key }) => key));
  }

  isLocked({ customerNumberE164, externalCallId }: Call, locked: ReadonlySet<string>): boolean {
    return (
      (customerNumberE164 === null || locked.has(customerNumberE164)) &&
      (externalCallId === null || locked.has(`call:${externalCallId}`))
    );
  }

  /** The calls of these keys, and those of the same callers that can have to do with them. */
  async load(manager: EntityManager, provider: string, lookup: CallLookup): Promise<LoadedCall[]> {
    const rows = await LOAD.run(manager, [...lookup]);
    return rows.map((row) => ({
      call: callOfRow(row, provider),
      targeted: row.targeted,
      isFormer: row.former !== null,
    }));
  }

  /**
   * Misses of customers that stand behind tasks, and their talks that ended after a moment and were long enough to count.
   */
  async loadBehindTasks(
    manager: EntityManager,
    provider: string,
    behind: { numbers: ReadonlySet<string>; taskIds: readonly number[]; talksAfter: Date | null },
  ): Promise<CallWithFacts[]> {
    const values = [[...behind.numbers], behind.taskIds, behind.talksAfter];
    const rows = await LOAD_BEHIND_TASKS.run(manager, values);
    return rows.map((row) => callOfRow(row, provider));
  }

  takeIds(manager: EntityManager, count: number): Promise<number[]> {
    return this.ids.take(manager, count);
  }

  async flush(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<void> {
    const removed = unitOfWork.removedIds();
    const changed = unitOfWork.changedCalls();
    await pipelined([
      // First, for the id of the PBX that a removed row had may be another's now.
      removed.length === 0 ? [] : REMOVE.run(manager, [removed]),
      changed.length === 0 ? [] : WRITE.run(manager, WRITTEN.valuesOf(changed)),
    ]);
  }
}
