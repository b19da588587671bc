import type { CallWithFacts } from '../call-with-facts.js';
import { isErased } from '../erased-call.js';
import { type CallEnd, endOf } from '../facts/call-end.js';
import { type CallFacts, type Report, reportsOf, reportsOfType } from '../facts/call-facts.js';
import { customerOf, agentOf, directionOf } from '../facts/parties.js';
import { durationOf, earliest, project, reportOfDisposition, reportOfReason } from '../facts/projection.js';
import { answersByPersons, type Talk, talkOf, wordOf } from '../facts/talk.js';
import type { LifeBasis, LifeRule } from './life-rules.js';
import { type ColumnValue, columnOf, valueOf } from './row-steps.js';

/** Where a value comes from: a report, how the row began, or the inferred end. */
export type Origin = Report | 'beginning' | 'inferred-end';

/** Why a column says what it says. */
export interface Explanation {
  readonly column: string;
  readonly value: ColumnValue;
  readonly rule: LifeRule;
  readonly basis: LifeBasis;
  /** In order of their weight. */
  readonly origins: readonly Origin[];
}

/** What is known beside the row. */
export interface LifeContext {
  /** The staff chose the customer of this call. */
  readonly isCustomerChosen: boolean;
}

type Reason = Pick<Explanation, 'rule' | 'basis' | 'origins'>;

/** What the reasons are derived from, by the rules of the projection. */
interface Case {
  readonly call: CallWithFacts;
  readonly facts: CallFacts;
  readonly talk: Talk;
  readonly end: CallEnd | null;
  readonly context: LifeContext;
}

const REASONS = {
  status: statusReason,
  disposition: dispositionReason,
  endReason: endReasonReason,
  startedAt: startReason,
  answeredAt: answerReason,
  endedAt: endReason,
  durationSeconds: durationReason,
  agentPhone: agentReason,
  agentUserId: userReason,
  customerPhone: numberReason,
  customerId: customerReason,
  direction: directionReason,
} as const satisfies Partial<Record<keyof CallWithFacts, (known: Case) => Reason>>;

/**
 * Says of each important column why the row has its value. The rules are those of `projection.ts`: what is asked here is
 * asked of the same functions.
 */
export function explain(call: CallWithFacts, context: LifeContext): Explanation[] {
  const { facts } = call;
  const known: Case = { call, facts, talk: talkOf(facts), end: endOf(facts), context };
  return (Object.keys(REASONS) as (keyof typeof REASONS)[]).map((property) => ({
    column: columnOf(property),
    value: valueOf(call[property]),
    ...REASONS[property](known),
  }));
}

function statusReason({ facts, talk, end, call }: Case): Reason {
  if (end === null) return openReason(facts);
  const ends = reportsOfType(facts, 'ended');
  const isInferred = end.kind === 'inferred';
  const over = originOf(end);
  if (call.status === 'completed') {
    switch (talk.evidence) {
      case 'reported':
        return reasonOf(
          'talk-reported',
          'reported',
          ends.find((report) => wordOf(report) === 'talk'),
        );
      case 'inferred':
        return reasonOf(
          'talk-by-duration',
          'inferred',
          ends.find(({ durationSeconds }) => (durationSeconds ?? 0) > 0),
        );
      case 'recorded':
        return reasonOf('talk-recorded', 'inferred', reportsOfType(facts, 'recording').at(-1));
      default:
        return reasonOf('talk-answered', isInferred ? 'inferred' : 'reported', talk.answers[0], over);
    }
  }
  const denied = ends.find((report) => wordOf(report) === 'no-talk');
  if (denied !== undefined) return reasonOf('no-talk-reported', 'reported', denied);
  const [missed] = reportsOfType(facts, 'missed');
  if (missed !== undefined) return reasonOf('no-talk-missed', 'reported', missed);
  if (isInferred && isNotPlaced(call)) return reasonOf('not-placed', 'inferred', over);
  return reasonOf('no-talk-unanswered', isInferred ? 'inferred' : 'reported', over);
}

