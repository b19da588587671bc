import { Repository, type SelectQueryBuilder } from 'typeorm';
import type { Call } from '../call.entity.js';
import { SWEEP_RULE_SQL } from '../call.repository.js';
import type { SweepLimits } from '../domain/sweep-rules.js';

/** Calls that were started since a time. */
export interface StartCount {
  readonly count: number;
  /** When the first of them was started; null: there is none. */
  readonly first: Date | null;
}

/** Counts rows of `telephony_calls` that began with a start, by the time at which the service wrote them. */
export class StartUsageRepository extends Repository<Call> {
  /** Calls of an agent that are not over. Those that the sweeper will close on its next run are not counted. */
  countOpen(agentUserId: number, since: Date, limits: SweepLimits): Promise<number> {
    return this.startedSince(since)
      .andWhere('call.agentUserId = :agentUserId', { agentUserId })
      .andWhere(`call.status NOT IN ('completed', 'failed')`)
      .andWhere(`(${SWEEP_RULE_SQL}) IS NULL`)
      .setParameters(limits)
      .getCount();
  }

  /** @param agentUserId null: of all agents */
  async countStarted(agentUserId: number | null, since: Date): Promise<StartCount> {
    const starts = this.startedSince(since);
    if (agentUserId !== null) starts.andWhere('call.agentUserId = :agentUserId', { agentUserId });
    const counted = await starts
      .select('count(*)::integer', 'count')
      .addSelect('min(call.createdAt)', 'first')
      .getRawOne<StartCount>();
    return counted ?? { count: 0, first: null };
  }

  private startedSince(since: Date): SelectQueryBuilder<Call> {
    return (
      this.createQueryBuilder('call')
        .where('call.agentUserId IS NOT NULL AND call.createdAt > :since', { since })
        // An agent also has calls that he did not start.
        .andWhere(`call.direction = 'outbound' AND call.meta -> 'start' IS NOT NULL`)
    );
  }
}
