import { mergeEffects } from '../effect-marks.js';
import { moveMissPayload } from '../call-meta.js';
import { type CallFacts, missKey } from '../facts/call-facts.js';
import type { CallUnitOfWork } from '../call-unit-of-work.js';
import type { CallWithFacts } from '../call-with-facts.js';
import type { Call } from '../../call.entity.js';
import {
  hadTalkAt,
  findCallOfMiss,
  isOrphanMiss,
  LONGEST_TALK_HOURS,
  RING_WINDOW_SECONDS,
  type UnnamedMiss,
  unnamedMissesOf,
} from './missed-call-matching.js';
import { project } from '../facts/projection.js';

/** Calls of one caller are correlated if they start within this many seconds before or after an event. */
export const CORRELATION_BEFORE_SECONDS = LONGEST_TALK_HOURS * 3600;
export const CORRELATION_AFTER_SECONDS = RING_WINDOW_SECONDS;

/** Calls of a caller that have to be correlated with events between two times. */
export function relatedCalls(
  unitOfWork: CallUnitOfWork,
  number: string,
  from: Date,
  to: Date,
): CallWithFacts[] {
  return unitOfWork.callsOfCallerBetween(
    number,
    addSeconds(from, -CORRELATION_BEFORE_SECONDS),
    addSeconds(to, CORRELATION_AFTER_SECONDS),
  );
}

/**
 * Correlates the calls of one caller after one of them has changed. Unnamed misses are assigned to the call they belong
 * to, and a call that ended while the caller was talking in another one becomes `answered_elsewhere`. The result does not
 * depend on the order of the events.
 */
export function correlateCaller(unitOfWork: CallUnitOfWork, call: CallWithFacts): void {
  const number = call.customerNumberE164;
  if (number === null) return;
  const from = call.startedAt ?? call.createdAt;
  // Always the longest talk, even if the call has ended: misses may have been resolved while its end was unknown.
  const to = addSeconds(from, LONGEST_TALK_HOURS * 3600);
  const others = relatedCalls(unitOfWork, number, from, to).filter(({ id }) => id !== call.id);
  if (others.length === 0 && call.facts.missed === undefined) return;
  let all = [call, ...others];

  // A new orphan miss matched none of these calls. It may only change which call the other misses belong to.
  for (const current of isOrphanMiss(call) ? others : all) {
    for (const miss of unnamedMissesOf(current)) {
      const owner =
        findCallOfMiss(miss, all) ?? (isOrphanMiss(current) ? current : splitMiss(unitOfWork, miss, current));
      if (owner === current) continue;
      if (!all.includes(owner)) all.push(owner);
      if (isOrphanMiss(current)) {
        unitOfWork.absorb(owner, current);
        all = all.filter((other) => other !== current);
      } else reassignMiss(unitOfWork, miss, current, owner);
    }
  }
  for (const other of all) if (resolveDisposition(other, all)) unitOfWork.markChanged(other);
}

/** Creates an orphan miss for a miss that does not belong to the call it was assigned to, nor to any other. */
function splitMiss(unitOfWork: CallUnitOfWork, miss: UnnamedMiss, from: CallWithFacts): CallWithFacts {
  const at = miss.at.toISOString();
  const fact = from.facts.missed?.[missKey(miss.extension, at)];
  const facts: CallFacts = {
    seen: { at, source: fact?.source ?? 'received' },
    direction: { value: 'inbound', evidence: 'event' },
    ...(from.facts.customer && { customer: { ...from.facts.customer, at } }),
    ...(miss.extension !== null && { agent: { extension: miss.extension, at, evidence: 'mentioned' } }),
  };
  const { customerId } = from;
  return unitOfWork.create(
    { externalCallId: null, crmCallId: null, customerId, meta: null, effects: {} },
    facts,
  );
}

/** Moves a miss, its effects, payload and receipts from one call to another of the same caller. */
function reassignMiss(
  unitOfWork: CallUnitOfWork,
  miss: UnnamedMiss,
  from: CallWithFacts,
  to: CallWithFacts,
): void {
  unitOfWork.addMovedMiss(from, to);
  const key = missKey(miss.extension, miss.at.toISOString());
  const { missed: { [key]: fact, ...missed } = {}, ...facts } = from.facts;
  const { missedTask, missedTaskSkipped, ...effects } = from.effects;
  from.effects = effects;
  to.effects = mergeEffects(to.effects, {
    ...(missedTask && { missedTask }),
    ...(missedTaskSkipped && { missedTaskSkipped }),
  });
  [from.meta, to.meta] = moveMissPayload(from.meta, to.meta, miss.at);
  unitOfWork.replaceFacts(from, Object.keys(missed).length > 0 ? { ...facts, missed } : facts);
  unitOfWork.mergeFacts(to, fact === undefined ? {} : { missed: { [key]: fact } });
  unitOfWork.moveReferences({ from: from.id, to: to.id, unnamedAt: miss.at });
}

/**
 * Sets the disposition of an unanswered inbound call: `answered_elsewhere` if the caller was talking in another call when
 * it ended. @returns whether it changed
 */
function resolveDisposition(call: CallWithFacts, all: readonly Call[]): boolean {
  const { endedAt } = call;
  if (call.direction !== 'inbound' || call.status !== 'failed' || endedAt === null) return false;
  const isElsewhere = all.some((other) => other !== call && hadTalkAt(other, endedAt));
  const disposition = isElsewhere ? 'answered_elsewhere' : project(call.facts).disposition;
  if (disposition === call.disposition) return false;
  call.disposition = disposition;
  return true;
}

function addSeconds(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
