import type { CallEvent } from '../call-event.js';
import { type ExtensionKinds, groupsOf, isUnattended } from '../extension-kinds.js';
import type { CallFacts, Report } from './call-facts.js';

/** The facts that one event reports. Merging them into a call is all that an event does to its columns. */
export function factsOfEvent(event: CallEvent, kinds: ExtensionKinds): CallFacts {
  return { reports: [reportOfEvent(event, kinds)] };
}

/** An agent's request to transfer a call. @param at by our clock */
export function transferReport(extension: string, at: Date): Report {
  const time = at.toISOString();
  return { type: 'transfer', at: time, source: 'crm', receivedAt: time, extension };
}

function reportOfEvent(event: CallEvent, kinds: ExtensionKinds): Report {
  const { extension, reportedAt } = event;
  const groups = event.type === 'missed' && extension !== null ? groupsOf(kinds, extension) : [];
  const isFromFuture = reportedAt !== null && Number(reportedAt) !== Number(event.occurredAt);
  return defined({
    type: event.type,
    at: event.occurredAt.toISOString(),
    source: event.timeSource,
    reportedAt: isFromFuture ? reportedAt.toISOString() : null,
    receivedAt: event.receivedAt.toISOString(),
    unnamed: event.externalCallId === null ? true : null,
    extension,
    unattended: extension !== null && isUnattended(kinds, extension) ? true : null,
    groups: groups.length > 0 ? groups : null,
    phone: event.customer?.raw ?? null,
    e164: event.customer?.e164 ?? null,
    durationSeconds: event.durationSeconds,
    endReason: event.endReason,
    disposition: event.disposition,
    recordingUrl: event.recordingUrl,
    recordingDurationSeconds: event.recordingDurationSeconds,
    queueName: event.queueName,
    trunkName: event.trunkName,
    waitSeconds: event.waitSeconds,
    holdSeconds: event.holdSeconds,
  });
}

type WithNulls<T> = { [Field in keyof T]: T[Field] | null };

/** Drops nulls: a report has only the fields that were reported. */
function defined(report: Required<WithNulls<Report>>): Report {
  const reported: Record<string, unknown> = {};
  for (const field of Object.keys(report) as (keyof Report)[]) {
    if (report[field] !== null) reported[field] = report[field];
  }
  // The fields that a report must have are never null: see reportOfEvent().
  return reported as unknown as Report;
}
