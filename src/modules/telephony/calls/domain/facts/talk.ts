import { type CallFacts, type Report, reportsOf, reportsOfType } from './call-facts.js';
import { classOfWord, type WordClass } from './end-reason.js';

/** An extension whose ring is canceled may report its miss this much after another one has answered. */
export const CANCEL_LEAD_SECONDS = 5;

/** Whether a person talked to the customer, and what proves it. */
export interface Talk {
  /**
   * reported: an end says so; answered: a person answered; inferred: only a duration says so; recorded: nothing but a
   * recording is known; none: nobody talked.
   */
  readonly evidence: 'reported' | 'answered' | 'inferred' | 'recorded' | 'none';
  /** Answers by persons that no end contradicts, in order of time. */
  readonly answers: readonly Report[];
  /** What says that the call was handed on to an extension where nobody took it: the customer still waits. */
  readonly leftWaiting: Report | null;
}

/**
 * Decides from everything that was reported whether there was talk. A word for no talk outweighs an answer and a
 * figure, because the worst mistake is a missed customer that nobody calls back.
 */
export function talkOf(facts: CallFacts): Talk {
  const answers = reportsOfType(facts, 'answered');
  const persons = answersByPersons(facts);
  const ends = reportsOfType(facts, 'ended');
  const misses = reportsOfType(facts, 'missed');
  const isMissed = misses.length > 0;
  const left = persons.filter(
    (answer) => ![...ends, ...misses].some((report) => cancels(report, answer, persons, facts)),
  );
  const talk = { answers: left, leftWaiting: leftWaitingBy(ends, left, persons, facts) };

  const isOnlyMachine = answers.length > 0 && persons.length === 0;
  const isProved = ends.some((end) => wordOf(end) === 'talk' && isTalk(end, persons.length > 0, isMissed));
  if (isProved && !isOnlyMachine) return { evidence: 'reported', ...talk };
  if (left.length > 0) return { evidence: 'answered', ...talk };
  if (isMissed) return { evidence: 'none', ...talk };
  if (answers.length === 0 && hasBareDuration(ends)) return { evidence: 'inferred', ...talk };
  return { evidence: isRecordingOnly(facts) ? 'recorded' : 'none', ...talk };
}

/** The answers that no machine gave, and that are not said to be none, in order of time. */
export function answersByPersons(facts: CallFacts): Report[] {
  return reportsOfType(facts, 'answered').filter(
    (answer) => !isUnattendedAnswer(answer, facts) && wordOf(answer) !== 'no-talk',
  );
}

/**
 * Whether a machine answered: its extension is configured as one, or it names none while everything that had rang is
 * one.
 */
function isUnattendedAnswer(answer: Report, facts: CallFacts): boolean {
  if (answer.extension !== undefined) return answer.unattended === true;
  const rings = reportsOfType(facts, 'incoming', 'ringing').filter(
    ({ extension, at }) => extension !== undefined && at <= answer.at,
  );
  return rings.length > 0 && rings.every(({ unattended }) => unattended === true);
}

/** What an end says of talk, in its reason and its disposition. A word for no talk outweighs the others. */
export function wordOf({ endReason, disposition }: Report): WordClass | null {
  const classes = [endReason, disposition].filter((word) => word !== undefined).map(classOfWord);
  const order: WordClass[] = ['no-talk', 'talk', 'technical', 'neutral'];
  return order.find((wordClass) => classes.includes(wordClass)) ?? null;
}

/** An end with a word for talk. A call without a figure may have been missed all the same. */
function isTalk({ durationSeconds }: Report, isAnswered: boolean, isMissed: boolean): boolean {
  return durationSeconds === undefined ? isAnswered || !isMissed : durationSeconds > 0;
}

/** Whether a report says that this answer, which came before it, was no talk. */
function cancels(report: Report, answer: Report, persons: readonly Report[], facts: CallFacts): boolean {
  if (wordOf(report) !== 'no-talk' || report.at < answer.at) return false;
  if (!namesExtension(report)) return !persons.some((person) => wasHandedOn(person, persons, facts));
  // An answer that names no extension cannot be shown to be at another one.
  return answer.extension === undefined || answer.extension === report.extension;
}

/** Whether a report is about the leg of an extension. Some PBXs name the customer's number as the extension of a leg. */
export function namesExtension({ extension }: Report): boolean {
  return extension !== undefined && !/^\+?\d{7,}$/u.test(extension);
}

/** Whether another extension had the call after this answer. */
function wasHandedOn(answer: Report, persons: readonly Report[], facts: CallFacts): boolean {
  return answer.extension !== undefined && laterLegs(answer, persons, facts).length > 0;
}

/** Rings, misses and requests of a transfer at extensions that had the call after this answer and did not take it. */
function laterLegs(answer: Report, persons: readonly Report[], facts: CallFacts): Report[] {
  const reports = reportsOf(facts);
  const rangBefore = (extension: string): boolean =>
    reports.some((report) => isRing(report) && report.extension === extension && report.at <= answer.at);
  const transfer = reports.find(({ type }) => type === 'transfer');
  return reports.filter((report) => {
    const { type, extension, at } = report;
    // A transfer is dated by our clock, and the other reports by the PBX's.
    const isEarlier = type === 'transfer' ? report.receivedAt < answer.receivedAt : at < answer.at;
    if (extension === undefined || extension === answer.extension || isEarlier) return false;
    if (!namesExtension(report)) return false;
    // After the agent's own leg of a click to call, the customer's is reported.
    const isTransferred = transfer !== undefined && report.receivedAt >= transfer.receivedAt;
    if (facts.origin?.kind === 'start' && !isTransferred) return false;
    if (persons.some((person) => person.extension === extension && person.at >= at)) return false;
    if (type === 'transfer') return true;
    if (isRing(report)) return at > answer.at;
    // The miss of an extension that rang before the answer is that of a canceled ring.
    const canceledUntil = Date.parse(answer.at) + CANCEL_LEAD_SECONDS * 1000;
    return type === 'missed' && Date.parse(at) > canceledUntil && !rangBefore(extension);
  });
}

function leftWaitingBy(
  ends: readonly Report[],
  left: readonly Report[],
  persons: readonly Report[],
  facts: CallFacts,
): Report | null {
  const last = left.at(-1);
  if (last?.extension === undefined) return null;
  const legs = laterLegs(last, persons, facts);
  // The end of a leg may be all that is reported of it.
  const isOfOther = (end: Report): boolean =>
    namesExtension(end) &&
    facts.origin?.kind !== 'start' &&
    persons.every(({ extension }) => extension !== end.extension);
  return (
    ends.find(
      (end) => wordOf(end) === 'no-talk' && end.at >= last.at && (legs.length > 0 || isOfOther(end)),
    ) ??
    legs.find(({ type }) => type === 'missed') ??
    null
  );
}

function isRing({ type }: Report): boolean {
  return type === 'incoming' || type === 'ringing';
}

/** A duration counts as talk only where no report says otherwise. */
function hasBareDuration(ends: readonly Report[]): boolean {
  const isContradicted = ends.some((end) => ['no-talk', 'technical'].includes(wordOf(end) ?? ''));
  return !isContradicted && ends.some(({ durationSeconds }) => (durationSeconds ?? 0) > 0);
}

function isRecordingOnly(facts: CallFacts): boolean {
  const reports = reportsOf(facts);
  return (
    facts.origin === undefined && reports.length > 0 && reports.every(({ type }) => type === 'recording')
  );
}