function openReason(facts: CallFacts): Reason {
  const answer = answersByPersons(facts).at(-1);
  if (answer !== undefined) return reasonOf('status-answered', 'reported', answer);
  const rang = reportsOfType(facts, 'incoming', 'ringing', 'answered').at(-1);
  if (rang !== undefined) return reasonOf('status-ringing', 'reported', rang);
  const basis = facts.origin?.kind === 'start' ? 'requested' : 'inferred';
  return reasonOf('status-initiated', basis, ...beginningOf(facts), reportsOf(facts).at(-1));
}

function dispositionReason({ facts, end, call }: Case): Reason {
  if (call.disposition === 'answered_elsewhere' && project(facts).disposition !== 'answered_elsewhere') {
    return reasonOf('answered-elsewhere', 'computed');
  }
  if (call.disposition === null) {
    return reasonOf(end === null ? 'disposition-open' : 'disposition-recorded', 'unknown');
  }
  const report = reportOfDisposition(facts, call.status);
  if (report !== undefined && report.disposition === call.disposition) {
    return reasonOf('disposition-reported', 'reported', report);
  }
  if (call.status === 'completed') return reasonOf('disposition-talk', 'computed', report);
  const reason = reportOfReason(facts, call.status) ?? (end === null ? undefined : originOf(end));
  return reasonOf('disposition-by-reason', 'computed', reason);
}

function endReasonReason({ facts, call }: Case): Reason {
  const report = reportOfReason(facts, call.status);
  if (report !== undefined) return reasonOf('reason-reported', 'reported', report);
  if (call.endReason === null) return reasonOf('reason-unknown', 'unknown');
  return reasonOf('reason-inferred', 'inferred', 'inferred-end');
}

function startReason({ facts }: Case): Reason {
  const seen = earliest(facts);
  if (seen === undefined) return reasonOf('started-unknown', 'unknown');
  if ('kind' in seen) {
    const isClick = seen.kind === 'start';
    return reasonOf(
      isClick ? 'started-click' : 'started-former',
      isClick ? 'requested' : 'inferred',
      'beginning',
    );
  }
  return timeReason(seen, 'started-reported', 'started-received');
}

function answerReason({ talk, call }: Case): Reason {
  const [answer] = talk.answers;
  if (call.answeredAt !== null && answer !== undefined) {
    return timeReason(answer, 'answered-reported', 'answered-received');
  }
  return reasonOf(talk.evidence === 'none' ? 'answered-none' : 'answered-unreported', 'unknown');
}

function endReason({ end, call }: Case): Reason {
  if (end === null) return reasonOf('ended-open', 'unknown');
  if (end.kind === 'inferred') {
    const rule = ruleOfInferredEnd(call);
    return reasonOf(rule, rule === 'ended-cleared' ? 'requested' : 'inferred', 'inferred-end');
  }
  const { report } = end;
  return timeReason(report, report.type === 'missed' ? 'ended-missed' : 'ended-reported', 'ended-received');
}

function durationReason({ facts, talk, end, call }: Case): Reason {
  const { durationSeconds } = call;
  if (durationSeconds === null) return reasonOf('duration-none', 'unknown');
  if (durationOf(facts) === durationSeconds) {
    const report = reportsOfType(facts, 'ended').find(
      (ended) => ended.durationSeconds === durationSeconds && wordOf(ended) !== 'no-talk',
    );
    return reasonOf('duration-reported', 'reported', report);
  }
  return reasonOf('duration-computed', 'computed', talk.answers[0], end === null ? undefined : originOf(end));
}

