import type { KpiFigures as Kpi } from '../../../client/wire.js';
import type { WaitEdge } from '../../telephony/calls/log/call-measures.js';
import { answeredWithin, lostWithin, type Measure } from '../rollup/measures.js';

/** The thresholds that a report is asked for. */
export interface KpiThresholds {
  readonly serviceLevelSeconds: WaitEdge;
  readonly shortAbandonSeconds: WaitEdge;
}

/** What each figure means, for who reads it. */
export function formulasOf({
  serviceLevelSeconds,
  shortAbandonSeconds,
}: KpiThresholds): Record<Exclude<keyof Kpi, 'lostBy'>, string> {
  return {
    offered: 'inbound calls that are over, without those that another extension took',
    answered: 'offered calls with a talk',
    lost: 'offered calls without a talk: missed + abandoned + busy + failed',
    shortAbandoned: `lost calls that waited ${shortAbandonSeconds} s or less`,
    answeredInTime: `answered calls that waited ${serviceLevelSeconds} s or less`,
    answerRate: 'answered / offered',
    serviceLevel: 'answeredInTime / (offered - shortAbandoned)',
    asaSeconds: 'sum of the waits of answered calls / answered calls whose wait is known',
    ahtSeconds: 'sum of the durations of talks, either direction / talks whose duration is known',
    dialled: 'outbound calls that are over, without those that the PBX did not take',
    reached: 'dialled calls with a talk',
    recorded: 'calls of which the PBX reported a recording',
    inferredEnds: 'calls whose end the PBX did not report: it was inferred',
    calledBack: 'lost calls after which the customer was dialled, within 24 h of their beginning',
    recovered:
      'lost calls after which there was a talk of 10 s or more with the customer, either direction, within 24 h of their beginning',
    firstAttemptSeconds:
      'sum of the times from the end of a lost call until the customer was dialled / calledBack',
  };
}

/** The sums of which {@link kpiOf} makes the key figures. */
export function measuresOf({ serviceLevelSeconds, shortAbandonSeconds }: KpiThresholds): Measure[] {
  return [
    'offered',
    'answered',
    'lost',
    'lostMissed',
    'lostAbandoned',
    'lostBusy',
    'lostFailed',
    'dialled',
    'reached',
    'recorded',
    'inferredEnds',
    'answeredWaitSum',
    'answeredWaitCount',
    'talkSum',
    'talkCount',
    'calledBack',
    'recovered',
    'firstAttemptSum',
    answeredWithin(serviceLevelSeconds),
    lostWithin(shortAbandonSeconds),
  ];
}

export function kpiOf(
  sums: Readonly<Record<Measure, number>>,
  { serviceLevelSeconds, shortAbandonSeconds }: KpiThresholds,
): Kpi {
  const { offered, answered, lost, dialled, reached, recorded, inferredEnds, calledBack, recovered } = sums;
  const shortAbandoned = sums[lostWithin(shortAbandonSeconds)];
  const answeredInTime = sums[answeredWithin(serviceLevelSeconds)];
  return {
    offered,
    answered,
    lost,
    lostBy: {
      missed: sums.lostMissed,
      abandoned: sums.lostAbandoned,
      busy: sums.lostBusy,
      failed: sums.lostFailed,
    },
    shortAbandoned,
    answeredInTime,
    answerRate: quotient(answered, offered),
    serviceLevel: quotient(answeredInTime, offered - shortAbandoned),
    asaSeconds: quotient(sums.answeredWaitSum, sums.answeredWaitCount),
    ahtSeconds: quotient(sums.talkSum, sums.talkCount),
    dialled,
    reached,
    recorded,
    inferredEnds,
    calledBack,
    recovered,
    firstAttemptSeconds: quotient(sums.firstAttemptSum, calledBack),
  };
}

function quotient(dividend: number, divisor: number): number | null {
  return divisor === 0 ? null : dividend / divisor;
}
