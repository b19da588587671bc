import type { ErrorCode } from '../../common/errors/error-code.js';
import { isNotableSkew } from '../../common/time/clock-skew.js';
import type { Backlog, Quarantine } from '../metrics/backlog/backlog.repository.js';
import type { BreakerState } from '../metrics/pbx-metrics.js';
import type { Silence } from '../metrics/silence/silence.service.js';
import type { QueueState, VerificationState } from '../metrics/webhook-metrics.js';

/** State of the service from which readiness is derived. */
export interface ReadinessInputs {
  /** null: the database does not answer. */
  readonly backlog: Backlog | null;
  /** How much may be in quarantine. */
  readonly quarantineLimits: Quarantine;
  /** null: there is no queue. */
  readonly queue: QueueState | null;
  readonly pbxMode: 'live' | 'mock';
  /** Whether agents work with this service, so that mock mode has to be reported. */
  readonly isMockAFault: boolean;
  /** null in mock mode: there is no circuit breaker. */
  readonly breaker: BreakerState | null;
  /** null: webhooks are not verified. */
  readonly verification: VerificationState | null;
  /** null: the database does not answer. */
  readonly silence: Pick<Silence, 'lastWebhookAt' | 'problem'> | null;
  /** The time in the PBX's latest event minus our time at its receipt; null: no event had a time. */
  readonly clockSkewSeconds: number | null;
  /** Whether other instances can be told and heard, or there are none. */
  readonly isChangeFeedUp: boolean;
}

export type CheckStatus = 'ok' | 'degraded' | 'unavailable';

interface Check {
  readonly status: CheckStatus;
  /** What is wrong, for a person; absent when nothing is. */
  readonly problem?: string;
}

export type Checks = {
  readonly database: Check;
  readonly queue: Check & { readonly depth: number | null; readonly limit: number | null };
  readonly receipts: Check & {
    readonly failed: number | null;
    readonly dead: number | null;
    readonly quarantined: number | null;
    readonly oldestFailedSeconds: number | null;
  };
  readonly pbx: Check & { readonly mode: 'live' | 'mock'; readonly breaker: BreakerState | null };
  readonly webhooks: Check & {
    readonly signatures: VerificationState['mode'];
    readonly profile: string | null;
    readonly keyIds: readonly string[];
    /** When the last accepted webhook came; null: none has come, or it is not known. */
    readonly lastAcceptedAt: Date | null;
  };
  readonly clock: Check & { readonly skewSeconds: number | null };
  readonly changeFeed: Check;
};

export interface Readiness {
  readonly status: CheckStatus;
  readonly checks: Checks;
  /** Error code of the most severe problem; null unless `status` is `unavailable`. */
  readonly code: Extract<ErrorCode, 'DATABASE_UNAVAILABLE' | 'WEBHOOK_QUEUE_FULL'> | null;
}

/** Failed events are retried at least every five minutes; an older one has failed several times. */
const FAILED_TOO_LONG_SECONDS = 300;

/** Share of a limit of the quarantine above which an operator should look. */
const NEARLY_FULL = 0.8;

const MIB = 1024 * 1024;

const OK: Check = { status: 'ok' };

/** unavailable: events cannot be accepted; degraded: an operator should look; ok otherwise. */
export function assessReadiness(inputs: ReadinessInputs): Readiness {
  const checks: Checks = {
    database: checkOfDatabase(inputs),
    queue: checkOfQueue(inputs),
    receipts: checkOfReceipts(inputs),
    pbx: checkOfPbx(inputs),
    webhooks: checkOfWebhooks(inputs),
    clock: checkOfClock(inputs),
    changeFeed: checkOfChangeFeed(inputs),
  };
  return { status: worstOf(Object.values(checks)), checks, code: codeOf(checks) };
}

function checkOfDatabase({ backlog }: ReadinessInputs): Check {
  return backlog === null ? { status: 'unavailable', problem: 'does not answer' } : OK;
}

function checkOfQueue({ queue }: ReadinessInputs): Checks['queue'] {
  if (queue === null) return { ...OK, depth: null, limit: null };
  const { depth, limit, isFull } = queue;
  const problem = `is full: ${depth} events wait, ${limit} may`;
  return !isFull ? { ...OK, depth, limit } : { status: 'unavailable', problem, depth, limit };
}

