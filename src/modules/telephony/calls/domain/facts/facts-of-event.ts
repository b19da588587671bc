import type { CallEvent } from '../call-event.js';
import {
  EMPTY_TIMELINE,
  type ExtensionAt,
  type ExtensionTimeline,
} from '../../../../agents/extensions/timeline/extension-timeline.js';
import type { NamedExtension } from '../../../../agents/extensions/timeline/named-extension.js';
import type { CallFacts, Report } from './call-facts.js';

/** The facts that one event reports. Merging them into a call is all that an event does to its columns. */
export function factsOfEvent(event: CallEvent, extensions: ExtensionTimeline): CallFacts {
  return { reports: [reportOfEvent(event, extensions)] };
}

/** An agent's request to transfer a call. @param at by our clock */
export function transferReport(
  extension: string,
  at: Date,
  extensions: ExtensionTimeline = EMPTY_TIMELINE,
): Report {
  const time = at.toISOString();
  const stamp = stampOf(extensions.of(extension, at));
  return { type: 'transfer', at: time, source: 'crm', receivedAt: time, extension, ...stamp };
}

/**
 * What an event has to be stamped with: who held its extension at its own time. By a clock of the PBX that is ahead, an
 * event would be of a time of which the history is not written yet.
 */
export function extensionOfEvent({ extension, occurredAt, receivedAt }: CallEvent): NamedExtension | null {
  return extension === null ? null : { extension, at: occurredAt < receivedAt ? occurredAt : receivedAt };
}

function stampOf({ userId, members }: ExtensionAt): Pick<Report, 'userId' | 'members'> {
  return { ...(userId !== null && { userId }), ...(members.length > 0 && { members }) };
}

function reportOfEvent(event: CallEvent, extensions: ExtensionTimeline): Report {
  const { reportedAt, extension } = event;
  const named = extensionOfEvent(event);
  const known = named === null ? null : extensions.of(named.extension, named.at);
  const groups = event.type === 'missed' ? (known?.groups ?? []) : [];
  const members = known?.members ?? [];
  const isFromFuture = reportedAt !== null && Number(reportedAt) !== Number(event.occurredAt);
  return defined({
    type: event.type,
    at: event.occurredAt.toISOString(),
    source: event.timeSource,
    reportedAt: isFromFuture ? reportedAt.toISOString() : null,
    receivedAt: event.receivedAt.toISOString(),
    unnamed: event.externalCallId === null ? true : null,
    extension,
    unattended: known?.unattended === true ? true : null,
    groups: groups.length > 0 ? groups : null,
    userId: known?.userId ?? null,
    members: members.length > 0 ? members : null,
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
