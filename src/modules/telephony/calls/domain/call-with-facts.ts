import type { CallFacts } from './facts/call-facts.js';
import type { Call } from '../call.entity.js';
import type { CallProjection } from './facts/projection.js';

/** The row with its facts: rows written before facts were kept get them from their columns. */
export type CallWithFacts = Call & { facts: CallFacts };

/** Columns of a call that do not follow from its facts. */
export type OwnColumns = Omit<Call, keyof CallProjection | 'facts'>;

/**
 * A call of its parts. Written out, for it is made for each event and each row that is read: spread one over the other,
 * so many properties cost ten times their size.
 */
export function callWith(own: OwnColumns, facts: CallFacts, columns: CallProjection): CallWithFacts {
  return {
    id: own.id,
    provider: own.provider,
    externalCallId: own.externalCallId,
    crmCallId: own.crmCallId,
    taskId: own.taskId,
    agentUserId: own.agentUserId,
    customerId: own.customerId,
    effects: own.effects,
    meta: own.meta,
    version: own.version,
    createdAt: own.createdAt,
    updatedAt: own.updatedAt,
    hangupRequestedAt: own.hangupRequestedAt,
    transferRequestedAt: own.transferRequestedAt,
    facts,
    direction: columns.direction,
    status: columns.status,
    customerPhone: columns.customerPhone,
    customerNumberE164: columns.customerNumberE164,
    agentPhone: columns.agentPhone,
    firstAgentPhone: columns.firstAgentPhone,
    startedAt: columns.startedAt,
    answeredAt: columns.answeredAt,
    endedAt: columns.endedAt,
    durationSeconds: columns.durationSeconds,
    waitSeconds: columns.waitSeconds,
    holdSeconds: columns.holdSeconds,
    recordingUrl: columns.recordingUrl,
    recordingDurationSeconds: columns.recordingDurationSeconds,
    queueName: columns.queueName,
    trunkName: columns.trunkName,
    disposition: columns.disposition,
    endReason: columns.endReason,
    inferred: columns.inferred,
  };
}