function checkOfReceipts({ backlog, quarantineLimits }: ReadinessInputs): Checks['receipts'] {
  const counts = {
    failed: backlog?.receipts.failed.count ?? null,
    dead: backlog?.receipts.dead.count ?? null,
    quarantined: backlog?.receipts.quarantined.count ?? null,
    oldestFailedSeconds: backlog?.receipts.failed.oldestSeconds ?? null,
  };
  const { dead, oldestFailedSeconds } = counts;
  const problems = [
    ...(dead !== null && dead > 0
      ? [`${dead} dead: each was tried often enough, and waits for a decision`]
      : []),
    ...(oldestFailedSeconds !== null && oldestFailedSeconds > FAILED_TOO_LONG_SECONDS
      ? [`the oldest failed one has waited ${Math.round(oldestFailedSeconds)} s to be applied`]
      : []),
    ...(backlog === null ? [] : problemsOfQuarantine(backlog.quarantine, quarantineLimits)),
  ];
  return problems.length === 0
    ? { ...OK, ...counts }
    : { status: 'degraded', problem: problems.join('; '), ...counts };
}

function problemsOfQuarantine({ rows, bytes }: Quarantine, limits: Quarantine): string[] {
  if (rows <= limits.rows * NEARLY_FULL && bytes <= limits.bytes * NEARLY_FULL) return [];
  const used = `${rows} of ${limits.rows} receipts and ${(bytes / MIB).toFixed(1)} of ${limits.bytes / MIB} MiB`;
  return [
    `the quarantine is ${isFull(rows, bytes, limits) ? '' : 'nearly '}full (${used}): what is refused beyond it is not kept. Correct the sender, then replay or discard what waits`,
  ];
}

function isFull(rows: number, bytes: number, limits: Quarantine): boolean {
  return rows >= limits.rows || bytes >= limits.bytes;
}

function checkOfPbx({ pbxMode: mode, isMockAFault, breaker }: ReadinessInputs): Checks['pbx'] {
  if (mode === 'mock' && isMockAFault) {
    const problem =
      'mock mode in production: clicks to call succeed, but no call goes out; unset BRACKNET_MODE, and set BRACKNET_API_BASE_URL and BRACKNET_API_KEY';
    return { status: 'degraded', problem, mode, breaker };
  }
  if (breaker === null || breaker === 'closed') return { ...OK, mode, breaker };
  const now = breaker === 'open' ? 'it is not asked for a while' : 'the next request tries it';
  return { status: 'degraded', problem: `the PBX failed several times in a row: ${now}`, mode, breaker };
}

function checkOfWebhooks({ verification, silence }: ReadinessInputs): Checks['webhooks'] {
  const problem = silence?.problem ?? null;
  return {
    ...(problem === null ? OK : { status: 'degraded', problem }),
    signatures: verification?.mode ?? 'off',
    profile: verification?.profile ?? null,
    keyIds: verification?.keyIds ?? [],
    lastAcceptedAt: silence?.lastWebhookAt ?? null,
  };
}

function checkOfClock({ clockSkewSeconds: skewSeconds }: ReadinessInputs): Checks['clock'] {
  if (skewSeconds === null || !isNotableSkew(skewSeconds)) return { ...OK, skewSeconds };
  const distance = `${Math.abs(Math.round(skewSeconds))} s`;
  const problem =
    skewSeconds > 0
      ? `the PBX's latest event is ${distance} in the future: check the clock and the time zone of the PBX`
      : `the PBX's latest event came ${distance} late: unless it was sent again after an outage, check the clock and the time zone of the PBX`;
  return { status: 'degraded', problem, skewSeconds };
}

function checkOfChangeFeed({ isChangeFeedUp }: ReadinessInputs): Check {
  const problem = 'the other instances are not told of changes: they see them some seconds late';
  return isChangeFeedUp ? OK : { status: 'degraded', problem };
}

function worstOf(checks: readonly Check[]): CheckStatus {
  const statuses = checks.map(({ status }) => status);
  if (statuses.includes('unavailable')) return 'unavailable';
  return statuses.includes('degraded') ? 'degraded' : 'ok';
}

function codeOf({ database, queue }: Checks): Readiness['code'] {
  if (database.status === 'unavailable') return 'DATABASE_UNAVAILABLE';
  return queue.status === 'unavailable' ? 'WEBHOOK_QUEUE_FULL' : null;
}
