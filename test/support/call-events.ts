import { EMPTY_TIMELINE } from '../../src/modules/agents/extensions/timeline/extension-timeline.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { factsOfEvent } from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import type { CallEvent, CallEventType } from '../../src/modules/telephony/calls/domain/call-event.js';

export const CALL_START = Date.parse('2026-01-03T10:30:00.000Z');

/** An event `seconds` after the call began, received at once. */
export function callEvent(type: CallEventType, seconds: number, over: Partial<CallEvent> = {}): CallEvent {
  const occurredAt = over.occurredAt ?? new Date(CALL_START + seconds * 1000);
  return {
    type,
    externalCallId: 'BN-CALL-1',
    crmCallId: null,
    occurredAt,
    timeSource: 'pbx',
    reportedAt: over.timeSource === 'received' ? null : occurredAt,
    receivedAt: occurredAt,
    customer: null,
    extension: null,
    durationSeconds: null,
    endReason: null,
    disposition: null,
    recordingUrl: null,
    recordingDurationSeconds: null,
    queueName: null,
    trunkName: null,
    waitSeconds: null,
    holdSeconds: null,
    payload: {},
    ...over,
  };
}

/** The facts of an event where nothing is configured about extensions. */
export function factsOf(event: CallEvent): CallFacts {
  return factsOfEvent(event, EMPTY_TIMELINE);
}

export const CUSTOMER = { raw: '01712345678', e164: '+8801712345678' };

export const RECORDING_URL = 'https://pbx.example/records/1.mp3';

/** The events of whole calls, as the PBX would report them. */
export const LIVES = {
  inbound: [
    callEvent('incoming', 0, { customer: CUSTOMER, extension: '201', queueName: 'sales' }),
    callEvent('answered', 10, { extension: '201' }),
    callEvent('ended', 145, { durationSeconds: 135, endReason: 'completed' }),
    callEvent('recording', 150, { recordingUrl: RECORDING_URL, recordingDurationSeconds: 135 }),
    callEvent('missed', 10, { customer: CUSTOMER, extension: '202' }),
  ],
  outbound: [
    callEvent('ringing', 0, { extension: '201' }),
    callEvent('answered', 12, { extension: '201' }),
    callEvent('ended', 60, { durationSeconds: 48, endReason: 'normal_clearing' }),
    callEvent('recording', 65, { recordingUrl: RECORDING_URL }),
  ],
  transferred: [
    callEvent('incoming', 0, { customer: CUSTOMER, extension: '201' }),
    callEvent('answered', 5, { extension: '201' }),
    callEvent('answered', 40, { extension: '301' }),
    callEvent('ended', 100, { durationSeconds: 95 }),
    callEvent('recording', 101, { recordingUrl: RECORDING_URL }),
  ],
  missed: [
    callEvent('incoming', 0, { customer: CUSTOMER, extension: '201' }),
    callEvent('missed', 25, { customer: CUSTOMER, extension: '201' }),
    callEvent('ended', 26, { durationSeconds: 0, endReason: 'timeout' }),
  ],
} as const satisfies Record<string, readonly CallEvent[]>;
