import { Injectable } from '@nestjs/common';
import { In, type EntityManager, MoreThanOrEqual } from 'typeorm';
import { SequenceAllocator } from '../../../database/sequence-allocator.js';
import { RowSet } from '../../../database/row-set.js';
import type { SqlSession, Statement } from '../../../database/sql-session.js';
import type { CallUnitOfWork } from './domain/call-unit-of-work.js';
import type { CallWithFacts } from './domain/call-with-facts.js';
import { REACHED_AFTER_SECONDS } from './domain/call-effects.js';
import { AWAITED_FOR_MS } from './domain/apply-event.js';
import { type CallRow, callOfRow, READ_COLUMNS, WRITTEN_COLUMNS } from './call-row.js';
import { Call } from './call.entity.js';
import type { SweepLimits, SweepRule } from './domain/sweep-rules.js';
import { AFTER_SECONDS, BEFORE_SECONDS } from './domain/correlation/caller-correlation.js';

/** PostgreSQL advisory locks are told apart by a pair of integers; the first one is what is locked. */
const CALL_LOCK = 7_301;
const START_LOCK = 7_302;
const SWEEP_LOCK = 7_303;

/** Most calls of one caller that are looked at when his calls are told apart. */
const CALLER_LIMIT = 200;

/** What is known beforehand of a call that will be written: who it can be. */
export interface CallKeys {
  readonly callId: number | null;
  readonly externalCallId: string | null;
  readonly crmCallId: string | null;
  /** The customer's, E.164. */
  readonly number: string | null;
  readonly at: Date;
}

/** A call that has been as it is for too long. */
export interface StaleCall {
  readonly id: number;
  /** Of the row that was looked at. */
  readonly version: number;
  readonly rule: SweepRule;
}

/** How the calls of some mentions are found. */
export interface CallLookup {
  readonly provider: string;
  readonly lock: Statement;
  readonly load: Statement;
  readonly values: unknown[];
}

export interface LoadedCall {
  readonly call: CallWithFacts;
  /** It was found as the very call of a mention, not as another of the same caller. */
  readonly targeted: boolean;
  /** Its row was written by the former code, and not touched since. */
  readonly isFormer: boolean;
}

const SOUGHT = new RowSet<CallKeys>('m', {
  call_id: ['integer', (mention) => mention.callId],
  external_call_id: ['text', (mention) => mention.externalCallId],
  crm_call_id: ['text', (mention) => mention.crmCallId],
  number: ['text', (mention) => mention.number],
  at: ['timestamptz', (mention) => mention.at],
});
const SOUGHT_CTE = `mention AS MATERIALIZED (SELECT * FROM ${SOUGHT.source})`;
const PROVIDER = '$6';
const AWAITED_SINCE = '$7';

/** How the calls of mentions are found: what is read of them is put in for the columns. */
type Finder = (columns: string) => string;

/**
 * Looked up one by one: OFFSET 0 keeps PostgreSQL from turning the join round and reading the table through, which is
 * quick only while the table is small.
 */
const byExternalId: Finder = (columns) => `
  SELECT ${columns} FROM mention m CROSS JOIN LATERAL (
    SELECT * FROM telephony_calls
     WHERE provider = ${PROVIDER} AND external_call_id = m.external_call_id OFFSET 0) AS c`;
const byId: Finder = (columns) => `
  SELECT ${columns} FROM mention m CROSS JOIN LATERAL (
    SELECT * FROM telephony_calls WHERE id = m.call_id OFFSET 0) AS c`;
/** Started under a mention's CRM id, and the PBX's id is not known yet. */
const byCrmId: Finder = (columns) => `
  SELECT ${columns} FROM mention m CROSS JOIN LATERAL (
    SELECT * FROM telephony_calls
     WHERE external_call_id IS NULL AND crm_call_id = m.crm_call_id AND provider = ${PROVIDER}
       AND direction = 'outbound' AND created_at > ${AWAITED_SINCE}
     ORDER BY created_at DESC, id DESC LIMIT 1) AS c
   WHERE m.crm_call_id IS NOT NULL`;

const KEYS = `unnest(ARRAY[c.customer_number_e164, 'call:' || c.external_call_id])`;

/** Keys are sorted as they are locked: two transactions that want the same ones ask in the same order. */
const lockText = (...ways: Finder[]): string => `
    WITH ${SOUGHT_CTE}, found AS (
      SELECT number AS key FROM mention
      UNION SELECT 'call:' || external_call_id FROM mention
      ${ways.map((way) => `UNION ${way(KEYS)}`).join('\n      ')}
    )
    SELECT key, pg_advisory_xact_lock(${CALL_LOCK}, hashtext(key))
      FROM (SELECT key FROM found WHERE key IS NOT NULL ORDER BY hashtext(key)) AS sorted`;

const TARGET = 'c.id, c.customer_number_e164 AS number, c.started_at, m.at';

