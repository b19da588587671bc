import type { Call } from '../../call.entity.js';
import { isOver } from '../call-vocabulary.js';
import type { CallFacts, Report } from './call-facts.js';
import { compareReports } from './merge.js';

/** Derives the facts of a row that was written before facts were stored from its columns. */
export function legacyFactsOf(row: Omit<Call, 'facts'>): CallFacts {
  const seenAt = (row.startedAt ?? row.createdAt).toISOString();
  const report = (type: Report['type'], time: Date | null, over: Partial<Report> = {}): Report => {
    const at = time?.toISOString() ?? seenAt;
    return { type, at, source: 'pbx', receivedAt: at, ...over };
  };
  const extension = row.agentPhone === null ? {} : { extension: row.agentPhone };
  const wasAnswered = row.status === 'answered' || (row.answeredAt !== null && row.status !== 'failed');
  const reports: Report[] = [];
  if (row.status === 'ringing') reports.push(report('ringing', row.startedAt, extension));
  if (wasAnswered) reports.push(report('answered', row.answeredAt, extension));
  if (isOver(row.status)) reports.push(report('ended', row.endedAt, endOf(row, wasAnswered)));
  if (row.recordingUrl !== null) {
    const length = row.recordingDurationSeconds;
    reports.push(
      report('recording', row.endedAt, {
        recordingUrl: row.recordingUrl,
        ...(length !== null && { recordingDurationSeconds: length }),
      }),
    );
  }
  return {
    origin: {
      kind: 'former',
      at: seenAt,
      direction: row.direction,
      phone: row.customerPhone,
      e164: row.customerNumberE164,
      extension: row.agentPhone,
      ...(row.queueName !== null && { queueName: row.queueName }),
      ...(row.trunkName !== null && { trunkName: row.trunkName }),
    },
    ...(reports.length > 0 && { reports: reports.sort(compareReports) }),
    ...(row.agentUserId !== null && { agentUserId: row.agentUserId }),
  };
}

/** A completed call had talk, whatever its figures: the former code counted none for some. */
function endOf(row: Omit<Call, 'facts'>, wasAnswered: boolean): Partial<Report> {
  const isCompleted = row.status === 'completed';
  const hasFigure = row.durationSeconds !== null && (row.durationSeconds > 0 || !isCompleted || wasAnswered);
  const disposition = isCompleted ? (row.disposition ?? 'completed') : row.disposition;
  return {
    ...(hasFigure && { durationSeconds: row.durationSeconds ?? 0 }),
    ...(disposition !== null && { disposition }),
    ...(row.endReason !== null && { endReason: row.endReason }),
    ...(row.waitSeconds !== null && { waitSeconds: row.waitSeconds }),
    ...(row.holdSeconds !== null && { holdSeconds: row.holdSeconds }),
  };
}
