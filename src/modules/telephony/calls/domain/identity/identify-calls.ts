import type { CallFacts, Report } from '../facts/call-facts.js';
import { compareReports } from '../facts/merge.js';

/** Events of a call that was started or announced are reported within a day of that. */
export const LONGEST_CALL_MS = 24 * 3_600_000;

/** The clocks of the PBX and of this service, and events without a time, may put an event this much before its call. */
const EARLY_MS = 10 * 60_000;

/** Two machines of a PBX may have clocks that differ this much: an end may be dated before its call. */
const SKEW_MS = 60_000;

/** A beginning with a smaller difference between its time and its receipt is by a clock that is right. */
const TRUSTED_MS = 3_600_000;

/** One call under an id of the PBX. */
export interface IdentifiedCall<C> {
  /** The row with the click to call, or the row from before this service; null: the PBX's reports began the call. */
  readonly row: C | null;
  readonly reports: Report[];
}

interface Beginning<C> extends IdentifiedCall<C> {
  at: number;
  receivedAt: number;
  e164: string | null;
  /** A click to call: what was received before it is not about it. */
  readonly isStart: boolean;
}

/**
 * Divides what was reported under one id of the PBX among the calls that had the id, from scratch: the order in which the
 * events came is of no account. A click to call and an incoming or missed call with another number begin another call.
 * Everything else belongs, by its time, to the newest beginning at or before it within a day, unless it names the number
 * of another customer. What fits no beginning is a provisional call of its own, until its beginning is reported.
 * @param rows that have the id; their transfers and recordings stay where they are
 */
export function identifyCalls<C extends { readonly facts: CallFacts }>(
  rows: readonly C[],
): IdentifiedCall<C>[] {
  const reports = rows.flatMap(({ facts }) => (facts.reports ?? []).filter(isDivided)).sort(compareReports);
  const beginnings = rows.flatMap((row) => originOf(row, reports));
  const announced = reports.filter(isAnnouncement);
  for (const report of announced) {
    const known = announcedBefore(report, beginnings, reports);
    if (known === null) beginnings.push(beginningAt(report));
    else {
      known.e164 ??= report.e164 ?? null;
      known.reports.push(report);
    }
  }
  for (const report of reports) {
    if (isAnnouncement(report)) continue;
    const known =
      newestBefore(report, beginnings) ??
      soonestAfter(report, beginnings, reports) ??
      byReceipt(report, beginnings);
    if (known === null) beginnings.push(beginningAt(report));
    else {
      known.e164 ??= report.e164 ?? null;
      known.reports.push(report);
    }
  }
  return beginnings;
}

/**
 * Whether all reports of a row are of one call, as nearly always: they begin with its announcement, or it has none, and
 * they name one customer within a day. Saves the division.
 */
export function isPlainlyOne({ origin, reports = [] }: CallFacts): boolean {
  const [first] = reports;
  const last = reports.at(-1);
  if (origin !== undefined || first === undefined || last === undefined) return false;
  if (Date.parse(last.at) - Date.parse(first.at) > LONGEST_CALL_MS) return false;
  let e164: string | undefined;
  let before = first;
  for (const report of reports) {
    if (!isDivided(report) || (isAnnouncement(report) && !isAnnouncement(first))) return false;
    if (isAnnouncement(report) && Date.parse(report.at) - Date.parse(before.at) > EARLY_MS) return false;
    before = report;
    if (report.e164 === undefined) continue;
    if (e164 !== undefined && e164 !== report.e164) return false;
    e164 = report.e164;
  }
  return true;
}

/** Whether a report is divided by its time. */
function isDivided({ type, unnamed }: Report): boolean {
  return type !== 'transfer' && type !== 'recording' && unnamed !== true;
}

function isAnnouncement({ type }: Report): boolean {
  return type === 'incoming' || type === 'missed';
}

function beginningAt<C>(report: Report): Beginning<C> {
  return {
    row: null,
    reports: [report],
    at: Date.parse(report.at),
    receivedAt: Date.parse(report.receivedAt),
    e164: report.e164 ?? null,
    isStart: false,
  };
}

/**
 * A call that we started began at our own time, or with the first report within ten minutes after it if the PBX's clock
 * is behind ours.
 */
function originOf<C extends { readonly facts: CallFacts }>(
  row: C,
  reports: readonly Report[],
): Beginning<C>[] {
  const { origin } = row.facts;
  if (origin === undefined) return [];
  const at = Date.parse(origin.at);
  const isStart = origin.kind === 'start';
  const isOfStart = (report: Report): boolean => {
    const receivedAt = Date.parse(report.receivedAt);
    const isAnother = isAnnouncement(report) && report.e164 !== undefined && report.e164 !== origin.e164;
    const isSoon = receivedAt >= at && receivedAt <= at + EARLY_MS;
    return isStart && isSoon && !isAnother && !isOfOpenCall(report, reports, origin.e164);
  };
  const first = reports.find(isOfStart);
  return [
    {
      row,
      reports: [],
      at: first === undefined ? at : Math.min(at, Date.parse(first.at)),
      receivedAt: at,
      e164: origin.e164,
      isStart,
    },
  ];
}