/**
 * Callers and times are compared as pairs: that can be done by the index on both alone.
 */
const loadText = (...ways: Finder[]): string => `
    WITH ${SOUGHT_CTE}, target AS MATERIALIZED (${ways.map((way) => way(TARGET)).join(' UNION ALL ')}),
    span AS (
      SELECT number, min(moment) AS earliest, max(moment) AS latest
        FROM (SELECT number, at AS moment FROM mention
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
      FROM telephony_calls c WHERE c.id = ANY (ARRAY(SELECT id FROM chosen))`;

/** What the PBX reports of names its own id alone, as a rule: the other ways then cost nothing. */
const BY_EXTERNAL_ID = {
  lock: { name: 'lock-reported-calls', text: lockText(byExternalId) },
  load: { name: 'load-reported-calls', text: loadText(byExternalId) },
};
const BY_ANY_ID = {
  lock: { name: 'lock-calls', text: lockText(byExternalId, byId, byCrmId) },
  load: { name: 'load-calls', text: loadText(byExternalId, byId, byCrmId) },
};

const LOAD_BEHIND_TASKS: Statement = {
  name: 'load-calls-behind-tasks',
  text: `
    SELECT ${READ_COLUMNS} FROM unnest($2::integer[]) AS task (id) CROSS JOIN LATERAL (
      SELECT * FROM telephony_calls
       WHERE (effects -> 'missedTask' ->> 'taskId')::integer = task.id OFFSET 0) AS c
     WHERE c.customer_number_e164 = ANY ($1) AND c.direction = 'inbound' AND c.status = 'failed'
    UNION ALL
    SELECT ${READ_COLUMNS} FROM unnest($1::text[]) AS caller (number) CROSS JOIN LATERAL (
      SELECT * FROM telephony_calls WHERE customer_number_e164 = caller.number OFFSET 0) AS c
     WHERE $3::timestamptz IS NOT NULL AND c.status = 'completed' AND c.ended_at > $3
       AND c.duration_seconds >= ${REACHED_AFTER_SECONDS}`,
};

/** How long a call has been as it is is measured from the last change of its row, by the database's clock. */
const FIND_STALE: Statement = {
  name: 'find-stale-calls',
  text: `
    SELECT id, version, rule FROM (
      SELECT id, version, started_at, CASE
               WHEN hangup_requested_at < now() - make_interval(secs => $4) THEN 'hangup'
               WHEN status = 'initiated' AND external_call_id IS NULL AND updated_at < now() - make_interval(secs => $1)
                 THEN 'unplaced'
               WHEN status = 'initiated' AND external_call_id IS NOT NULL
                    AND updated_at < now() - make_interval(secs => $2) THEN 'silent'
               WHEN status = 'ringing' AND updated_at < now() - make_interval(secs => $3) THEN 'ringing'
               WHEN status = 'answered' AND updated_at < now() - make_interval(secs => $5) THEN 'answered'
             END AS rule
        FROM telephony_calls WHERE status IN ('initiated', 'ringing', 'answered')) AS open_calls
     WHERE rule IS NOT NULL ORDER BY started_at LIMIT $6`,
};

const WRITTEN = new RowSet<CallWithFacts>('w', { id: ['integer', (call) => call.id], ...WRITTEN_COLUMNS });
const COLUMNS = Object.keys(WRITTEN_COLUMNS);
const VALUES = COLUMNS.map((column) => (column === 'inferred' ? 'inferred::text[]' : column));
const NEWS = COLUMNS.filter((column) => column !== 'provider' && column !== 'created_at');

/** Rows that are there already are found by their id. When they change is told by the clock that the sweeper reads. */
const WRITE: Statement = {
  name: 'write-calls',
  text: `
    INSERT INTO telephony_calls AS c (id, version, updated_at, ${COLUMNS.join(', ')})
    SELECT id, 1, clock_timestamp(), ${VALUES.join(', ')} FROM ${WRITTEN.source}
    ON CONFLICT (id) DO UPDATE
       SET version = c.version + 1, updated_at = clock_timestamp(), ${NEWS.map((column) => `${column} = excluded.${column}`).join(', ')}`,
};

const LOCK_SWEEP: Statement = {
  name: 'lock-sweep',
  text: `SELECT pg_try_advisory_xact_lock(${SWEEP_LOCK}, 0) AS locked`,
};

const REMOVE: Statement = {
  name: 'remove-calls',
  text: 'DELETE FROM telephony_calls WHERE id = ANY ($1)',
};

/** Rows of `telephony_calls`. Methods take the session or the manager of the transaction they work in. */
@Injectable()
export class CallRepository {
  private readonly ids = new SequenceAllocator('telephony_calls');

