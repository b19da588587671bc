import type { CallFacts, InferredEndFact, OriginFact, Report } from './call-facts.js';

/**
 * Most reports of one type that a call keeps: this many of the earliest and as many of the latest. A PBX that repeats an
 * event for hours must not make the row grow without limit.
 */
export const KEPT_AT_EACH_END = 24;

/** What two reports of the same event have in common. The time of receipt is left out: an event may come twice. */
const IDENTIFYING = [
  'type',
  'source',
  'reportedAt',
  'unnamed',
  'extension',
  'phone',
  'e164',
  'durationSeconds',
  'endReason',
  'disposition',
  'recordingUrl',
  'recordingDurationSeconds',
  'queueName',
  'trunkName',
  'waitSeconds',
  'holdSeconds',
] as const satisfies (keyof Report)[];

/** Equal for two reports of the same event. An event from the future is known by the PBX's own time. */
export function identityOf(report: Report): string {
  let identity = report.reportedAt === undefined ? report.at : '';
  for (const field of IDENTIFYING) identity += `\0${report[field] ?? ''}`;
  return identity;
}

/**
 * Merges the facts of one call: the union of their reports. So merging is idempotent, commutative and associative, and
 * any order and any repetition of the same events gives the same facts and the same row. A fact of a later version of
 * this service is kept as it is.
 */
export function merge(a: CallFacts, b: CallFacts): CallFacts {
  const origin = greater(a.origin, b.origin, preferredOrigin);
  const inferredEnd = greater(a.inferredEnd, b.inferredEnd, preferredEnd);
  const agentUserId = greater(a.agentUserId, b.agentUserId, () => 0);
  const reports = unionOf(a.reports ?? [], b.reports ?? []);
  return {
    ...unknownFacts(a, b),
    ...(origin && { origin }),
    ...(reports.length > 0 && { reports }),
    ...(inferredEnd && { inferredEnd }),
    ...(agentUserId !== undefined && { agentUserId }),
  };
}

/** By time, then by content, so that the order never depends on the order of arrival. */
export function compareReports(a: Report, b: Report): number {
  return compare(a.at, b.at) || compare(identityOf(a), identityOf(b));
}

function unionOf(a: readonly Report[], b: readonly Report[]): readonly Report[] {
  const [first] = b;
  const last = a.at(-1);
  if (first === undefined) return a;
  if (last === undefined && b.length === 1) return b;
  // Usually one report is added, and it is later than all before.
  const isNewest =
    b.length === 1 && last !== undefined && first.at > last.at && first.reportedAt === undefined;
  if (isNewest && a.length < KEPT_AT_EACH_END) return [...a, first];
  const byIdentity = new Map<string, Report>();
  for (const report of [...a, ...b]) {
    const identity = identityOf(report);
    const known = byIdentity.get(identity);
    byIdentity.set(identity, known === undefined ? report : firstReceived(known, report));
  }
  return bounded([...byIdentity.values()].sort(compareReports));
}

/** What was configured when an event first came, and who held its extension, holds for it. */
function firstReceived(a: Report, b: Report): Report {
  const order = compare(a.receivedAt, b.receivedAt) || compare(canonical(a), canonical(b));
  return order <= 0 ? a : b;
}

function bounded(sorted: readonly Report[]): readonly Report[] {
  if (sorted.length <= 2 * KEPT_AT_EACH_END) return sorted;
  const kept = new Set<Report>();
  for (const type of new Set(sorted.map((report) => report.type))) {
    const ofType = sorted.filter((report) => report.type === type);
    for (const report of ofType.slice(0, KEPT_AT_EACH_END)) kept.add(report);
    for (const report of ofType.slice(-KEPT_AT_EACH_END)) kept.add(report);
  }
  return sorted.filter((report) => kept.has(report));
}

type Order<T> = (a: T, b: T) => number;

const preferredOrigin: Order<OriginFact> = (a, b) =>
  compare(Number(a.kind === 'start'), Number(b.kind === 'start')) || compare(b.at, a.at);

const preferredEnd: Order<InferredEndFact> = (a, b) =>
  compare(basisRank(a.basis), basisRank(b.basis)) || compare(a.at, b.at);

function basisRank(basis: InferredEndFact['basis']): number {
  return ['initiated', 'ringing', 'answered'].indexOf(basis);
}

/** The one that `order` prefers; if it prefers none, the one with the greater canonical JSON. */
function greater<T>(a: T | undefined, b: T | undefined, order: Order<T>): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const preference = order(a, b) || compare(canonical(a), canonical(b));
  return preference >= 0 ? a : b;
}

const KNOWN: ReadonlySet<string> = new Set<keyof CallFacts>([
  'origin',
  'reports',
  'inferredEnd',
  'agentUserId',
]);

function unknownFacts(a: CallFacts, b: CallFacts): Record<string, unknown> {
  const unknown: Record<string, unknown> = {};
  for (const [fact, value] of [...Object.entries(a), ...Object.entries(b)]) {
    if (!KNOWN.has(fact)) unknown[fact] = greater(unknown[fact], value as unknown, () => 0);
  }
  return unknown;
}

/** JSON with sorted keys: jsonb does not keep the order of keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => compare(a, b)))
      : part,
  );
}

function compare<T extends string | number>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
