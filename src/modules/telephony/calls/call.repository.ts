import { In, Repository, type SelectQueryBuilder } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { CALL_ID_KEY_SQL, callIdKeyOf } from '../../../common/call-id.js';
import { Call } from './call.entity.js';
import type { ErasedColumns } from './domain/erased-call.js';
import { EXTERNAL_ID_TIMEOUT_MS } from './domain/identity/start-of-event.js';
import type { SweepLimits, SweepRule } from './domain/sweep-rules.js';

/** Namespaces of advisory locks: the first of the two integers that PostgreSQL keys them by. */
const START_LOCK = 7_302;
const SWEEP_LOCK = 7_303;

/** Most calls that are read for one id of the PBX. */
const CALLS_OF_ID_LIMIT = 50;

/** A call that the sweeper has to close. */
export interface StaleCall {
  readonly id: number;
  /** Version of the row that was read. */
  readonly version: number;
  readonly rule: SweepRule;
}

/** Which calls are derived again. */
export interface DerivableScope {
  readonly provider: string;
  /** Ids, both included. */
  readonly fromId: number;
  readonly lastId: number;
  /** null: whenever they began. */
  readonly begunBefore: Date | null;
}

/** The rule that a call violates, or NULL. Ages are measured from `updated_at`, by the database's clock. */
export const SWEEP_RULE_SQL = `CASE
  WHEN call.hangup_requested_at < now() - make_interval(secs => :hangup) THEN 'hangup'
  WHEN call.status = 'initiated' AND call.external_call_id IS NULL
       AND call.updated_at < now() - make_interval(secs => :unplaced) THEN 'unplaced'
  WHEN call.status = 'initiated' AND call.external_call_id IS NOT NULL
       AND call.updated_at < now() - make_interval(secs => :silent) THEN 'silent'
  WHEN call.status = 'ringing' AND jsonb_path_exists(call.facts, '$.reports[*] ? (@.type == "answered")') THEN
       CASE WHEN call.updated_at < now() - make_interval(secs => :unattended) THEN 'unattended' END
  WHEN call.status = 'ringing' AND call.updated_at < now() - make_interval(secs => :ringing) THEN 'ringing'
  WHEN call.status = 'answered' AND call.updated_at < now() - make_interval(secs => :answered) THEN 'answered'
END`;

/** Single rows of `telephony_calls`. The columns that events change are written by `CallStore` only. */
export class CallRepository extends Repository<Call> {
  /**
   * The newest call of this user to this number that is not over, and was started since a time or still waits for the
   * PBX's answer. By our own clock alone: events of a PBX whose clock is wrong may have moved `started_at`.
   */
  findStarted(userId: number, e164: string, since: Date, waitingSince: Date): Promise<Call | null> {
    return (
      this.createQueryBuilder('call')
        // The predicate of the partial index of an agent's open calls, and not that of all open calls.
        .where(`call.status NOT IN ('completed', 'failed')`)
        .andWhere('call.agentUserId = :userId AND call.customerNumberE164 = :e164', { userId, e164 })
        .andWhere(`call.direction = 'outbound' AND call.meta -> 'start' IS NOT NULL`)
        .andWhere(
          // The first of the two for the index: a start waits longer than a repeated click is the same.
          `call.created_at >= :waitingSince AND (call.created_at >= :since OR call.meta -> 'start' -> 'answer' IS NULL)`,
          { since, waitingSince },
        )
        .orderBy('call.createdAt', 'DESC')
        .addOrderBy('call.id', 'DESC')
        .limit(1)
        .getOne()
    );
  }

  /** The newest call of this agent to this number whose start the PBX did not answer clearly, since a time. */
  findUnanswered(agentUserId: number, e164: string, since: Date): Promise<Call | null> {
    return (
      this.createQueryBuilder('call')
        .where('call.agentUserId = :agentUserId AND call.customerNumberE164 = :e164', { agentUserId, e164 })
        // For the index: the time of a call that was not placed is by our own clock.
        .andWhere('call.startedAt >= :from', { from: new Date(since.getTime() - EXTERNAL_ID_TIMEOUT_MS) })
        .andWhere(
          `call.meta -> 'start' -> 'answer' -> 'error' ->> 'code' IN ('PBX_TIMEOUT', 'PBX_UNINTELLIGIBLE')`,
        )
        .andWhere(`call.facts -> 'inferredEnd' ->> 'at' >= :since`, { since: since.toISOString() })
        .orderBy('call.id', 'DESC')
        .limit(1)
        .getOne()
    );
  }

  /**
   * A started call, and whether its row was written longer ago than a time, by the clock of the database, which all
   * instances share. null: there is no row.
   */
  async findStart(id: number, ageMs: number): Promise<{ call: Call; isAbandoned: boolean } | null> {
    const { entities, raw } = await this.createQueryBuilder('call')
      .addSelect('call.created_at < now() - make_interval(secs => :seconds)', 'is_abandoned')
      .where('call.id = :id', { id })
      .setParameters({ seconds: ageMs / 1000 })
      .getRawAndEntities<{ is_abandoned: boolean }>();
    const [call] = entities;
    return call === undefined ? null : { call, isAbandoned: raw[0]?.is_abandoned === true };
  }

