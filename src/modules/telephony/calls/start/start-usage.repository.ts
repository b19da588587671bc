import { Repository, type SelectQueryBuilder } from 'typeorm';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
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
  /** Calls that a user started and that are not over. Those that the sweeper will close on its next run are not counted. */
  countOpen(agent: AgentIdentity, since: Date, limits: SweepLimits): Promise<number> {
    return this.startedBy(agent, since)
      .andWhere(`call.status NOT IN ('completed', 'failed')`)
      .andWhere(`(${SWEEP_RULE_SQL}) IS NULL`)
      .setParameters(limits)
      .getCount();
  }

  /** @param agent null: of all users */
  async countStarted(agent: AgentIdentity | null, since: Date): Promise<StartCount> {
    const starts = agent === null ? this.startedSince(since) : this.startedBy(agent, since);
    const counted = await starts
      .select('count(*)::integer', 'count')
      .addSelect('min(call.createdAt)', 'first')
      .getRawOne<StartCount>();
    return counted ?? { count: 0, first: null };
  }

  /** Only a supervisor starts calls of others. The index of an agent's starts does not find those, so only he looks. */
  private startedBy({ userId, role }: AgentIdentity, since: Date): SelectQueryBuilder<Call> {
    const startedBy = `call.facts -> 'origin' -> 'startedBy'`;
    const isOwn = `call.agentUserId = :userId AND ${startedBy} IS NULL`;
    const isHis = role === 'supervisor' ? `(${isOwn} OR ${startedBy} = to_jsonb(:userId::integer))` : isOwn;
    return this.startedSince(since).andWhere(isHis, { userId });
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
