import { EMPTY_TIMELINE } from '../../../../agents/extensions/timeline/extension-timeline.js';
import type { CallEvent } from '../call-event.js';
import { type CallFacts, type Report, reportsOf } from '../facts/call-facts.js';
import { factsOfEvent } from '../facts/facts-of-event.js';
import { canonical, identityOf, merge } from '../facts/merge.js';
import { isReportOf } from '../reprojection/facts-again.js';

/**
 * What added to the facts of a call. receipt: a webhook; report: a report whose receipt was removed by age, or is with
 * another call; start: a click to call; former: the row of the code before this service; transfer: asked by an agent;
 * inferred-end: the sweeper, a supervisor, or a start that was not placed.
 */
export const CONTRIBUTION_KINDS = [
  'receipt',
  'report',
  'start',
  'former',
  'transfer',
  'inferred-end',
] as const;
export type ContributionKind = (typeof CONTRIBUTION_KINDS)[number];

/** One thing that was learnt about a call. */
export interface Contribution {
  readonly kind: ContributionKind;
  /** When it was learnt, by our clock: ISO 8601, UTC. */
  readonly at: string;
  readonly facts: CallFacts;
  /** Of a webhook. */
  readonly receiptId: string | null;
  /** The report of `facts`, if they are one. */
  readonly report: Report | null;
}

/** A receipt of a call, with its event as this version reads it. */
export interface ReceiptOfCall {
  readonly receiptId: string;
  readonly receivedAt: Date;
  readonly occurredAt: Date | null;
  readonly externalCallId: string | null;
  /** null: it cannot be read any more, or its body was erased. */
  readonly event: CallEvent | null;
}

/**
 * Takes the facts of a call apart into what each receipt and each act of ours added, in the order in which it was learnt.
 * Merging them one after the other gives the stored facts again. The report that was stored for a receipt holds for it;
 * a receipt whose report this row does not have, adds nothing.
 * @param stored the facts of the row, in their present form
 */
export function contributionsOf(stored: CallFacts, receipts: readonly ReceiptOfCall[]): Contribution[] {
  const unclaimed = new Set(reportsOf(stored).filter(({ source }) => source !== 'crm'));
  const received = [...receipts].sort(byReceipt).map((receipt): Contribution => {
    const report = reportOfReceipt(receipt, unclaimed, stored);
    if (report !== null) unclaimed.delete(report);
    return {
      kind: 'receipt',
      at: receipt.receivedAt.toISOString(),
      facts: report === null ? {} : { reports: [report] },
      receiptId: receipt.receiptId,
      report,
    };
  });
  const others = [...unclaimed].map((report) => reported('report', report));
  return [...beginningOf(stored), ...actsOf(stored), ...received, ...others].sort(byTime);
}

/** The facts after each contribution, from the first to the last. */
export function factsAlong(contributions: readonly Contribution[]): CallFacts[] {
  const along: CallFacts[] = [];
  let known: CallFacts = {};
  for (const { facts } of contributions) {
    known = merge(known, facts);
    along.push(known);
  }
  return along;
}

/** null: the row does not have what the receipt reports. */
function reportOfReceipt(
  receipt: ReceiptOfCall,
  unclaimed: ReadonlySet<Report>,
  stored: CallFacts,
): Report | null {
  const { event, occurredAt, externalCallId } = receipt;
  const receivedAt = receipt.receivedAt.toISOString();
  if (event === null) {
    const ofReceipt = [...unclaimed].filter((report) => report.receivedAt === receivedAt);
    return ofReceipt.find(({ at }) => at === occurredAt?.toISOString()) ?? ofReceipt[0] ?? null;
  }
  const [read] = reportsOf(factsOfEvent(event, EMPTY_TIMELINE));
  if (read === undefined) return null;
  const again = { receiptId: receipt.receiptId, event, applied: { occurredAt, externalCallId } };
  const ofReceipt = [...unclaimed].filter((report) => isReportOf(report, again));
  const own =
    ofReceipt.find((report) => identityOf(report) === identityOf(read)) ??
    ofReceipt.find(({ type }) => type === read.type);
  if (own !== undefined) return own;
  // A repetition, or one of so many that the row keeps the first and the last alone.
  return isWithin(read, stored) ? read : null;
}

function isWithin(report: Report, stored: CallFacts): boolean {
  return canonical(merge(stored, { reports: [report] })) === canonical(stored);
}

/** What the row has besides reports and the inferred end: facts of a later version too. */
function beginningOf(stored: CallFacts): Contribution[] {
  const { reports, inferredEnd: _inferredEnd, ...facts } = stored;
  if (Object.keys(facts).length === 0) return [];
  const { origin } = facts;
  const kind = origin?.kind ?? 'former';
  // Facts that say no time were there before the first report.
  const at = origin?.at ?? reports?.map(({ receivedAt }) => receivedAt).sort()[0] ?? '';
  return [{ kind, at, facts, receiptId: null, report: null }];
}

function actsOf(stored: CallFacts): Contribution[] {
  const { inferredEnd } = stored;
  const transfers = reportsOf(stored)
    .filter(({ source }) => source === 'crm')
    .map((report) => reported('transfer', report));
  if (inferredEnd === undefined) return transfers;
  const facts = { inferredEnd };
  return [...transfers, { kind: 'inferred-end', at: inferredEnd.at, facts, receiptId: null, report: null }];
}

function reported(kind: ContributionKind, report: Report): Contribution {
  return { kind, at: report.receivedAt, facts: { reports: [report] }, receiptId: null, report };
}

function byReceipt(a: ReceiptOfCall, b: ReceiptOfCall): number {
  return Number(a.receivedAt) - Number(b.receivedAt) || (BigInt(a.receiptId) < BigInt(b.receiptId) ? -1 : 1);
}

/** What was learnt in one millisecond stays in the order given: the beginning first. */
function byTime(a: Contribution, b: Contribution): number {
  return a.at === b.at ? 0 : a.at < b.at ? -1 : 1;
}
