import type { CallUnitOfWork } from '../call-unit-of-work.js';
import type { CallWithFacts } from '../call-with-facts.js';
import { type Report, reportsOf, reportsOfType } from '../facts/call-facts.js';
import { otherCallOfRecording } from './call-of-recording.js';
import { type IdentifiedCall, identifyCalls, isPlainlyOne } from './identify-calls.js';

/**
 * Gives each call that had an id of the PBX its own reports, and each its own row. A row that is left without reports was
 * provisional: the call that they belong to absorbs it.
 * @returns the calls that have changed
 */
export function divideReports(unitOfWork: CallUnitOfWork, externalCallId: string): Set<CallWithFacts> {
  const rows = unitOfWork.callsWithExternalId(externalCallId);
  const [only] = rows;
  if (rows.length === 1 && only !== undefined && isPlainlyOne(only.facts)) return new Set();
  const calls = identifyCalls(rows);
  const changed = new Set<CallWithFacts>();
  if (rows.length <= 1 && calls.length <= 1) return changed;

  const holders = new Map(
    rows.flatMap((row) => reportsOf(row.facts).map((report): [Report, CallWithFacts] => [report, row])),
  );
  const rowOf = assignRows(calls, holders);
  const heirs = new Map<CallWithFacts, CallWithFacts>();
  for (const call of calls) {
    const row = rowOf.get(call) ?? createRow(unitOfWork, externalCallId);
    for (const report of call.reports) {
      const holder = holders.get(report);
      if (holder === undefined || holder === row) continue;
      unitOfWork.moveReport(report, holder, row);
      heirs.set(holder, row);
      changed.add(holder).add(row);
    }
    rowOf.set(call, row);
  }
  const own = new Set(rowOf.values());
  for (const row of rows.filter((other) => !own.has(other))) {
    const [only] = own;
    const heir = heirs.get(row) ?? (own.size === 1 ? only : undefined);
    if (heir === undefined) continue;
    unitOfWork.absorb(heir, row);
    changed.add(heir);
  }
  moveRecordings(unitOfWork, externalCallId, changed);
  return changed;
}

/** A recording has no time, so what was received before its call was known of went to a former call. */
function moveRecordings(
  unitOfWork: CallUnitOfWork,
  externalCallId: string,
  changed: Set<CallWithFacts>,
): void {
  const calls = unitOfWork.callsWithExternalId(externalCallId);
  for (const holder of calls) {
    for (const recording of reportsOfType(holder.facts, 'recording')) {
      const other = otherCallOfRecording(recording, holder, calls);
      if (other === null) continue;
      unitOfWork.moveReport(recording, holder, other);
      changed.add(holder).add(other);
    }
  }
}

/** The row of a call is that of its click to call, or the one that holds its first report and has no call yet. */
function assignRows(
  calls: readonly IdentifiedCall<CallWithFacts>[],
  holders: ReadonlyMap<Report, CallWithFacts>,
): Map<IdentifiedCall<CallWithFacts>, CallWithFacts> {
  const rowOf = new Map<IdentifiedCall<CallWithFacts>, CallWithFacts>();
  const taken = new Set<CallWithFacts>();
  const take = (call: IdentifiedCall<CallWithFacts>, row: CallWithFacts): void => {
    rowOf.set(call, row);
    taken.add(row);
  };
  for (const call of calls) if (call.row !== null) take(call, call.row);
  for (const call of calls) {
    if (call.row !== null) continue;
    const free = call.reports
      .map((report) => holders.get(report))
      .find((row) => row !== undefined && !taken.has(row));
    if (free !== undefined) take(call, free);
  }
  return rowOf;
}

/** The reports of its call are moved to it one by one, with their payloads and receipts. */
function createRow(unitOfWork: CallUnitOfWork, externalCallId: string): CallWithFacts {
  return unitOfWork.create(
    { externalCallId, crmCallId: null, customerId: null, meta: null, effects: {} },
    {},
  );
}
