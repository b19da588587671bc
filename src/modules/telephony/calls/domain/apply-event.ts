import { type CallUnitOfWork, type NewCall, type EventAssignment } from './call-unit-of-work.js';
import type { CallWithFacts } from './call-with-facts.js';
import type { CallEvent } from './call-event.js';
import type { CallFacts } from './facts/call-facts.js';
import { withEventPayload } from './call-meta.js';
import type { Call } from '../call.entity.js';
import { relatedCalls, correlateCaller } from './correlation/caller-correlation.js';
import { factsOfEvent } from './facts/facts-of-event.js';
import { findCallOfMiss } from './correlation/missed-call-matching.js';

/** Columns to write that do not follow from the facts; the keys of `meta` are added to the existing ones. */
export type CallPatch = Partial<Pick<Call, 'meta' | 'crmCallId'>>;

/** Events are matched by CRM id only to calls started within this time: the CRM may use the same id again later. */
export const EXTERNAL_ID_TIMEOUT_MS = 15 * 60_000;

/**
 * Finds or creates the call of an event, merges the facts of the event into it, and correlates the caller's calls, so that
 * one call never has two rows.
 */
export function applyEvent(unitOfWork: CallUnitOfWork, event: CallEvent): EventAssignment {
  const facts = factsOfEvent(event);
  const known = findCallOf(unitOfWork, event);
  const call = known ?? unitOfWork.create(newCallOf(event), facts);
  if (call.externalCallId === null && event.externalCallId !== null) {
    unitOfWork.setExternalId(call, event.externalCallId);
  }
  call.meta = withEventPayload(call.meta, event);
  const assignment = unitOfWork.assignEvent(event, call);
  if (known !== null) unitOfWork.mergeFacts(call, facts);
  correlateCaller(unitOfWork, call);
  return assignment;
}

/** Merges facts that no event reported, such as an inferred end, into a call. */
export function applyFacts(
  unitOfWork: CallUnitOfWork,
  id: number,
  facts: CallFacts,
  patch: CallPatch = {},
): Call {
  const call = callIn(unitOfWork, id);
  patchCall(call, patch);
  unitOfWork.mergeFacts(call, facts);
  correlateCaller(unitOfWork, call);
  return call;
}

/** Creates a call for a click to call. */
export function createStartedCall(unitOfWork: CallUnitOfWork, columns: NewCall, facts: CallFacts): Call {
  const call = unitOfWork.create(columns, facts);
  correlateCaller(unitOfWork, call);
  return call;
}

/**
 * Sets the PBX's id of a started call. If events with that id arrived first and created a row, that row is merged into
 * this one.
 * @returns false when another started call has the id: the PBX assigned it twice
 */
export function assignExternalId(
  unitOfWork: CallUnitOfWork,
  id: number,
  externalCallId: string,
  patch: CallPatch,
): boolean {
  const call = callIn(unitOfWork, id);
  const other = unitOfWork.findByExternalId(externalCallId);
  if (other !== null && other !== call) {
    if (other.facts.direction?.evidence === 'start') return false;
    unitOfWork.absorb(call, other);
  }
  unitOfWork.setExternalId(call, externalCallId);
  applyFacts(unitOfWork, id, {}, patch);
  return true;
}

function findCallOf(unitOfWork: CallUnitOfWork, event: CallEvent): CallWithFacts | null {
  const { externalCallId, crmCallId, occurredAt: at, extension } = event;
  if (externalCallId === null) {
    const number = event.customer?.e164 ?? null;
    return number === null
      ? null
      : findCallOfMiss({ at, extension }, relatedCalls(unitOfWork, number, at, at));
  }
  return (
    unitOfWork.findByExternalId(externalCallId) ??
    (crmCallId === null ? null : startedCallAwaitingId(unitOfWork, crmCallId))
  );
}

/** The newest call started with this CRM id that has no PBX id yet. */
function startedCallAwaitingId(unitOfWork: CallUnitOfWork, crmCallId: string): CallWithFacts | null {
  const since = unitOfWork.now.getTime() - EXTERNAL_ID_TIMEOUT_MS;
  let newest: CallWithFacts | null = null;
  for (const call of unitOfWork.all()) {
    const isCandidate =
      call.externalCallId === null &&
      call.crmCallId === crmCallId &&
      call.direction === 'outbound' &&
      call.createdAt.getTime() > since;
    if (isCandidate && (newest === null || isNewer(call, newest))) newest = call;
  }
  return newest;
}

/** By creation time first: ids are allocated in advance, so the greater id need not be the newer call. */
function isNewer(a: Call, b: Call): boolean {
  return a.createdAt > b.createdAt || (Number(a.createdAt) === Number(b.createdAt) && a.id > b.id);
}

function newCallOf({ externalCallId, crmCallId }: CallEvent): NewCall {
  return { externalCallId, crmCallId, customerId: null, meta: null, effects: {} };
}

function callIn(unitOfWork: CallUnitOfWork, id: number): CallWithFacts {
  const call = unitOfWork.find((other) => other.id === id);
  if (call === null) throw new Error(`Call ${id} does not exist`);
  return call;
}

function patchCall(call: CallWithFacts, { meta, ...columns }: CallPatch): void {
  Object.assign(call, columns, meta && { meta: { ...call.meta, ...meta } });
}