/**
 * The call that an incoming or missed event is of, if its number begins no other. A miss may come after the next call.
 * Where one of the two numbers is unknown, the event begins another call if this one has been over for ten minutes.
 */
function announcedBefore<C>(
  report: Report,
  beginnings: readonly Beginning<C>[],
  reports: readonly Report[],
): Beginning<C> | null {
  const newest = newestBefore(report, beginnings);
  if (newest === null) return null;
  if (report.e164 === undefined || newest.e164 === null) {
    const isOther = report.e164 !== (newest.e164 ?? undefined) && wasOverBefore(report, newest, reports);
    return isOther ? null : newest;
  }
  if (newest.e164 === report.e164) return newest;
  if (report.type !== 'missed') return null;
  return newestBefore(
    report,
    beginnings.filter(({ e164 }) => e164 === report.e164),
  );
}

/** Whether an end or a miss of the call was reported, and nothing of it in the ten minutes before this report. */
function wasOverBefore<C>(
  report: Report,
  { at, isStart }: Beginning<C>,
  reports: readonly Report[],
): boolean {
  const time = Date.parse(report.at);
  const before = reports.filter((other) => Date.parse(other.at) >= at && Date.parse(other.at) < time);
  const last = before.at(-1);
  return (
    !isStart &&
    last !== undefined &&
    time - Date.parse(last.at) > EARLY_MS &&
    before.some(({ type }) => type === 'ended' || type === 'missed')
  );
}

/** Whether a call of another number had been announced under the id before this report, and no end of it was reported. */
function isOfOpenCall(report: Report, reports: readonly Report[], e164: string | null): boolean {
  const before = reports.filter(({ at }) => at < report.at);
  const last = before.findLast((other) => isAnnouncement(other) && other.e164 !== undefined);
  if (last === undefined || last.e164 === e164) return false;
  return !before.some(({ type, at }) => type === 'ended' && at >= last.at);
}

function newestBefore<C>(report: Report, beginnings: readonly Beginning<C>[]): Beginning<C> | null {
  const at = Date.parse(report.at);
  return best(
    beginnings.filter((one) => one.at <= at && at - one.at <= LONGEST_CALL_MS && couldReport(one, report)),
    (one) => one.at,
  );
}

/** Of a call that was announced, no report is earlier than an end that was reported a minute before its beginning. */
function soonestAfter<C>(
  report: Report,
  beginnings: readonly Beginning<C>[],
  reports: readonly Report[],
): Beginning<C> | null {
  const at = Date.parse(report.at);
  const ends = reports.filter(({ type, at: endedAt }) => type === 'ended' && endedAt >= report.at);
  const isOfFormer = (one: Beginning<C>): boolean =>
    !one.isStart && ends.some((end) => one.at - Date.parse(end.at) > SKEW_MS);
  return best(
    beginnings.filter(
      (one) => one.at > at && one.at - at <= EARLY_MS && couldReport(one, report) && !isOfFormer(one),
    ),
    (one) => -one.at,
  );
}

/** For a clock that went wrong after the call began: by the times of receipt, which are all by our clock. */
function byReceipt<C>(report: Report, beginnings: readonly Beginning<C>[]): Beginning<C> | null {
  const receivedAt = Date.parse(report.receivedAt);
  if (Math.abs(Date.parse(report.at) - receivedAt) <= TRUSTED_MS) return null;
  return best(
    beginnings.filter(
      (one) =>
        Math.abs(one.at - one.receivedAt) <= TRUSTED_MS &&
        Math.abs(receivedAt - one.receivedAt) <= LONGEST_CALL_MS &&
        couldReport(one, report),
    ),
    (one) => (one.receivedAt <= receivedAt ? one.receivedAt : -one.receivedAt),
  );
}

/**
 * What was received before a click to call is not about it, and an event that names another number is not about a call
 * that the PBX announced. In a call that we started the PBX may name its own number, which dials.
 */
function couldReport<C>({ isStart, receivedAt, e164 }: Beginning<C>, report: Report): boolean {
  if (isStart) return Date.parse(report.receivedAt) >= receivedAt;
  return isAnnouncement(report) || report.e164 === undefined || e164 === null || report.e164 === e164;
}

function best<T>(candidates: readonly T[], rank: (candidate: T) => number): T | null {
  return candidates.reduce<T | null>(
    (found, candidate) => (found === null || rank(candidate) > rank(found) ? candidate : found),
    null,
  );
}
