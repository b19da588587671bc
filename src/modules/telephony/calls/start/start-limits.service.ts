import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { sweeperConfig } from '../../../../config/namespaces/sweeper.config.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { pipelined } from '../../../../database/transaction.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { type StartLimit, StartMetrics } from '../../../metrics/start-metrics.js';
import { type StartCount, StartUsageRepository } from './start-usage.repository.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Retry-After of an agent with too many open calls: when one of them ends is not known. */
const OPEN_CALL_RETRY_SECONDS = 10;

/**
 * Limits of starts, counted from the rows of the calls, so that all instances share them. The limits of one agent are
 * exact, because the caller holds the lock of the agent's starts. The limit of all agents may be passed by the starts of
 * other agents that are being written at that moment: a lock of all starts would make each wait for the others.
 */
@Injectable()
export class StartLimits {
  constructor(
    private readonly usage: StartUsageRepository,
    private readonly metrics: StartMetrics,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
    @Inject(sweeperConfig.KEY) private readonly sweeper: ConfigType<typeof sweeperConfig>,
  ) {}

  /**
   * @param agent who asks: what a supervisor starts for others counts as his
   * @throws DomainError CALL_LIMIT_REACHED
   */
  async check(manager: EntityManager, agent: AgentIdentity, now: Date): Promise<void> {
    const usage = manager.withRepository(this.usage);
    const { openPerAgent, perMinutePerAgent, perHourPerAgent, perMinute } = this.config.startLimits;
    const { limits } = this.sweeper;
    const before = (ms: number): Date => new Date(now.getTime() - ms);
    const openSince = before((limits.answered + limits.ringing) * 1000);

    const [open, agentMinute, agentHour, allMinute] = await pipelined([
      usage.countOpen(agent, openSince, limits),
      usage.countStarted(agent, before(MINUTE_MS)),
      usage.countStarted(agent, before(HOUR_MS)),
      usage.countStarted(null, before(MINUTE_MS)),
    ]);
    if (open >= openPerAgent) {
      this.refuse(
        'open_calls',
        `You have ${open} calls that are not over, and ${openPerAgent} is the most: end one first`,
        OPEN_CALL_RETRY_SECONDS,
      );
    }
    const windows = [
      ['agent_minute', agentMinute, MINUTE_MS, perMinutePerAgent, 'You have started', 'a minute'],
      ['agent_hour', agentHour, HOUR_MS, perHourPerAgent, 'You have started', 'an hour'],
      ['all_minute', allMinute, MINUTE_MS, perMinute, 'All agents together have started', 'a minute'],
    ] as const;
    for (const [limit, started, ms, most, subject, unit] of windows) {
      if (started.count < most) continue;
      const seconds = secondsUntilFree(started, ms, now);
      this.refuse(limit, `${subject} ${most} calls within ${unit}, which is the most`, seconds);
    }
  }

  private refuse(limit: StartLimit, reason: string, retryAfterSeconds: number): never {
    this.metrics.refused(limit);
    throw new DomainError('CALL_LIMIT_REACHED', `${reason}. Try again in ${retryAfterSeconds} s`, undefined, {
      retryAfterSeconds,
    });
  }
}

/** When the first of the starts that are counted leaves the time in which they are counted. */
function secondsUntilFree({ first }: StartCount, ms: number, now: Date): number {
  const waitMs = (first ?? now).getTime() + ms - now.getTime();
  return Math.max(1, Math.ceil(waitMs / 1000));
}
