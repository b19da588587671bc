import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { CallUnitOfWork } from '../../src/modules/telephony/calls/domain/call-unit-of-work.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import { startOfEvent } from '../../src/modules/telephony/calls/domain/identity/start-of-event.js';
import { callEvent, CUSTOMER } from '../support/call-events.js';
import { startOf, storedCall, timeOf } from '../support/call-rows.js';

const CRM = 'CRM-1';
const OTHER = { raw: '01812345678', e164: '+8801812345678' };

/** A start by user 7 at extension 201, which waits for the PBX's answer. */
function started(id: number, over: Partial<CallWithFacts> = {}): CallWithFacts {
  return storedCall(id, startOf(), { crmCallId: CRM, agentUserId: 7, ...over });
}

/** A start by user 8 at extension 202 to another customer, with the same id of the CRM. */
function startedByOther(id: number, over: Partial<CallWithFacts> = {}): CallWithFacts {
  const facts = startOf(0, { extension: '202', phone: OTHER.raw, e164: OTHER.e164 });
  return storedCall(id, facts, { crmCallId: CRM, agentUserId: 8, ...over });
}

function answeredBy(code: string | null): Partial<CallWithFacts> {
  const answer = code === null ? { bracknet_call_id: 'BN-9' } : { error: { code, message: '' } };
  return { meta: { start: { answer } } };
}

function startIdOf(event: Partial<CallEvent>, ...calls: CallWithFacts[]): number | null {
  const unitOfWork = new CallUnitOfWork('bracknet', timeOf(60), calls);
  return startOfEvent(unitOfWork, callEvent('answered', 10, { crmCallId: CRM, ...event }))?.id ?? null;
}

describe('the start of an event with the CRM’s id', () => {
  it.each<[string, Partial<CallEvent>]>([
    ['its extension', { extension: '201' }],
    ['its number', { customer: CUSTOMER }],
    ['its extension and the number of the PBX', { extension: '201', customer: OTHER }],
    ['neither', {}],
  ])('is the waiting one when the event names %s', (_what, event) => {
    expect(startIdOf(event, started(1))).toBe(1);
  });

  it.each<[string, Partial<CallEvent>]>([
    ['another extension', { extension: '202' }],
    ['another number', { customer: OTHER }],
    ['another extension and number', { extension: '202', customer: OTHER }],
    ['another id of the CRM', { crmCallId: 'crm-1' }],
    ['no id of the CRM', { crmCallId: null }],
    ['no id of the PBX', { externalCallId: null }],
  ])('is none when the event names %s', (_what, event) => {
    expect(startIdOf(event, started(1))).toBeNull();
  });

  it.each(['PBX_REFUSED', 'PBX_CIRCUIT_OPEN'])('is never one that ended with %s', (code) => {
    expect(startIdOf({}, started(1, answeredBy(code)))).toBeNull();
    expect(startIdOf({ extension: '201' }, started(1), started(2, answeredBy(code)))).toBe(1);
  });

  it.each(['PBX_TIMEOUT', 'PBX_UNINTELLIGIBLE', 'PBX_UNREACHABLE'])(
    'may be one that ended with %s: the PBX may have placed the call',
    (code) => {
      expect(startIdOf({}, started(1, answeredBy(code)))).toBe(1);
    },
  );

  it('is that of the agent whom the event names, of two that wait with one id of the CRM', () => {
    const both = [started(1), startedByOther(2)];
    expect(startIdOf({ extension: '201' }, ...both)).toBe(1);
    expect(startIdOf({ customer: OTHER }, ...both)).toBe(2);
  });

  it('is none when the event may be about the starts of two agents', () => {
    expect(startIdOf({}, started(1), startedByOther(2))).toBeNull();
    expect(startIdOf({ customer: CUSTOMER }, started(1), started(2, { agentUserId: 8 }))).toBeNull();
  });

  it('is the newest of one agent’s', () => {
    expect(startIdOf({}, started(2, { createdAt: timeOf(-30) }), started(1))).toBe(1);
  });

  it('is none when a start has the id of the PBX already: a later start with its CRM id gets nothing', () => {
    const known = started(1, { externalCallId: 'BN-CALL-1', ...answeredBy(null) });
    expect(startIdOf({}, known, startedByOther(2))).toBeNull();
    expect(startIdOf({ externalCallId: 'BN-CALL-2' }, known, startedByOther(2))).toBe(2);
  });
});