  /**
   * Until the transaction ends, nobody else writes calls that these mentions can be about, nor other calls of their
   * callers: whoever writes a row holds the lock of its PBX id, if it has one, and that of its caller, if he is known.
   * @returns the keys that are locked
   */
  async lock(session: SqlSession, { lock, values }: CallLookup): Promise<ReadonlySet<string>> {
    const rows = await session.rows<{ key: string }>(lock, values);
    return new Set(rows.map(({ key }) => key));
  }

  isLocked({ customerNumberE164, externalCallId }: Call, locked: ReadonlySet<string>): boolean {
    return (
      (customerNumberE164 === null || locked.has(customerNumberE164)) &&
      (externalCallId === null || locked.has(`call:${externalCallId}`))
    );
  }

  /** The calls of these mentions, and those of the same callers that can have to do with them. */
  async load(session: SqlSession, { provider, load, values }: CallLookup): Promise<LoadedCall[]> {
    const rows = await session.rows<CallRow & { targeted: boolean }>(load, values);
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
    session: SqlSession,
    provider: string,
    behind: { numbers: ReadonlySet<string>; taskIds: readonly number[]; talksAfter: Date | null },
  ): Promise<CallWithFacts[]> {
    const values = [[...behind.numbers], behind.taskIds, behind.talksAfter];
    const rows = await session.rows<CallRow>(LOAD_BEHIND_TASKS, values);
    return rows.map((row) => callOfRow(row, provider));
  }

  takeIds(session: SqlSession, count: number): Promise<number[]> {
    return this.ids.take(session, count);
  }

  /** Sends what a unit of work has to say of its calls. */
  write(session: SqlSession, unitOfWork: CallUnitOfWork): void {
    const removed = unitOfWork.removedIds();
    // First, for the id of the PBX that a removed row had may be another's now.
    if (removed.length > 0) session.send(REMOVE, [removed]);
    const changed = unitOfWork.changedCalls();
    if (changed.length > 0) session.write(WRITE, WRITTEN.valuesOf(changed));
  }

  /** Until the transaction ends, no other instance sweeps. @returns false when another does */
  async lockSweep(session: SqlSession): Promise<boolean> {
    const [row] = await session.rows<{ locked: boolean }>(LOCK_SWEEP, []);
    return row?.locked === true;
  }

  /** Calls that are not over and have been as they are for longer than the limits allow, oldest first. */
  findStale(session: SqlSession, limits: SweepLimits, most: number): Promise<StaleCall[]> {
    const { unplaced, silent, ringing, hangup, answered } = limits;
    return session.rows<StaleCall>(FIND_STALE, [unplaced, silent, ringing, hangup, answered, most]);
  }

  /** Until the transaction ends, no other start of this agent is decided on. */
  async lockStarts(manager: EntityManager, agentUserId: number): Promise<void> {
    await manager.query('SELECT pg_advisory_xact_lock($1, $2)', [START_LOCK, agentUserId]);
  }

  findById(manager: EntityManager, id: number): Promise<Call | null> {
    return manager.findOne(Call, { where: { id } });
  }

  findByExternalId(manager: EntityManager, provider: string, externalCallId: string): Promise<Call | null> {
    return manager.findOne(Call, { where: { provider, externalCallId } });
  }

  /** The newest call that this agent started to a number since a moment, unless it is over. */
  findStarted(manager: EntityManager, agentUserId: number, e164: string, since: Date): Promise<Call | null> {
    return manager.findOne(Call, {
      where: {
        agentUserId,
        customerNumberE164: e164,
        direction: 'outbound',
        status: In(['initiated', 'ringing', 'answered']),
        createdAt: MoreThanOrEqual(since),
        // For the index: the PBX's clock may have moved the beginning of the call back, but not far.
        startedAt: MoreThanOrEqual(new Date(since.getTime() - AWAITED_FOR_MS)),
      },
      order: { createdAt: 'DESC', id: 'DESC' },
    });
  }

  /** Notes that the PBX was asked for something; what comes of it, the PBX reports. */
  async markRequested(
    manager: EntityManager,
    call: Call,
    mark: 'hangupRequestedAt' | 'transferRequestedAt',
  ): Promise<void> {
    await manager.update(Call, { id: call.id }, { [mark]: () => 'now()', version: () => 'version + 1' });
  }

  /** The PBX would not hang up: nobody is to conclude that the call is over. */
  async unmarkHangup(manager: EntityManager, call: Call): Promise<void> {
    await manager.update(Call, { id: call.id }, { hangupRequestedAt: null, version: () => 'version + 1' });
  }
}

/** How the calls of these mentions are locked and loaded: the same way, and up to the same moment. */
export function lookupOf(provider: string, mentions: readonly CallKeys[]): CallLookup {
  const values = [...SOUGHT.valuesOf(mentions), provider];
  return mentions.every(({ callId, crmCallId }) => callId === null && crmCallId === null)
    ? { ...BY_EXTERNAL_ID, provider, values }
    : { ...BY_ANY_ID, provider, values: [...values, new Date(Date.now() - AWAITED_FOR_MS)] };
}
