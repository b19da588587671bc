import { Injectable } from '@nestjs/common';
import {
  Between,
  In,
  type EntityManager,
  MoreThan,
  MoreThanOrEqual,
  type QueryDeepPartialEntity,
  type SelectQueryBuilder,
} from 'typeorm';
import { REACHED_AFTER_SECONDS, talkBeganAt } from './call-effects.js';
import { Call } from './call.entity.js';
import { factsOfRow } from './legacy-facts.js';

/** PostgreSQL advisory locks are told apart by a pair of integers; the first one is what is locked. */
const CALLER_LOCK = 7_301;
const START_LOCK = 7_302;

/** A start that has no id of the PBX by then gets none any more; its CRM id may be used for another. */
const AWAITED_FOR_MS = 15 * 60_000;

/** The row with its facts: rows written before facts were kept get them from their columns. */
export type CallWithFacts = Call & { facts: NonNullable<Call['facts']> };

/** Rows of `telephony_calls` inside a transaction: every method takes that transaction's manager. */
@Injectable()
export class CallRepository {
  /** Until the transaction ends, no other event of these callers is matched to calls. */
  async lockCallers(manager: EntityManager, numbers: ReadonlySet<string>): Promise<void> {
    for (const e164 of [...numbers].sort((a, b) => (a < b ? -1 : 1))) {
      await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [CALLER_LOCK, e164]);
    }
  }

  /** Until the transaction ends, no other start of this agent is decided on. */
  async lockStarts(manager: EntityManager, agentUserId: number): Promise<void> {
    await manager.query('SELECT pg_advisory_xact_lock($1, $2)', [START_LOCK, agentUserId]);
  }

  /** The number of the customer of a call, without locking it; null when no such call or number is known. */
  async numberOf(
    manager: EntityManager,
    call: { id: number } | { provider: string; externalCallId: string },
  ): Promise<string | null> {
    const found = await manager.findOne(Call, {
      select: { id: true, customerNumberE164: true },
      where: call,
    });
    return found?.customerNumberE164 ?? null;
  }

  /** The number of the call that an event with this CRM id would be tied to. */
  async awaitedNumber(manager: EntityManager, provider: string, crmCallId: string): Promise<string | null> {
    const call = await this.awaiting(manager, provider, crmCallId).getOne();
    return call?.customerNumberE164 ?? null;
  }

  async lockById(manager: EntityManager, id: number): Promise<CallWithFacts | null> {
    return withFacts(await manager.findOne(Call, { where: { id }, lock: { mode: 'pessimistic_write' } }));
  }

  async lockByExternalId(
    manager: EntityManager,
    provider: string,
    externalCallId: string,
  ): Promise<CallWithFacts | null> {
    return withFacts(
      await manager.findOne(Call, {
        where: { provider, externalCallId },
        lock: { mode: 'pessimistic_write' },
      }),
    );
  }

  /** The newest call started under this CRM id of which the PBX's id is not known yet. */
  async lockAwaitingExternalId(
    manager: EntityManager,
    provider: string,
    crmCallId: string,
  ): Promise<CallWithFacts | null> {
    return withFacts(await this.awaiting(manager, provider, crmCallId).setLock('pessimistic_write').getOne());
  }

  private awaiting(manager: EntityManager, provider: string, crmCallId: string): SelectQueryBuilder<Call> {
    return manager
      .createQueryBuilder(Call, 'call')
      .where('call.external_call_id IS NULL AND call.crm_call_id = :crmCallId', { crmCallId })
      .andWhere(`call.provider = :provider AND call.direction = 'outbound'`, { provider })
      .andWhere('call.created_at > :since', { since: new Date(Date.now() - AWAITED_FOR_MS) })
      .orderBy('call.id', 'DESC')
      .limit(1);
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
      },
      order: { id: 'DESC' },
    });
  }

  /** Calls of one caller that began in a span of time, oldest first. */
  async lockOfCaller(
    manager: EntityManager,
    e164: string,
    from: Date,
    to: Date,
    limit: number,
  ): Promise<CallWithFacts[]> {
    const calls = await manager.find(Call, {
      where: { customerNumberE164: e164, startedAt: Between(from, to) },
      order: { startedAt: 'DESC', id: 'DESC' },
      take: limit,
      lock: { mode: 'pessimistic_write' },
    });
    return calls.reverse().map((call) => ({ ...call, facts: factsOfRow(call) }));
  }

  /** @returns null when another transaction has taken the PBX's id meanwhile */
  async insert(manager: EntityManager, call: Partial<Call>): Promise<CallWithFacts | null> {
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(Call)
      .values(columnsOf(call))
      .orIgnore()
      .returning('id')
      .execute();
    const [row] = result.raw as { id: number }[];
    return row === undefined ? null : this.lockById(manager, row.id);
  }

  async save(manager: EntityManager, call: CallWithFacts): Promise<void> {
    const { id, ...columns } = call;
    call.version += 1;
    call.updatedAt = new Date();
    await manager.update(
      Call,
      { id },
      columnsOf({ ...columns, version: call.version, updatedAt: call.updatedAt }),
    );
  }

  /** Notes that the PBX was asked for something; what comes of it, the PBX reports. */
  async markRequested(
    manager: EntityManager,
    call: Call,
    mark: 'hangupRequestedAt' | 'transferRequestedAt',
    at: Date,
  ): Promise<void> {
    await manager.update(Call, { id: call.id }, { [mark]: at, version: () => 'version + 1' });
  }

  async markEffects(manager: EntityManager, call: Call): Promise<void> {
    await manager.update(Call, { id: call.id }, { effects: call.effects, version: () => 'version + 1' });
  }

  /** The first talk with this customer, long enough to count, that began after a moment. */
  async reachedAfter(manager: EntityManager, e164: string, moment: Date): Promise<Call | null> {
    const talks = await manager.find(Call, {
      where: {
        customerNumberE164: e164,
        status: 'completed',
        endedAt: MoreThan(moment),
        durationSeconds: MoreThanOrEqual(REACHED_AFTER_SECONDS),
      },
      order: { startedAt: 'ASC' },
    });
    return talks.find((talk) => (talkBeganAt(talk) ?? moment) > moment) ?? null;
  }

  /** How many other calls of the same customer that are still misses stand behind the same task. */
  otherMisses(manager: EntityManager, call: Call, taskId: number): Promise<number> {
    return this.missesOf(manager, call.customerNumberE164 ?? '', taskId)
      .andWhere('call.id <> :id', { id: call.id })
      .getCount();
  }

  /** When the customer was last missed, of the misses that stand behind a task. */
  async lastMissOf(manager: EntityManager, e164: string, taskId: number): Promise<Date | null> {
    const call = await this.missesOf(manager, e164, taskId)
      .orderBy('call.ended_at', 'DESC')
      .limit(1)
      .getOne();
    return call?.endedAt ?? null;
  }

  private missesOf(manager: EntityManager, e164: string, taskId: number): SelectQueryBuilder<Call> {
    return manager
      .createQueryBuilder(Call, 'call')
      .where('call.customer_number_e164 = :e164', { e164 })
      .andWhere(`call.direction = 'inbound' AND call.status = 'failed'`)
      .andWhere(`call.disposition <> 'answered_elsewhere'`)
      .andWhere(`(call.effects -> 'missedTask' ->> 'taskId')::integer = :taskId`, { taskId });
  }

  async remove(manager: EntityManager, call: Call): Promise<void> {
    await manager.delete(Call, { id: call.id });
  }
}

/** TypeORM's type for values to write cannot describe a JSON column of unknown content. */
function columnsOf(call: Partial<Call>): QueryDeepPartialEntity<Call> {
  return call as QueryDeepPartialEntity<Call>;
}

function withFacts(call: Call | null): CallWithFacts | null {
  return call === null ? null : { ...call, facts: factsOfRow(call) };
}
