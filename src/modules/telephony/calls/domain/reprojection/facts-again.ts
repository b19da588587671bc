import type { CallEvent } from '../call-event.js';
import type { ExtensionTimeline } from '../../../../agents/extensions/timeline/extension-timeline.js';
import { type CallFacts, type Report, reportsOf } from '../facts/call-facts.js';
import { factsOfEvent } from '../facts/facts-of-event.js';
import { identityOf, merge } from '../facts/merge.js';

/** An event that was read again from its receipt, by the rules of this version. */
export interface EventAgain {
  readonly receiptId: string;
  readonly event: CallEvent;
  /** How the event was read when it was applied. */
  readonly applied: { readonly occurredAt: Date | null; readonly externalCallId: string | null };
}

/** Whether the event names another call of the PBX than the one it was applied to. */
export function isOfAnotherId({ event, applied }: EventAgain): boolean {
  return event.externalCallId !== applied.externalCallId;
}

/**
 * The facts of a call with the reports of these events read again. Everything else stays: the origin, transfers, the
 * inferred end, reports whose receipts are gone, and facts of a later version. What was configured about an extension
 * when its event came holds for it, as far as it was stored then, and so does who held it.
 * @param isEarlier the facts were stored in the form of versions before the reports, without what was configured
 */
export function factsAgain(
  stored: CallFacts,
  events: readonly EventAgain[],
  { extensions, isEarlier }: { extensions: ExtensionTimeline; isEarlier: boolean },
): CallFacts {
  const { reports: _reports, ...others } = stored;
  const kept = reportsOf(stored).filter((report) => !events.some((again) => isReportOf(report, again)));
  const read = events
    .filter((again) => !isOfAnotherId(again))
    .flatMap(({ event }) => reportsOf(factsOfEvent(event, extensions)))
    .map((report) => (isEarlier ? report : withStoredKinds(report, reportsOf(stored))));
  return merge({ ...others, reports: kept }, { reports: read });
}

/**
 * Whether a stored report is that of the event. One in the earlier form has no time of receipt of its own: it is known by
 * its type and time.
 */
export function isReportOf(report: Report, { event, applied }: EventAgain): boolean {
  if (report.source === 'crm') return false;
  if (report.receivedAt === event.receivedAt.toISOString()) return true;
  const isWithoutReceipt = report.receivedAt === report.at;
  return (
    isWithoutReceipt &&
    report.at === applied.occurredAt?.toISOString() &&
    kindOf(report.type) === kindOf(event.type)
  );
}

/** The earlier form kept one time for the rings of a call, whichever events reported them. */
function kindOf(type: Report['type']): string {
  return type === 'incoming' ? 'ringing' : type;
}

function withStoredKinds(report: Report, stored: readonly Report[]): Report {
  const ofReceipt = stored.filter(({ receivedAt }) => receivedAt === report.receivedAt);
  const same = ofReceipt.find((other) => identityOf(other) === identityOf(report));
  if (same !== undefined) return same;
  const before = ofReceipt.find(
    ({ type, extension }) => type === report.type && extension === report.extension,
  );
  if (before === undefined) return report;
  const { unattended: _unattended, groups: _groups, userId: _user, members: _members, ...reported } = report;
  const { unattended, groups, userId, members } = before;
  return {
    ...reported,
    ...(unattended && { unattended }),
    ...(groups && { groups }),
    ...(userId !== undefined && { userId }),
    ...(members && { members }),
  };
}