  /**
   * The calls whose ids of the PBX equal this one, then those whose ids differ from it only in case or outer spaces, each
   * newest first; at most {@link CALLS_OF_ID_LIMIT}.
   * @param externalCallId see `CALL_ID_PATTERN`
   */
  findByExternalIdKey(provider: string, externalCallId: string): Promise<Call[]> {
    return this.createQueryBuilder('call')
      .where(`${CALL_ID_KEY_SQL} = :key`, { key: callIdKeyOf(externalCallId) })
      .andWhere('call.provider = :provider AND call.external_call_id IS NOT NULL', { provider })
      .orderBy('call.external_call_id = :externalCallId', 'DESC')
      .addOrderBy('call.externalIdOccurrence', 'DESC')
      .addOrderBy('call.id', 'DESC')
      .setParameters({ externalCallId })
      .limit(CALLS_OF_ID_LIMIT)
      .getMany();
  }

  /** Open calls that have not changed for longer than the limits allow, oldest first. */
  findStale(limits: SweepLimits, limit: number): Promise<StaleCall[]> {
    return (
      this.createQueryBuilder('call')
        .select(['call.id AS id', 'call.version AS version', `${SWEEP_RULE_SQL} AS rule`])
        // The same predicate as the partial index of open calls, so that PostgreSQL uses it.
        .where(`call.status IN ('initiated', 'ringing', 'answered')`)
        .andWhere(`${SWEEP_RULE_SQL} IS NOT NULL`)
        .setParameters(limits)
        .orderBy('call.started_at')
        .limit(limit)
        .getRawMany<StaleCall>()
    );
  }

  countDerivable(scope: DerivableScope): Promise<number> {
    return this.derivable(scope).getCount();
  }

  /** The lowest ids of this scope, which as a rule are those of the oldest calls. */
  async findDerivable(scope: DerivableScope, limit: number): Promise<number[]> {
    const found = await this.derivable(scope).select('call.id').orderBy('call.id').limit(limit).getMany();
    return found.map(({ id }) => id);
  }

  /** Ids of the calls of a number. @param e164 E.164 */
  async idsOfNumber(e164: string): Promise<number[]> {
    const found = await this.find({ select: { id: true }, where: { customerNumberE164: e164 } });
    return found.map(({ id }) => id);
  }

  /** The caller holds the locks of the call, see `CallStore`. */
  async erase(id: number, columns: ErasedColumns): Promise<void> {
    await this.createQueryBuilder()
      .update()
      .set({ ...columns, version: () => 'version + 1' } as QueryDeepPartialEntity<Call>)
      .where({ id })
      .execute();
  }

  findByIds(ids: readonly number[]): Promise<Call[]> {
    return this.findBy({ id: In(ids) });
  }

  /** Rows of the former code have no facts, and nothing to derive them from. */
  private derivable({ provider, fromId, lastId, begunBefore }: DerivableScope): SelectQueryBuilder<Call> {
    const query = this.createQueryBuilder('call')
      .where('call.id BETWEEN :fromId AND :lastId', { fromId, lastId })
      .andWhere('call.provider = :provider AND call.facts IS NOT NULL', { provider })
      // The facts and receipts of an erased call lack what its columns were derived from.
      .andWhere(`call.meta -> 'erasedAt' IS NULL`);
    return begunBefore === null
      ? query
      : query.andWhere('COALESCE(call.started_at, call.created_at) < :begunBefore', { begunBefore });
  }

  /** Those of these tasks that telephony has created for a missed customer. */
  async tasksMadeFor(taskIds: readonly number[]): Promise<number[]> {
    const rows = await this.createQueryBuilder('call')
      .select(`(call.effects -> 'missedTask' ->> 'taskId')::integer`, 'taskId')
      .distinct()
      .where(`(call.effects -> 'missedTask' ->> 'taskId')::integer = ANY (:taskIds)`, { taskIds })
      .andWhere(`call.effects -> 'missedTask' -> 'crmPriority' IS NULL`)
      .getRawMany<{ taskId: number }>();
    return rows.map(({ taskId }) => taskId);
  }

  /** Stores when a hangup or transfer was requested; its result is reported by webhooks. */
  async markRequested(id: number, column: 'hangupRequestedAt' | 'transferRequestedAt'): Promise<void> {
    await this.update({ id }, { [column]: () => 'now()', version: () => 'version + 1' });
  }

  /** The hangup request failed: the sweeper must not conclude from it that the call is over. */
  async unmarkHangup(id: number): Promise<void> {
    await this.update({ id }, { hangupRequestedAt: null, version: () => 'version + 1' });
  }

  /**
   * Serializes the starts of these users until the transaction ends. By id, so that two starts do not wait for each other.
   * TypeORM does not support advisory locks.
   */
  async lockStarts(userIds: readonly number[]): Promise<void> {
    for (const userId of [...new Set(userIds)].sort((a, b) => a - b)) {
      await this.query('SELECT pg_advisory_xact_lock($1, $2)', [START_LOCK, userId]);
    }
  }

  /** Keeps other instances from sweeping until the transaction ends. @returns false when another one is sweeping */
  async lockSweep(): Promise<boolean> {
    const [row] = await this.query<{ locked: boolean }[]>(
      `SELECT pg_try_advisory_xact_lock(${SWEEP_LOCK}, 0) AS locked`,
    );
    return row?.locked === true;
  }
}
