import type { Call } from '../../call.entity.js';
import { applyEvent } from '../apply-event.js';
import { boundedMeta, isSameMeta, withoutPayloads, withPayloadsAgain } from '../call-meta.js';
import type { EventAssignment } from '../call-references.js';
import type { CallUnitOfWork } from '../call-unit-of-work.js';
import type { CallWithFacts } from '../call-with-facts.js';
import { correlateCaller } from '../correlation/caller-correlation.js';
import { type CallFacts, reportsOf } from '../facts/call-facts.js';
import { isEarlierForm } from '../facts/earlier-facts.js';
import { factsOfEvent } from '../facts/facts-of-event.js';
import { canonical, identityOf } from '../facts/merge.js';
import { type CallProjection, project } from '../facts/projection.js';
import { divideReports } from '../identity/divide-reports.js';
import { isHistory } from '../sweep-rules.js';
import { type EventAgain, factsAgain, isOfAnotherId } from './facts-again.js';

/** A row as it is stored: its facts may have the form of earlier versions. */
export type StoredCall = Call & { readonly facts: CallFacts };

/** A call to derive again. */
export interface CallAgain {
  readonly stored: StoredCall;
  /** The events of its receipts. */
  readonly events: readonly EventAgain[];
}

/**
 * Derives calls again by the rules of this version: their reports from the events of their receipts, their columns, which
 * reports under an id of the PBX are of which call, and what depends on other calls of the caller. A call that comes out
 * as it is stored is not changed. Calls that are history will have no effects on tasks.
 * @returns the calls of events that name another call of the PBX than before, by receipt
 * @throws Error when such an event is a recording that may be of several calls
 */
export function reprojectCalls(
  unitOfWork: CallUnitOfWork,
  calls: readonly CallAgain[],
): Map<string, EventAssignment> {
  const holders = holdersOfMisses(unitOfWork);
  const rows = calls.flatMap(({ stored, events }) => {
    const row = unitOfWork.find(({ id }) => id === stored.id);
    if (row === null) return [];
    const isElsewhere = ({ event }: EventAgain): boolean =>
      reportsOf(factsOfEvent(event, unitOfWork.extensions)).some(
        (report) => holders.get(identityOf(report))?.has(row) === false,
      );
    return [{ row, stored, events: events.filter((again) => !isElsewhere(again)) }];
  });
  for (const { row, stored, events } of rows) readAgain(unitOfWork, row, stored, events);
  const assignments = new Map<string, EventAssignment>();
  for (const { row, events } of rows) {
    for (const [receiptId, assignment] of reassign(unitOfWork, row, events.filter(isOfAnotherId))) {
      assignments.set(receiptId, assignment);
    }
  }
  correlateAgain(
    unitOfWork,
    rows.map(({ row }) => row),
  );
  leaveHistoryAlone(unitOfWork);
  return assignments;
}

/**
 * The calls that have an unnamed miss, by its identity. Its receipt may be on another one: receipts are moved by the times
 * of their misses, and two may have the same.
 */
function holdersOfMisses(unitOfWork: CallUnitOfWork): Map<string, Set<CallWithFacts>> {
  const holders = new Map<string, Set<CallWithFacts>>();
  for (const call of unitOfWork.all()) {
    for (const report of reportsOf(call.facts)) {
      if (report.unnamed !== true) continue;
      const identity = identityOf(report);
      holders.set(identity, (holders.get(identity) ?? new Set()).add(call));
    }
  }
  return holders;
}

function readAgain(
  unitOfWork: CallUnitOfWork,
  row: CallWithFacts,
  stored: StoredCall,
  events: readonly EventAgain[],
): void {
  const [moved, own] = [true, false].map((isMoved) =>
    events.filter((again) => isOfAnotherId(again) === isMoved).map(({ event }) => event),
  );
  const meta = boundedMeta(withPayloadsAgain(withoutPayloads(row.meta, moved ?? []), own ?? []));
  if (!isSameMeta(meta, row.meta)) {
    row.meta = meta;
    unitOfWork.markChanged(row);
  }
  const isEarlier = isEarlierForm(stored.facts);
  const facts = factsAgain(row.facts, events, { extensions: unitOfWork.extensions, isEarlier });
  const isStored = canonical(facts) === canonical(stored.facts) && isProjected(stored, project(facts));
  if (!isStored) unitOfWork.replaceFacts(row, facts);
}

/** Whether the row has these columns. `answered_elsewhere` depends on other calls: the correlation decides it. */
function isProjected(stored: Call, columns: CallProjection): boolean {
  return Object.entries(columns).every(([column, value]) => {
    const present = stored[column as keyof CallProjection];
    const isCorrelated = column === 'disposition' && present === 'answered_elsewhere';
    return isCorrelated || canonical(present) === canonical(value);
  });
}

/** Applies events anew that name another call of the PBX. A row that is left without reports was no call. */
function reassign(
  unitOfWork: CallUnitOfWork,
  row: CallWithFacts,
  events: readonly EventAgain[],
): Map<string, EventAssignment> {
  const assignments = new Map<string, EventAssignment>();
  for (const { receiptId, event } of events) {
    const assignment = applyEvent(unitOfWork, event);
    if (assignment === null) {
      throw new Error(`the recording of receipt ${receiptId} may be of several calls`);
    }
    assignments.set(receiptId, assignment);
  }
  const [first] = assignments.values();
  const isEmpty = row.facts.origin === undefined && reportsOf(row.facts).length === 0;
  const heir = unitOfWork.find(({ id }) => id === first?.callId);
  if (isEmpty && heir !== null && heir !== row) unitOfWork.absorb(heir, row);
  return assignments;
}

/** Oldest first: what is decided on a call is decided again with each later call of its caller. */
function correlateAgain(unitOfWork: CallUnitOfWork, rows: readonly CallWithFacts[]): void {
  const externalIds = new Set(rows.flatMap(({ externalCallId }) => externalCallId ?? []));
  const due = new Set(rows);
  for (const externalId of externalIds) {
    for (const call of divideReports(unitOfWork, externalId)) due.add(call);
  }
  const since = Math.min(...rows.map(beginningOf));
  const done = new Set<CallWithFacts>();
  while (due.size > 0) {
    for (const call of [...due].sort((a, b) => beginningOf(a) - beginningOf(b) || a.id - b.id)) {
      if (unitOfWork.has(call)) correlateCaller(unitOfWork, call);
      done.add(call);
    }
    due.clear();
    // Of earlier calls not everything is loaded that they depend on.
    for (const call of unitOfWork.changedCalls()) {
      if (!done.has(call) && beginningOf(call) >= since) due.add(call);
    }
  }
}

function beginningOf({ startedAt, createdAt }: Call): number {
  return Number(startedAt ?? createdAt);
}

function leaveHistoryAlone(unitOfWork: CallUnitOfWork): void {
  const { movedMisses, now } = unitOfWork;
  for (const call of unitOfWork.changedCalls()) if (isHistory(call, now)) unitOfWork.markHistorical(call);
  const live = movedMisses.filter(({ from, to }) => !isHistory(from, now) || !isHistory(to, now));
  movedMisses.splice(0, movedMisses.length, ...live);
}
