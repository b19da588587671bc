import type { CallWithFacts } from '../call-with-facts.js';
import { endOf } from '../facts/call-end.js';
import { type CallFacts, missKey, type Report, reportsOf, reportsOfType } from '../facts/call-facts.js';
import { answersByPersons, namesExtension, wordOf } from '../facts/talk.js';
import { namedFacts, talkTimeOf } from './talk-times.js';

/** A call whose ring is over may have started to ring this long before it was reported as missed. */
export const RING_WINDOW_SECONDS = 180;

/** A ring of which no end is known may be missed this long after it began. */
export const OPEN_RING_SECONDS = 1800;

/** A named miss and an unnamed one within this time at one extension are the same miss. */
const SAME_MISS_SECONDS = 5;

/** A miss that was reported without the PBX's id of the call. */
export interface UnnamedMiss {
  readonly key: string;
  readonly at: string;
  readonly extension: string | null;
  /** Groups that had the extension as a member. */
  readonly groups: readonly string[];
  /** All reports of this miss. */
  readonly reports: readonly Report[];
}

/** One ring of a call at an extension; null: the call names none. */
interface Ring {
  readonly call: CallWithFacts;
  readonly at: string;
  readonly extension: string | null;
  /** A click to call rings at the agent first. */
  readonly isOfStart: boolean;
}

/** The unnamed misses that are assigned to a call; an orphan miss consists of one. */
export function unnamedMissesOf(facts: CallFacts): UnnamedMiss[] {
  const misses = new Map<string, UnnamedMiss>();
  for (const report of reportsOf(facts)) {
    if (report.unnamed !== true) continue;
    const key = missKey(report);
    const { at, extension = null, groups = [] } = report;
    const known = misses.get(key) ?? { key, at, extension, groups, reports: [] };
    misses.set(key, { ...known, reports: [...known.reports, report] });
  }
  return [...misses.values()];
}

/** Whether this is an unnamed miss without a call. */
export function isOrphanMiss({ externalCallId, facts }: CallWithFacts): boolean {
  return (
    externalCallId === null &&
    facts.origin === undefined &&
    reportsOf(facts).length > 0 &&
    reportsOf(facts).every(({ unnamed }) => unnamed === true)
  );
}

/**
 * Says which call each unnamed miss of a caller belongs to, from all that is known of the caller, so that the order in
 * which the events came is of no account. A miss takes the newest ring at its extension that no other miss has taken;
 * then the agent's ring of a click to call; then the call in which the caller was talking at that time, or that ended
 * without talk after it had been answered and, it seems, handed on.
 * @param calls of one caller, without orphan misses
 * @returns by key of the miss; a miss that stands alone is not in it
 */
export function matchMisses(
  calls: readonly CallWithFacts[],
  misses: readonly UnnamedMiss[],
): Map<string, CallWithFacts> {
  const rings = calls.flatMap(ringsOf).sort(newestFirst);
  const taken = new Set<string>();
  const owners = new Map<string, CallWithFacts>();
  for (const miss of misses.toSorted(oldestFirst)) {
    const candidates = rings.filter(
      (ring) =>
        fits(ring, miss) &&
        !isAfterTalk(ring, miss, calls) &&
        (isOfGroup(ring, miss) || !taken.has(claimOf(ring, miss))),
    );
    const ring = candidates.find(({ isOfStart }) => !isOfStart) ?? candidates[0];
    if (ring !== undefined) taken.add(claimOf(ring, miss));
    const elsewhere = rings.find((other) => isTalkAcross(other, miss, calls) || isHandedOn(other, miss));
    const owner = (ring ?? elsewhere)?.call;
    if (owner !== undefined) owners.set(miss.key, owner);
  }
  return owners;
}

/**
 * Outbound calls ring at customers, and only an announced ring is one at an agent. A transferred call rings where it was
 * asked for, and a call that is missed under its id had rung there, though the PBX may not say so.
 */
function ringsOf(call: CallWithFacts): Ring[] {
  const isOfStart = call.direction === 'outbound';
  const rings = reportsOfType(call.facts, 'incoming', 'ringing', 'transfer').filter(
    ({ type, extension }) => !isOfStart || (type !== 'ringing' && extension !== undefined),
  );
  const hasExtension = rings.some(({ type, extension }) => type !== 'transfer' && extension !== undefined);
  const known = rings.filter(({ extension }) => extension !== undefined || !hasExtension);
  const unknown = reportsOfType(call.facts, 'missed')
    .filter(({ unnamed }) => unnamed !== true && !isOfStart)
    .filter((miss) => !known.some(({ extension }) => extension === undefined || extension === miss.extension))
    .map(({ at, extension }) => ({ at: secondsBefore(at, SAME_MISS_SECONDS), extension }));
  return [...known, ...unknown].map(({ at, extension }) => ({
    call,
    at,
    extension: extension ?? null,
    isOfStart,
  }));
}

