import type { Call } from '../../call.entity.js';
import { missKey } from '../facts/call-facts.js';

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
 * A call that was missed at that extension before is another one. Where there is none: the stray of this very miss.
 * @param calls of one caller
 */
export function callOfMiss<C extends Call>(miss: UnnamedMiss, calls: readonly C[]): C | null {
  const candidates = calls.filter(
    (call) => rangWithin(call, miss.at) && (answeredAcross(call, miss.at) || rangAt(call, miss)),
  );
  return newest(candidates) ?? calls.find((call) => isOrphanMiss(call) && hasMiss(call, miss)) ?? null;
}

/** Whether somebody was talking to the caller in this call at that moment. */
export function answeredAcross(call: Call, moment: Date): boolean {
  if (call.answeredAt === null) return false;
  const from = call.answeredAt.getTime() - CANCEL_LEAD_SECONDS * 1000;
  const to = call.endedAt?.getTime() ?? call.answeredAt.getTime() + LONGEST_TALK_HOURS * 3_600_000;
  return from <= moment.getTime() && moment.getTime() <= to;
}

/** The unnamed misses that a call is known by, or nothing but one. */
export function unnamedMissesOf(call: Call): UnnamedMiss[] {
  return Object.values(call.facts?.missed ?? {})
    .filter(({ unnamed }) => unnamed)
    .map(({ at, extension }) => ({ at: new Date(at), extension }));
}

/** Whether this row is nothing but an unnamed miss that no call was found for. */
export function isOrphanMiss(call: Call): boolean {
  return call.externalCallId === null && call.facts?.rang === undefined && unnamedMissesOf(call).length > 0;
}

function hasMiss(call: Call, { at, extension }: UnnamedMiss): boolean {
  return Object.hasOwn(call.facts?.missed ?? {}, missKey(extension, at.toISOString()));
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
  const missedHere = Object.values(call.facts?.missed ?? {}).some(
    ({ extension }) => extension === miss.extension,
  );
  return here && unanswered && (!missedHere || hasMiss(call, miss));
}

function newest<C extends Call>(calls: readonly C[]): C | null {
  return calls.reduce<C | null>(
    (best, call) => (best === null || rangAtTime(call) > rangAtTime(best) ? call : best),
    null,
  );
}

function rangAtTime(call: Call): string {
  return call.facts?.rang?.at ?? '';
}
