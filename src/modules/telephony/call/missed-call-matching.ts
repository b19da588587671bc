import type { Call } from './call.entity.js';

/** How long before a missed call was reported its ringing may have begun. */
export const RING_WINDOW_SECONDS = 180;

/** How far back an answered call that is still open may have begun: longer than any talk. */
export const LONGEST_TALK_HOURS = 4;

/** A PBX cancels the other extensions in the instant one answers: their misses may be stamped just before it. */
const CANCEL_LEAD_SECONDS = 5;

/** A report that a caller was missed, without the id of the call. */
export interface UnnamedMiss {
  readonly at: Date;
  readonly extension: string | null;
}

/**
 * The call that an unnamed miss of the same caller is about: the newest inbound one that began to ring within
 * {@link RING_WINDOW_SECONDS} before it, at that extension and unanswered then, or answered by another extension.
 * A call that was missed at that extension before is another one.
 * @param calls of one caller
 */
export function callOfMiss(miss: UnnamedMiss, calls: readonly Call[]): Call | null {
  const candidates = calls.filter(
    (call) => rangWithin(call, miss.at) && (answeredAcross(call, miss.at) || rangAt(call, miss)),
  );
  return newest(candidates);
}

/** Whether somebody was talking to the caller in this call at that moment. */
export function answeredAcross(call: Call, moment: Date): boolean {
  if (call.answeredAt === null) return false;
  const from = call.answeredAt.getTime() - CANCEL_LEAD_SECONDS * 1000;
  const to = call.endedAt?.getTime() ?? call.answeredAt.getTime() + LONGEST_TALK_HOURS * 3_600_000;
  return from <= moment.getTime() && moment.getTime() <= to;
}

/** The unnamed miss that this row consists of, if it is nothing but that. */
export function unnamedMissOf(call: Call): UnnamedMiss | null {
  if (call.externalCallId !== null || call.facts?.rang !== undefined) return null;
  const [entry] = Object.entries(call.facts?.missed ?? {});
  return entry === undefined
    ? null
    : { at: new Date(entry[1].at), extension: entry[0] === '' ? null : entry[0] };
}

function rangWithin(call: Call, moment: Date): boolean {
  const rang = call.facts?.rang;
  if (call.direction !== 'inbound' || rang === undefined) return false;
  const sinceRing = (moment.getTime() - Date.parse(rang.at)) / 1000;
  return sinceRing >= 0 && sinceRing <= RING_WINDOW_SECONDS;
}

function rangAt(call: Call, miss: UnnamedMiss): boolean {
  const rung = call.facts?.rungExtensions ?? [];
  const here = miss.extension === null || rung.length === 0 || rung.includes(miss.extension);
  const unanswered = call.answeredAt === null || call.answeredAt > miss.at;
  const missedHere = call.facts?.missed?.[miss.extension ?? ''];
  return here && unanswered && (missedHere === undefined || missedHere.at === miss.at.toISOString());
}

function newest(calls: readonly Call[]): Call | null {
  return calls.reduce<Call | null>(
    (best, call) => (best === null || rangAtTime(call) > rangAtTime(best) ? call : best),
    null,
  );
}

function rangAtTime(call: Call): string {
  return call.facts?.rang?.at ?? '';
}
