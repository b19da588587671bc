import { containsNumber } from '../../../../common/number-in-text.js';
import type { Call } from '../call.entity.js';
import { type CallEffects, type EffectName, withoutEffect } from './effects/effect-marks.js';
import type { CallFacts, Report } from './facts/call-facts.js';
import { presentFacts } from './facts/earlier-facts.js';
import { compareReports } from './facts/merge.js';

/** Stands for a text that contained an erased number. */
const ERASED = 'erased';

/** Whether the customer of this call was erased. Events that are reported later change nothing: they would bring him back. */
export function isErased({ meta }: Pick<Call, 'meta'>): boolean {
  return meta?.erasedAt !== undefined;
}

/** The columns of a call that an erasure writes. */
export type ErasedColumns = Pick<
  Call,
  | 'customerPhone'
  | 'customerNumberE164'
  | 'customerId'
  | 'externalCallId'
  | 'crmCallId'
  | 'recordingUrl'
  | 'queueName'
  | 'trunkName'
  | 'endReason'
  | 'facts'
  | 'effects'
  | 'meta'
>;

/**
 * A call without its customer: the number, the customer and the recording are gone, the figures stay. Raw payloads are
 * gone as a whole, for they may hold names too. `meta.erasedAt` says when.
 * @param e164 the number that is erased, E.164
 */
export function erasedColumns(call: Call, e164: string, at: Date): ErasedColumns {
  const answer = (call.meta?.start as { answer?: unknown } | undefined)?.answer;
  const isAnswerKept = answer !== undefined && !containsNumber(JSON.stringify(answer), e164);
  const withId = `${ERASED}-${call.id}`;
  return {
    customerPhone: '',
    customerNumberE164: null,
    customerId: null,
    externalCallId: erasedText(call.externalCallId, e164, withId),
    crmCallId: erasedText(call.crmCallId, e164, withId),
    recordingUrl: null,
    queueName: erasedText(call.queueName, e164),
    trunkName: erasedText(call.trunkName, e164),
    endReason: erasedText(call.endReason, e164),
    facts: call.facts === null ? null : erasedFacts(presentFacts(call.facts), e164),
    effects: withoutMissedCallTasks(call.effects),
    // The answer to a start: the same Idempotency-Key gives it again.
    meta: { erasedAt: at.toISOString(), ...(isAnswerKept && { start: { answer } }) },
  };
}

/** The missed-call tasks of the customer are erased too: what follows for the call must not look for them. */
function withoutMissedCallTasks(effects: CallEffects): CallEffects {
  const ofCustomer: EffectName[] = ['missedTask', 'missedTaskSkipped', 'customerReached', 'reachWithdrawn'];
  return ofCustomer.reduce(withoutEffect, effects);
}

/** The text, or what stands for it if it contains the number. */
export function erasedText<Text extends string | null>(
  text: Text,
  e164: string,
  replacement: string = ERASED,
): Text | string {
  return text !== null && containsNumber(text, e164) ? replacement : text;
}

function erasedFacts(facts: CallFacts, e164: string): CallFacts {
  const { origin, reports } = facts;
  return {
    ...facts,
    ...(origin && { origin: { ...erasedTexts(origin, e164), phone: '', e164: null } }),
    ...(reports && { reports: reports.map((report) => erasedReport(report, e164)).sort(compareReports) }),
  };
}

function erasedReport(report: Report, e164: string): Report {
  const { phone: _phone, e164: _number, recordingUrl: _recording, ...others } = report;
  return erasedTexts(others, e164);
}

function erasedTexts<Fact extends Pick<Report, 'endReason' | 'queueName' | 'trunkName'>>(
  fact: Fact,
  e164: string,
): Fact {
  const names = ['endReason', 'queueName', 'trunkName'] as const;
  const found = names.filter((name) => fact[name] !== undefined && containsNumber(fact[name], e164));
  return { ...fact, ...Object.fromEntries(found.map((name) => [name, ERASED])) };
}
