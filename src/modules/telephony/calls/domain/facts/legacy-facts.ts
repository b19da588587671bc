import type { Call } from '../../call.entity.js';
import { isOver } from '../call-vocabulary.js';
import type { CallFacts, Stamp } from './call-facts.js';

/** Derives the facts of a row that was written before facts were stored from its columns. */
export function legacyFactsOf(row: Omit<Call, 'facts'>): CallFacts {
  const seenAt = (row.startedAt ?? row.createdAt).toISOString();
  const stamp = (time: Date | null): Stamp => ({ at: time?.toISOString() ?? seenAt, source: 'pbx' });
  const answered = row.answeredAt !== null || row.status === 'answered';
  const agentAt = stamp(row.answeredAt).at;
  return {
    seen: { at: seenAt, source: row.inferred.includes('started_at') ? 'received' : 'pbx' },
    direction: { value: row.direction, evidence: row.direction === 'inbound' ? 'event' : 'start' },
    ...(row.customerPhone !== '' && {
      customer: { phone: row.customerPhone, e164: row.customerNumberE164, at: seenAt, evidence: 'event' },
    }),
    ...(row.agentPhone !== null && {
      agent: { extension: row.agentPhone, at: agentAt, evidence: answered ? 'answered' : 'rang' },
    }),
    ...(row.status === 'ringing' && {
      rang: stamp(row.startedAt),
      rungExtensions: row.agentPhone === null ? [] : [row.agentPhone],
    }),
    ...(answered && { answered: stamp(row.answeredAt), alive: agentAt }),
    ...(isOver(row.status) && { ended: stamp(row.endedAt) }),
    ...(row.status === 'completed' && { talkClaimed: true }),
    ...(row.durationSeconds !== null && { durationSeconds: row.durationSeconds }),
    ...(row.recordingUrl !== null && {
      recording: { url: row.recordingUrl, durationSeconds: row.recordingDurationSeconds, at: seenAt },
    }),
    ...(row.queueName !== null && { queueName: { value: row.queueName, at: seenAt } }),
    ...(row.trunkName !== null && { trunkName: { value: row.trunkName, at: seenAt } }),
    ...(row.waitSeconds !== null && { waitSeconds: { value: row.waitSeconds, at: seenAt } }),
    ...(row.holdSeconds !== null && { holdSeconds: { value: row.holdSeconds, at: seenAt } }),
    ...(row.disposition !== null && { disposition: { value: row.disposition, at: seenAt } }),
  };
}
