import { joinEffects } from '../effect-marks.js';
import { moveMissPayload } from '../call-meta.js';
import { type CallFacts, missKey } from '../facts/call-facts.js';
import type { CallUnitOfWork } from '../call-unit-of-work.js';
import type { CallWithFacts } from '../call-with-facts.js';
import type { Call } from '../../call.entity.js';
import {
  answeredAcross,
  callOfMiss,
  isOrphanMiss,
  LONGEST_TALK_HOURS,
  RING_WINDOW_SECONDS,
  type UnnamedMiss,
  unnamedMissesOf,
} from './missed-call-matching.js';
import { project } from '../facts/projection.js';

/** How far calls of one caller may lie apart and still have to do with each other, in seconds. */
export const BEFORE_SECONDS = LONGEST_TALK_HOURS * 3600;
export const AFTER_SECONDS = RING_WINDOW_SECONDS;

/** Calls of a caller that can have to do with what happened in a span of time. */
export function callsNearby(
  unitOfWork: CallUnitOfWork,
  number: string,
  from: Date,
  to: Date,
): CallWithFacts[] {
  return unitOfWork.callsOfCallerBetween(
    number,
    addSeconds(from, -BEFORE_SECONDS),
    addSeconds(to, AFTER_SECONDS),
  );
}

/**
 * Tells the calls of one caller apart and puts together what is one call, whatever order its events came in, after one
 * of them has changed: a miss reported without a call id joins the call it turns out to belong to, and a miss during which
 * somebody talked to the caller is no missed customer.
 */
export function correlateCaller(unitOfWork: CallUnitOfWork, call: CallWithFacts): void {
  const number = call.customerNumberE164;
  if (number === null) return;
  const from = call.startedAt ?? call.createdAt;
  // As far as an open talk reaches, even if the call has ended since: misses may lie under what it covered before.
  const to = addSeconds(from, LONGEST_TALK_HOURS * 3600);
  const others = callsNearby(unitOfWork, number, from, to).filter(({ id }) => id !== call.id);
  if (others.length === 0 && call.facts.missed === undefined) return;
  let all = [call, ...others];

  // A stray that has just been opened found no call among these; it is others that may find one now.
  for (const holder of isOrphanMiss(call) ? others : all) {
    for (const miss of unnamedMissesOf(holder)) {
      const owner =
        callOfMiss(miss, all) ?? (isOrphanMiss(holder) ? holder : splitMiss(unitOfWork, miss, holder));
      if (owner === holder) continue;
      if (!all.includes(owner)) all.push(owner);
      if (isOrphanMiss(holder)) {
        unitOfWork.absorb(owner, holder);
        all = all.filter((kept) => kept !== holder);
      } else reassignMiss(unitOfWork, miss, holder, owner);
    }
  }
  for (const missed of all) if (resolveDisposition(missed, all)) unitOfWork.markChanged(missed);
}

/** A row of its own for a miss that turns out not to be of the call it was taken for, nor of any other. */
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

/** A miss that was taken to be of one call turns out to be of another of the same caller. */
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
  to.effects = joinEffects(to.effects, {
    ...(missedTask && { missedTask }),
    ...(missedTaskSkipped && { missedTaskSkipped }),
  });
  [from.meta, to.meta] = moveMissPayload(from.meta, to.meta, miss.at);
  unitOfWork.replaceFacts(from, Object.keys(missed).length > 0 ? { ...facts, missed } : facts);
  unitOfWork.mergeFacts(to, fact === undefined ? {} : { missed: { [key]: fact } });
  unitOfWork.moveReferences({ from: from.id, to: to.id, unnamedAt: miss.at });
}

/** Whether the disposition of a call that was not answered changes by what the caller's other calls were. */
function resolveDisposition(call: CallWithFacts, all: readonly Call[]): boolean {
  const { endedAt } = call;
  if (call.direction !== 'inbound' || call.status !== 'failed' || endedAt === null) return false;
  const elsewhere = all.some((other) => other !== call && answeredAcross(other, endedAt));
  const disposition = elsewhere ? 'answered_elsewhere' : project(call.facts).disposition;
  if (disposition === call.disposition) return false;
  call.disposition = disposition;
  return true;
}

function addSeconds(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
