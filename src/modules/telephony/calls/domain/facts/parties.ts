import type { Direction } from '../call-vocabulary.js';
import { type CallFacts, type Report, reportsOf } from './call-facts.js';
import { answersByPersons } from './talk.js';

/**
 * The direction with the strongest evidence: a click to call, then an incoming or missed call, which the PBX reports for
 * inbound calls only. Without either, a call is taken to be outbound.
 */
export function directionOf(facts: CallFacts): { value: Direction; isGuess: boolean } {
  const { origin } = facts;
  if (origin?.direction === 'outbound') return { value: 'outbound', isGuess: false };
  const isAnnounced = reportsOf(facts).some(({ type }) => type === 'incoming' || type === 'missed');
  if (isAnnounced || origin !== undefined) return { value: 'inbound', isGuess: false };
  return { value: 'outbound', isGuess: true };
}

/** The number of a click to call, or the first that was reported, a valid one before an invalid one. */
export function customerOf(facts: CallFacts): { phone: string; e164: string | null } | null {
  const { origin } = facts;
  if (origin?.kind === 'start') return origin;
  let first: Report | null = null;
  for (const report of reportsOf(facts)) {
    if (report.phone === undefined) continue;
    if (report.e164 !== undefined) {
      return typeof origin?.e164 === 'string' ? origin : { phone: report.phone, e164: report.e164 };
    }
    first ??= report;
  }
  if (origin !== undefined && origin.phone !== '') return origin;
  return first?.phone === undefined ? null : { phone: first.phone, e164: null };
}

/** An extension, and who held it when it had the call. */
export interface Party {
  readonly extension: string | null;
  /** null: nobody is known to have held it. */
  readonly userId: number | null;
}

const NOBODY: Party = { extension: null, userId: null };

/** The extension that has the call, or had it last: that of the last answer, else of the last ring, else any. */
export function agentOf(facts: CallFacts): Party {
  const named = reportsOf(facts).filter(
    ({ extension, type }) => extension !== undefined && type !== 'transfer',
  );
  const answered = answersByPersons(facts).findLast(({ extension }) => extension !== undefined);
  if (answered !== undefined) return partyOf(answered);
  const rang = named.findLast(({ type }) => type === 'incoming' || type === 'ringing');
  const { origin } = facts;
  const isOriginLater = origin !== undefined && origin.extension !== null && !(rang && rang.at > origin.at);
  if (isOriginLater) return { extension: origin.extension, userId: null };
  return partyOf(rang ?? named.at(-1));
}

/** The extension of the first answer by a person that names one. */
export function firstAgentOf(facts: CallFacts): Party {
  return partyOf(answersByPersons(facts).find(({ extension }) => extension !== undefined));
}

function partyOf(report: Report | undefined): Party {
  if (report === undefined) return NOBODY;
  return { extension: report.extension ?? null, userId: report.userId ?? null };
}

/** All users who started the call, had it, or heard it ring, sorted. */
export function usersOf(facts: CallFacts): number[] {
  const users: number[] = [];
  const add = (user: number | undefined): void => {
    if (user !== undefined && !users.includes(user)) users.push(user);
  };
  add(facts.agentUserId);
  add(facts.origin?.startedBy);
  for (const { userId, members } of reportsOf(facts)) {
    add(userId);
    members?.forEach(add);
  }
  return users.sort((a, b) => a - b);
}

/** The last reported value of a field; null: it was not reported. */
export function latest<F extends 'queueName' | 'trunkName' | 'waitSeconds' | 'holdSeconds'>(
  facts: CallFacts,
  field: F,
): NonNullable<Report[F]> | null {
  return reportsOf(facts).findLast((report) => report[field] !== undefined)?.[field] ?? null;
}
