import { LONGEST_CALL_MS } from './identity/identify-calls.js';
import { divideReports } from './identity/divide-reports.js';
import type { EventAssignment } from './call-references.js';
import type { CallUnitOfWork, NewCall } from './call-unit-of-work.js';
import type { CallWithFacts } from './call-with-facts.js';
import type { CallEvent } from './call-event.js';
import type { CallFacts } from './facts/call-facts.js';
import { withEventPayload } from './call-meta.js';
import type { Call } from '../call.entity.js';
import { correlateCaller } from './correlation/caller-correlation.js';
import { isErased } from './erased-call.js';
import { factsOfEvent } from './facts/facts-of-event.js';
import { withStoredStamps } from './facts/stored-stamps.js';
import { callOfRecording } from './identity/call-of-recording.js';
import { startOfEvent } from './identity/start-of-event.js';

/** Columns to write that do not follow from the facts; the keys of `meta` are added to the existing ones. */
export type CallPatch = Partial<Pick<Call, 'meta' | 'crmCallId'>>;

/**
 * Merges the facts of an event into its call, or into a new one, divides what is known of its PBX id among the calls that
 * had it, and correlates the caller's calls. So one call never has two rows, and no row is two calls.
 * @returns null when the event is a recording that may be of several calls: it is not applied
 */
export function applyEvent(unitOfWork: CallUnitOfWork, event: CallEvent): EventAssignment | null {
  const known = callsOfId(unitOfWork, event);
  const facts = withStoredStamps(factsOfEvent(event, unitOfWork.extensions), [
    ...(event.externalCallId === null ? callsOfCaller(unitOfWork, event) : known),
  ]);
  const isRecording = event.type === 'recording' && known.length > 0;
  const target = isRecording ? callOfRecording(known, event) : likelyCallOf(known, event);
  if (target === null) return null;
  if (target !== undefined && isErased(target)) return unitOfWork.assignEvent(event, target);
  const call = target ?? unitOfWork.create(newCallOf(event), facts);
  call.meta = withEventPayload(call.meta, event);
  const assignment = unitOfWork.assignEvent(event, call);
  if (target !== undefined) unitOfWork.mergeFacts(call, facts);
  correlate(unitOfWork, event.externalCallId, call);
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
 * Sets the PBX's id of a started call, and gives the call what was reported under that id since its start. An earlier call
 * that had the id keeps its row.
 */
export function assignExternalId(
  unitOfWork: CallUnitOfWork,
  id: number,
  externalCallId: string,
  patch: CallPatch,
): void {
  const call = callIn(unitOfWork, id);
  patchCall(call, patch);
  unitOfWork.setExternalId(call, externalCallId);
  unitOfWork.markChanged(call);
  correlate(unitOfWork, externalCallId, call);
}

function correlate(unitOfWork: CallUnitOfWork, externalCallId: string | null, call: CallWithFacts): void {
  const changed = new Set([call]);
  if (externalCallId !== null) {
    for (const other of divideReports(unitOfWork, externalCallId)) changed.add(other);
  }
  for (const other of changed) if (unitOfWork.has(other)) correlateCaller(unitOfWork, other);
}

/** The calls that had the event's id of the PBX. A started call gets it by the CRM's id, which the PBX echoes. */
function callsOfId(unitOfWork: CallUnitOfWork, event: CallEvent): CallWithFacts[] {
  const { externalCallId } = event;
  if (externalCallId === null) return [];
  const started = startOfEvent(unitOfWork, event);
  if (started !== null) unitOfWork.setExternalId(started, externalCallId);
  return unitOfWork.callsWithExternalId(externalCallId);
}

/** An unnamed miss may be a report of any call of its caller. */
function callsOfCaller(unitOfWork: CallUnitOfWork, { customer }: CallEvent): Iterable<CallWithFacts> {
  return typeof customer?.e164 === 'string' ? unitOfWork.callsOfCaller(customer.e164) : [];
}

/**
 * The call that the event belongs to as a rule, so that no other row is touched; the division decides. undefined: it is
 * rather a new call.
 */
function likelyCallOf(calls: readonly CallWithFacts[], event: CallEvent): CallWithFacts | undefined {
  const { type, customer, occurredAt } = event;
  const isAnnouncement = type === 'incoming' || type === 'missed';
  const fitting = calls.filter(({ customerNumberE164: number, startedAt, createdAt }) => {
    const isAnother =
      isAnnouncement && typeof customer?.e164 === 'string' && number !== null && customer.e164 !== number;
    const apart = Math.abs(Number(startedAt ?? createdAt) - Number(occurredAt));
    return !isAnother && apart <= LONGEST_CALL_MS;
  });
  const begun = fitting.filter(({ startedAt }) => startedAt !== null && startedAt <= occurredAt);
  const candidates = begun.length > 0 ? begun : fitting;
  return candidates.toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt)).at(-1);
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
