import { In, MoreThanOrEqual, Repository } from 'typeorm';
import { Call } from './call.entity.js';
import { AWAITED_FOR_MS } from './domain/apply-event.js';
import type { SweepLimits, SweepRule } from './domain/sweep-rules.js';

/** PostgreSQL advisory locks are told apart by a pair of integers; the first one is what is locked. */
const START_LOCK = 7_302;
const SWEEP_LOCK = 7_303;

/** A call that has been as it is for too long. */
export interface StaleCall {
  readonly id: number;
  /** Of the row that was looked at. */
  readonly version: number;
  readonly rule: SweepRule;
}

/** How long a call has been as it is is measured from the last change of its row, by the database's clock. */
const RULE_THAT_HOLDS = `CASE
  WHEN call.hangup_requested_at < now() - make_interval(secs => :hangup) THEN 'hangup'
  WHEN call.status = 'initiated' AND call.external_call_id IS NULL
       AND call.updated_at < now() - make_interval(secs => :unplaced) THEN 'unplaced'
  WHEN call.status = 'initiated' AND call.external_call_id IS NOT NULL
       AND call.updated_at < now() - make_interval(secs => :silent) THEN 'silent'
  WHEN call.status = 'ringing' AND call.updated_at < now() - make_interval(secs => :ringing) THEN 'ringing'
  WHEN call.status = 'answered' AND call.updated_at < now() - make_interval(secs => :answered) THEN 'answered'
END`;

/** Rows of `telephony_calls`, one at a time. What events change is written by `CallStore` alone. */
export class CallRepository extends Repository<Call> {
  /** The newest call that this agent started to a number since a moment, unless it is over. */
  findStarted(agentUserId: number, e164: string, since: Date): Promise<Call | null> {
    return this.findOne({
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

  /** Calls that are not over and have been as they are for longer than the limits allow, oldest first. */
  findStale(limits: SweepLimits, most: number): Promise<StaleCall[]> {
    return (
      this.createQueryBuilder('call')
        .select(['call.id AS id', 'call.version AS version', `${RULE_THAT_HOLDS} AS rule`])
        // In the words of the index of open calls.
        .where(`call.status IN ('initiated', 'ringing', 'answered')`)
        .andWhere(`${RULE_THAT_HOLDS} IS NOT NULL`)
        .setParameters(limits)
        .orderBy('call.started_at')
        .limit(most)
        .getRawMany<StaleCall>()
    );
  }

  /** Notes that the PBX was asked for something; what comes of it, the PBX reports. */
  async markRequested(id: number, mark: 'hangupRequestedAt' | 'transferRequestedAt'): Promise<void> {
    await this.update({ id }, { [mark]: () => 'now()', version: () => 'version + 1' });
  }

  /** The PBX would not hang up: nobody is to conclude that the call is over. */
  async unmarkHangup(id: number): Promise<void> {
    await this.update({ id }, { hangupRequestedAt: null, version: () => 'version + 1' });
  }

  /** Until the transaction ends, no other start of this agent is decided on. TypeORM knows no advisory locks. */
  async lockStarts(agentUserId: number): Promise<void> {
    await this.query('SELECT pg_advisory_xact_lock($1, $2)', [START_LOCK, agentUserId]);
  }

  /** Until the transaction ends, no other instance sweeps. @returns false when another does */
  async lockSweep(): Promise<boolean> {
    const [row] = await this.query<{ locked: boolean }[]>(
      `SELECT pg_try_advisory_xact_lock(${SWEEP_LOCK}, 0) AS locked`,
    );
    return row?.locked === true;
  }
}