function fits(ring: Ring, miss: UnnamedMiss): boolean {
  const { extension, groups } = miss;
  const isThere =
    extension === null ||
    ring.extension === null ||
    ring.extension === extension ||
    groups.includes(ring.extension);
  if (!isThere || ring.at > miss.at) return false;
  const sinceRing = secondsBetween(ring.at, miss.at);
  if (sinceRing > (isOpenAt(ring, miss) ? OPEN_RING_SECONDS : RING_WINDOW_SECONDS)) return false;
  return !wasTaken(ring, miss);
}

/** Whether an answer or another miss at this extension ended the ring. A named miss at the same time is this one. */
function wasTaken(ring: Ring, miss: UnnamedMiss): boolean {
  const extension = miss.extension ?? ring.extension;
  const after = reportsOf(ring.call.facts).filter(
    (report) => report.at >= ring.at && report.extension === (extension ?? undefined),
  );
  const isAnswered = after.some(({ type, at }) => type === 'answered' && at <= miss.at);
  if (isAnswered) return true;
  const named = after.filter(({ type, unnamed }) => type === 'missed' && unnamed !== true);
  const nextRing = nextRingAfter(ring, extension);
  const ofRing = named.filter(({ at }) => nextRing === null || at < nextRing);
  return (
    ofRing.length > 0 && ofRing.every(({ at }) => Math.abs(secondsBetween(at, miss.at)) > SAME_MISS_SECONDS)
  );
}

function nextRingAfter({ call, at }: Ring, extension: string | null): string | null {
  const next = ringsOf(call)
    .filter((ring) => ring.at > at && (ring.extension === extension || ring.extension === null))
    .map((ring) => ring.at)
    .sort();
  return next[0] ?? null;
}

/** Whether the call was still ringing, as far as is reported under its id. */
function isOpenAt({ call }: Ring, miss: UnnamedMiss): boolean {
  return !reportsOf(call.facts).some(
    ({ type, at, unnamed, unattended }) =>
      (at < miss.at || (at === miss.at && type !== 'ended')) &&
      unnamed !== true &&
      (type === 'ended' || type === 'missed' || (type === 'answered' && unattended !== true)),
  );
}

/** Whether the call had been talk and was over before the miss: then the caller has called again. */
function isAfterTalk({ call }: Ring, miss: UnnamedMiss, calls: readonly CallWithFacts[]): boolean {
  const facts = namedFacts(call.facts);
  const talk = endOf(facts)?.kind === 'reported' ? talkTimeOf(call, facts, calls) : null;
  return talk !== null && Date.parse(miss.at) > talk.to + SAME_MISS_SECONDS * 1000;
}

function isTalkAcross(ring: Ring, miss: UnnamedMiss, calls: readonly CallWithFacts[]): boolean {
  const sinceRing = secondsBetween(ring.at, miss.at);
  if (ring.isOfStart || sinceRing < 0 || sinceRing > RING_WINDOW_SECONDS) return false;
  const talk = talkTimeOf(ring.call, namedFacts(ring.call.facts), calls);
  const at = Date.parse(miss.at);
  return talk !== null && talk.from <= at && at <= talk.to;
}

/**
 * Whether another extension had answered the call before the miss, and the whole call ended after it with a word for no
 * talk: that is the word of whom it was handed on to.
 */
function isHandedOn({ call, isOfStart }: Ring, miss: UnnamedMiss): boolean {
  const answers = answersByPersons(call.facts).filter(({ at }) => at <= miss.at);
  const isElsewhere = answers.every(
    ({ extension }) => extension !== undefined && extension !== miss.extension,
  );
  if (isOfStart || answers.length === 0 || !isElsewhere) return false;
  return reportsOfType(call.facts, 'ended').some(
    (end) =>
      wordOf(end) === 'no-talk' &&
      !namesExtension(end) &&
      secondsBetween(miss.at, end.at) >= -SAME_MISS_SECONDS,
  );
}

/** The members of a group may ring in turn, and be missed again and again: that is one miss of the call. */
function isOfGroup(ring: Ring, miss: UnnamedMiss): boolean {
  return ring.extension !== null && ring.extension !== miss.extension && miss.groups.includes(ring.extension);
}

/** One miss at each extension for each ring. */
function claimOf(ring: Ring, miss: UnnamedMiss): string {
  return JSON.stringify([ring.call.id, ring.at, ring.extension, miss.extension]);
}

/** Never by row id: rows get their ids in order of arrival. */
function newestFirst(a: Ring, b: Ring): number {
  return (
    compare(b.at, a.at) ||
    compare(a.call.externalCallId ?? '', b.call.externalCallId ?? '') ||
    compare(a.call.facts.origin?.at ?? '', b.call.facts.origin?.at ?? '') ||
    compare(a.extension ?? '', b.extension ?? '')
  );
}

function oldestFirst(a: UnnamedMiss, b: UnnamedMiss): number {
  return compare(a.at, b.at) || compare(a.extension ?? '', b.extension ?? '') || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

function secondsBefore(at: string, seconds: number): string {
  return new Date(Date.parse(at) - seconds * 1000).toISOString();
}
