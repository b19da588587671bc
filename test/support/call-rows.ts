import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import type { CallFacts, OriginFact } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { project } from '../../src/modules/telephony/calls/domain/facts/projection.js';
import { CALL_START, CUSTOMER, factsOf } from './call-events.js';

/** `seconds` after {@link CALL_START}. */
export function timeOf(seconds: number): Date {
  return new Date(CALL_START + seconds * 1000);
}

/** A click to call to the customer from extension 201, `seconds` after {@link CALL_START}. */
export function startOf(seconds = 0, over: Partial<OriginFact> = {}): CallFacts {
  return {
    origin: {
      kind: 'start',
      at: timeOf(seconds).toISOString(),
      direction: 'outbound',
      phone: CUSTOMER.raw,
      e164: CUSTOMER.e164,
      extension: '201',
      ...over,
    },
  };
}

export function factsAfter(events: readonly CallEvent[], before: CallFacts = {}): CallFacts {
  return events.map(factsOf).reduce(merge, before);
}

/** A row as it is stored, with the columns that follow from its facts. */
export function storedCall(id: number, facts: CallFacts, over: Partial<CallWithFacts> = {}): CallWithFacts {
  return {
    id,
    provider: 'bracknet',
    externalCallId: null,
    externalIdOccurrence: 0,
    crmCallId: null,
    customerId: null,
    meta: null,
    effects: {},
    taskId: null,
    hangupRequestedAt: null,
    transferRequestedAt: null,
    version: 1,
    createdAt: timeOf(0),
    updatedAt: timeOf(0),
    facts,
    ...project(facts),
    ...over,
  };
}