function agentReason({ facts }: Case): Reason {
  const { extension } = agentOf(facts);
  if (extension === null) return reasonOf('agent-none', 'unknown');
  const isAt = (report: Report): boolean => report.extension === extension;
  const answered = answersByPersons(facts).findLast(({ extension: named }) => named !== undefined);
  if (answered !== undefined) return reasonOf('agent-answered', 'reported', answered);
  const rang = reportsOfType(facts, 'incoming', 'ringing').findLast(isAt);
  const { origin } = facts;
  if (origin?.extension === extension && !(rang !== undefined && rang.at > origin.at)) {
    return reasonOf('agent-click', origin.kind === 'start' ? 'requested' : 'inferred', 'beginning');
  }
  if (rang !== undefined) return reasonOf('agent-rang', 'reported', rang);
  return reasonOf(
    'agent-named',
    'reported',
    reportsOf(facts).findLast((report) => isAt(report) && report.type !== 'transfer'),
  );
}

function userReason(known: Case): Reason {
  const { facts, call } = known;
  if (facts.agentUserId !== undefined) {
    const isClick = facts.origin?.kind === 'start';
    return reasonOf(
      isClick ? 'user-started' : 'user-former',
      isClick ? 'requested' : 'inferred',
      'beginning',
    );
  }
  if (call.agentUserId === null) return reasonOf('user-none', 'unknown');
  return { ...agentReason(known), rule: 'user-holder', basis: 'computed' };
}

function numberReason({ facts, call }: Case): Reason {
  if (isErased(call)) return reasonOf('number-erased', 'unknown');
  const customer = customerOf(facts);
  if (customer === null) return reasonOf('number-none', 'unknown');
  if (customer === facts.origin) {
    const isClick = facts.origin.kind === 'start';
    return reasonOf(
      isClick ? 'number-click' : 'number-former',
      isClick ? 'requested' : 'inferred',
      'beginning',
    );
  }
  const { phone } = customer;
  const report = reportsOf(facts).find((named) => named.phone === phone);
  return reasonOf(customer.e164 === null ? 'number-invalid' : 'number-reported', 'reported', report);
}

function customerReason({ call, context }: Case): Reason {
  if (context.isCustomerChosen) return reasonOf('customer-chosen', 'requested');
  return call.customerId === null
    ? reasonOf('customer-none', 'unknown')
    : reasonOf('customer-found', 'computed');
}

function directionReason({ facts }: Case): Reason {
  const { isGuess } = directionOf(facts);
  const [announced] = reportsOfType(facts, 'incoming', 'missed');
  if (isGuess) return reasonOf('direction-guess', 'inferred');
  if (facts.origin?.kind === 'start') return reasonOf('direction-click', 'requested', 'beginning');
  if (announced !== undefined && facts.origin?.direction !== 'outbound') {
    return reasonOf('direction-announced', 'reported', announced);
  }
  return reasonOf('direction-former', 'inferred', 'beginning');
}

function timeReason(report: Report, reported: LifeRule, received: LifeRule): Reason {
  const isReceived = report.source === 'received';
  return reasonOf(isReceived ? received : reported, isReceived ? 'inferred' : 'reported', report);
}

/** Who inferred the end of a call: a supervisor, a start that was not placed, or the sweeper. */
export function ruleOfInferredEnd(call: CallWithFacts): LifeRule {
  if (call.meta?.cleared !== undefined) return 'ended-cleared';
  return isNotPlaced(call) ? 'ended-not-placed' : 'ended-swept';
}

/** A start that the PBX did not take has the answer of the PBX with it. */
function isNotPlaced({ meta, externalCallId }: CallWithFacts): boolean {
  const start = meta?.start as { readonly answer?: unknown } | undefined;
  return externalCallId === null && start?.answer !== undefined;
}

function originOf(end: CallEnd): Origin {
  return end.kind === 'reported' ? end.report : 'inferred-end';
}

function beginningOf({ origin }: CallFacts): Origin[] {
  return origin === undefined ? [] : ['beginning'];
}

function reasonOf(rule: LifeRule, basis: LifeBasis, ...origins: (Origin | undefined)[]): Reason {
  return { rule, basis, origins: origins.filter((origin) => origin !== undefined) };
}
