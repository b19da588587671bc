import type { Call } from '../../call.entity.js';
import type { CallFacts, Stamp } from './call-facts.js';

/** The facts of a call, read from its columns where the row was written before facts were kept. */
export function factsOfRow(row: Call): CallFacts {
  if (row.facts !== null) return row.facts;
  const seenAt = (row.startedAt ?? row.createdAt).toISOString();
  const stamp = (time: Date | null): Stamp => ({ at: time?.toISOString() ?? seenAt, source: 'pbx' });
  const answered = row.answeredAt !== null || row.status === 'answered';
  const over = row.status === 'completed' || row.status === 'failed';
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
    ...(over && { ended: stamp(row.endedAt) }),
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
