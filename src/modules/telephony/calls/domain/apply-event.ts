import { type CallUnitOfWork, type NewCall, type EventAssignment } from './call-unit-of-work.js';
import type { CallWithFacts } from './call-with-facts.js';
import type { CallEvent } from './call-event.js';
import type { CallFacts } from './facts/call-facts.js';
import { withEventPayload } from './call-meta.js';
import type { Call } from '../call.entity.js';
import { callsNearby, correlateCaller } from './correlation/caller-correlation.js';
import { factsOfEvent } from './facts/facts-of-event.js';
import { callOfMiss } from './correlation/missed-call-matching.js';

/** What else is written on a row; `meta` is added to what stands there. */
export type Amendment = Partial<Pick<Call, 'meta' | 'crmCallId'>>;

/** A start that has no id of the PBX by then gets none any more; its CRM id may be used for another. */
export const AWAITED_FOR_MS = 15 * 60_000;

/**
 * Finds the row an event belongs to, merges what the event says into it, and keeps the calls of its caller apart and
 * together: never two rows for one call.
 */
export function applyEvent(unitOfWork: CallUnitOfWork, event: CallEvent): EventAssignment {
  const facts = factsOfEvent(event);
  const known = findCallOf(unitOfWork, event);
  const call = known ?? unitOfWork.create(newCallOf(event), facts);
  if (call.externalCallId === null && event.externalCallId !== null)
    unitOfWork.setExternalId(call, event.externalCallId);
  call.meta = withEventPayload(call.meta, event);
  const assignment = unitOfWork.assignEvent(event, call);
  if (known !== null) unitOfWork.mergeFacts(call, facts);
  correlateCaller(unitOfWork, call);
  return assignment;
}

/** Merges facts of our own making, such as a refused start, into a call. */
export function applyFacts(
  unitOfWork: CallUnitOfWork,
  id: number,
  facts: CallFacts,
  amend: Amendment = {},
): Call {
  const call = callIn(unitOfWork, id);
  amendCall(call, amend);
  unitOfWork.mergeFacts(call, facts);
  correlateCaller(unitOfWork, call);
  return call;
}

/** The row of a call that is started here. */
export function createStartedCall(unitOfWork: CallUnitOfWork, call: NewCall, facts: CallFacts): Call {
  const opened = unitOfWork.create(call, facts);
  correlateCaller(unitOfWork, opened);
  return opened;
}

/**
 * Gives a call that was started here the PBX's id. If events under that id were here first, their row becomes one
 * with this.
 * @returns false when the id is another started call's: the PBX gave it twice
 */
export function assignExternalId(
  unitOfWork: CallUnitOfWork,
  id: number,
  externalCallId: string,
  amend: Amendment,
): boolean {
  const call = callIn(unitOfWork, id);
  const overtaken = unitOfWork.findByExternalId(externalCallId);
  if (overtaken !== null && overtaken !== call) {
    if (overtaken.facts.direction?.evidence === 'start') return false;
    unitOfWork.absorb(call, overtaken);
  }
  unitOfWork.setExternalId(call, externalCallId);
  applyFacts(unitOfWork, id, {}, amend);
  return true;
}

function findCallOf(unitOfWork: CallUnitOfWork, event: CallEvent): CallWithFacts | null {
  const { externalCallId, crmCallId, occurredAt: at, extension } = event;
  if (externalCallId === null) {
    const number = event.customer?.e164 ?? null;
    return number === null ? null : callOfMiss({ at, extension }, callsNearby(unitOfWork, number, at, at));
  }
  return (
    unitOfWork.findByExternalId(externalCallId) ??
    (crmCallId === null ? null : startedCallAwaitingId(unitOfWork, crmCallId))
  );
}

/** The newest call started under this CRM id of which the PBX's id is not known yet. */
function startedCallAwaitingId(unitOfWork: CallUnitOfWork, crmCallId: string): CallWithFacts | null {
  const since = unitOfWork.now.getTime() - AWAITED_FOR_MS;
  let newest: CallWithFacts | null = null;
  for (const call of unitOfWork.all()) {
    const awaits =
      call.externalCallId === null &&
      call.crmCallId === crmCallId &&
      call.direction === 'outbound' &&
      call.createdAt.getTime() > since;
    if (awaits && (newest === null || isNewer(call, newest))) newest = call;
  }
  return newest;
}

/** Ids are drawn ahead: the greater one need not be the newer. */
function isNewer(a: Call, b: Call): boolean {
  return (
    a.createdAt.getTime() - b.createdAt.getTime() > 0 ||
    (Number(a.createdAt) === Number(b.createdAt) && a.id > b.id)
  );
}

function newCallOf({ externalCallId, crmCallId }: CallEvent): NewCall {
  return { externalCallId, crmCallId, customerId: null, meta: null, effects: {} };
}

function callIn(unitOfWork: CallUnitOfWork, id: number): CallWithFacts {
  const call = unitOfWork.find((other) => other.id === id);
  if (call === null) throw new Error(`Call ${id} is gone`);
  return call;
}

function amendCall(call: CallWithFacts, { meta, ...columns }: Amendment): void {
  Object.assign(call, columns, meta && { meta: { ...call.meta, ...meta } });
}
