import { mergeEffects } from '../effects/effect-marks.js';
import { endOf } from '../facts/call-end.js';
import { reportsOfType } from '../facts/call-facts.js';
import type { CallUnitOfWork } from '../call-unit-of-work.js';
import type { CallWithFacts } from '../call-with-facts.js';
import {
  isOrphanMiss,
  matchMisses,
  OPEN_RING_SECONDS,
  RING_WINDOW_SECONDS,
  type UnnamedMiss,
  unnamedMissesOf,
} from './missed-call-matching.js';
import { project } from '../facts/projection.js';
import { LONGEST_TALK_HOURS, talkTimeOf } from './talk-times.js';

/**
 * Calls of one caller are loaded if they start within these seconds before or after an event: everything that decides on
 * a miss or an end up to one talk before it must be there.
 */
export const CORRELATION_BEFORE_SECONDS = 2 * LONGEST_TALK_HOURS * 3600;
export const CORRELATION_AFTER_SECONDS = RING_WINDOW_SECONDS;

/**
 * Correlates the calls of one caller after one of them has changed: unnamed misses are given to the call they belong to,
 * and a call that ended while the caller was talking in another one becomes `answered_elsewhere`. Everything is decided
 * anew from the facts of all calls, so the result does not depend on the order of the events.
 */
export function correlateCaller(unitOfWork: CallUnitOfWork, call: CallWithFacts): void {
  const { customerNumberE164: number, startedAt, createdAt } = call;
  if (number !== null) correlateAround(unitOfWork, number, startedAt ?? createdAt);
  // A call that turned out to be of another customer answers nothing of the former one any more.
  for (const former of unitOfWork.takeFormerCallers()) {
    correlateAround(unitOfWork, former.number, former.at);
  }
}

function correlateAround(unitOfWork: CallUnitOfWork, number: string, from: Date): void {
  const calls = unitOfWork.callsOfCallerBetween(
    number,
    addSeconds(from, -CORRELATION_BEFORE_SECONDS),
    // Always the longest talk, even if the call has ended: misses may have been resolved while its end was unknown.
    addSeconds(from, LONGEST_TALK_HOURS * 3600 + CORRELATION_AFTER_SECONDS),
  );
  const [only] = calls;
  if (only === undefined) return;
  const isAlone = calls.length === 1 && unnamedMissesOf(only.facts).length === 0;
  if (isAlone && only.disposition !== 'answered_elsewhere') return;

  // An earlier miss, or an earlier end, may depend on calls that are not loaded, and not on this one.
  const since = addSeconds(from, -LONGEST_TALK_HOURS * 3600);
  const held = heldMisses(calls, addSeconds(since, OPEN_RING_SECONDS));
  const owners = matchMisses(
    calls.filter((other) => !isOrphanMiss(other)),
    [...held.values()].map(([first]) => first.miss),
  );
  for (const [key, [first, ...repeats]] of held) {
    const owner = owners.get(key) ?? orphanFor(unitOfWork, first, calls);
    for (const { holder, miss } of [first, ...repeats]) moveMiss(unitOfWork, miss, holder, owner);
  }
  resolveDispositions(unitOfWork, number, from);
}

interface HeldMiss {
  readonly holder: CallWithFacts;
  readonly miss: UnnamedMiss;
}

/** The unnamed misses of these calls after a time, by key. A miss that was reported twice may be on two rows. */
function heldMisses(calls: readonly CallWithFacts[], since: Date): Map<string, [HeldMiss, ...HeldMiss[]]> {
  const held = new Map<string, [HeldMiss, ...HeldMiss[]]>();
  for (const holder of calls) {
    for (const miss of unnamedMissesOf(holder.facts)) {
      if (new Date(miss.at) < since) continue;
      const others = held.get(miss.key);
      if (others === undefined) held.set(miss.key, [{ holder, miss }]);
      else others.push({ holder, miss });
    }
  }
  return held;
}

/** The row of a miss that belongs to no call: its own, if it has one. */
function orphanFor(
  unitOfWork: CallUnitOfWork,
  { holder, miss }: HeldMiss,
  calls: readonly CallWithFacts[],
): CallWithFacts {
  const own = calls.find((call) => isOrphanMiss(call) && isOnlyMissOf(call, miss));
  if (own !== undefined) return own;
  const { customerId } = holder;
  return unitOfWork.create(
    { externalCallId: null, crmCallId: null, customerId, meta: null, effects: {} },
    { reports: miss.reports },
  );
}

function isOnlyMissOf(call: CallWithFacts, { key }: UnnamedMiss): boolean {
  const misses = unnamedMissesOf(call.facts);
  return misses.length === 1 && misses[0]?.key === key;
}

function moveMiss(
  unitOfWork: CallUnitOfWork,
  miss: UnnamedMiss,
  holder: CallWithFacts,
  owner: CallWithFacts,
): void {
  if (owner === holder) return;
  if (isOrphanMiss(holder) && isOnlyMissOf(holder, miss)) unitOfWork.absorb(owner, holder);
  else reassignMiss(unitOfWork, miss, holder, owner);
}

/** Moves a miss, its effects, payload and receipts from one call to another of the same caller. */
function reassignMiss(
  unitOfWork: CallUnitOfWork,
  miss: UnnamedMiss,
  from: CallWithFacts,
  to: CallWithFacts,
): void {
  unitOfWork.addMovedMiss(from, to);
  const { missedTask, missedTaskSkipped, ...effects } = from.effects;
  from.effects = effects;
  to.effects = mergeEffects(to.effects, {
    ...(missedTask && { missedTask }),
    ...(missedTaskSkipped && { missedTaskSkipped }),
  });
  for (const report of miss.reports) unitOfWork.moveReport(report, from, to);
}

function resolveDispositions(unitOfWork: CallUnitOfWork, number: string, from: Date): void {
  const calls = unitOfWork.callsOfCallerBetween(
    number,
    addSeconds(from, -CORRELATION_BEFORE_SECONDS),
    addSeconds(from, LONGEST_TALK_HOURS * 3600 + CORRELATION_AFTER_SECONDS),
  );
  const since = addSeconds(from, -LONGEST_TALK_HOURS * 3600);
  for (const call of calls) {
    const { endedAt } = call;
    if (call.direction !== 'inbound' || call.status !== 'failed' || endedAt === null || endedAt < since)
      continue;
    // Nobody reported an end of this ring: a talk at any time since it began answers it.
    const isUnreported = endOf(call.facts)?.kind === 'inferred';
    const [ring] = reportsOfType(call.facts, 'incoming', 'ringing');
    const waitedFrom = isUnreported && ring !== undefined ? new Date(ring.at) : endedAt;
    const isElsewhere = calls.some((other) => {
      const talk = other === call ? null : talkTimeOf(other, other.facts, calls);
      return talk !== null && talk.from <= endedAt.getTime() && talk.to >= waitedFrom.getTime();
    });
    const disposition = isElsewhere ? 'answered_elsewhere' : project(call.facts).disposition;
    if (disposition === call.disposition) continue;
    call.disposition = disposition;
    unitOfWork.markChanged(call);
  }
}

function addSeconds(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
