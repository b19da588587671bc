import type { Call } from '../../call.entity.js';
import { missKey } from '../facts/call-facts.js';

/** A call may have started to ring this long before it was reported as missed. */
export const RING_WINDOW_SECONDS = 180;

/** An answered call without an end is taken to last this long: longer than any talk. */
export const LONGEST_TALK_HOURS = 4;

/** When one extension answers, the PBX cancels the others; their misses may have a slightly earlier time. */
const CANCEL_LEAD_SECONDS = 5;

/** A missed-call event without a PBX id. */
export interface UnnamedMiss {
  readonly at: Date;
  /** null: the event named none. */
  readonly extension: string | null;
}

/**
 * The call that an unnamed miss belongs to: the newest inbound call that started to ring within
 * {@link RING_WINDOW_SECONDS} before it, and either was answered and in progress at that time, or rang at that extension,
 * unanswered and with no other miss there. If there is none, the orphan miss that holds this miss.
 * @param calls of the same caller
 */
export function findCallOfMiss<C extends Call>(miss: UnnamedMiss, calls: readonly C[]): C | null {
  const candidates = calls.filter(
    (call) => startedToRingBefore(call, miss.at) && (hadTalkAt(call, miss.at) || couldBeMissed(call, miss)),
  );
  return newest(candidates) ?? calls.find((call) => isOrphanMiss(call) && hasMiss(call, miss)) ?? null;
}

/** Whether this call was answered and in progress at this time. */
export function hadTalkAt(call: Call, time: Date): boolean {
  if (call.answeredAt === null) return false;
  const from = call.answeredAt.getTime() - CANCEL_LEAD_SECONDS * 1000;
  const to = call.endedAt?.getTime() ?? call.answeredAt.getTime() + LONGEST_TALK_HOURS * 3_600_000;
  return from <= time.getTime() && time.getTime() <= to;
}

/** The unnamed misses that are assigned to this call; an orphan miss consists of one. */
export function unnamedMissesOf(call: Call): UnnamedMiss[] {
  return Object.values(call.facts?.missed ?? {})
    .filter(({ unnamed }) => unnamed)
    .map(({ at, extension }) => ({ at: new Date(at), extension }));
}

/** Whether this is an unnamed miss without a call. */
export function isOrphanMiss(call: Call): boolean {
  return call.externalCallId === null && call.facts?.rang === undefined && unnamedMissesOf(call).length > 0;
}

function hasMiss(call: Call, { at, extension }: UnnamedMiss): boolean {
  return Object.hasOwn(call.facts?.missed ?? {}, missKey(extension, at.toISOString()));
}

function startedToRingBefore(call: Call, time: Date): boolean {
  const rang = call.facts?.rang;
  if (call.direction !== 'inbound' || rang === undefined) return false;
  const secondsSinceRing = (time.getTime() - Date.parse(rang.at)) / 1000;
  return secondsSinceRing >= 0 && secondsSinceRing <= RING_WINDOW_SECONDS;
}

/** Whether the call rang at the extension of the miss, unanswered, and has no other miss there. */
function couldBeMissed(call: Call, miss: UnnamedMiss): boolean {
  const rungExtensions = call.facts?.rungExtensions ?? [];
  const rangThere =
    miss.extension === null || rungExtensions.length === 0 || rungExtensions.includes(miss.extension);
  const isUnanswered = call.answeredAt === null || call.answeredAt > miss.at;
  const hasMissThere = Object.values(call.facts?.missed ?? {}).some(
    ({ extension }) => extension === miss.extension,
  );
  return rangThere && isUnanswered && (!hasMissThere || hasMiss(call, miss));
}

function newest<C extends Call>(calls: readonly C[]): C | null {
  return calls.reduce<C | null>(
    (best, call) => (best === null || ringTimeOf(call) > ringTimeOf(best) ? call : best),
    null,
  );
}

/** ISO 8601 in UTC, so that times compare as text; '' if the call never rang. */
function ringTimeOf(call: Call): string {
  return call.facts?.rang?.at ?? '';
}
