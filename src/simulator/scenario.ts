import type { PbxEvent } from './webhooks/events.js';
import type { CallSettings } from './call-settings.js';

export const OUTBOUND_SCENARIOS = [
  'answered',
  'transferred',
  'hung-up',
  'busy',
  'no-answer',
  'failed',
] as const;
export type OutboundScenario = (typeof OUTBOUND_SCENARIOS)[number];

export const INBOUND_SCENARIOS = [
  'inbound-answered',
  'inbound-transferred',
  'inbound-hung-up',
  'inbound-missed',
] as const;
export type ScenarioName = OutboundScenario | (typeof INBOUND_SCENARIOS)[number];

interface Scenario {
  direction: 'inbound' | 'outbound';
  /** Simulated seconds from the start of the call until it is answered, or until it ends unanswered. */
  ringSeconds: number;
  /** What happens after ringing; the last three are also the `end_reason` of the call. */
  outcome: 'talk' | 'transfer' | 'hold' | 'missed' | 'busy' | 'no_answer' | 'failed';
}

const SCENARIOS: Record<ScenarioName, Scenario> = {
  answered: { direction: 'outbound', ringSeconds: 10, outcome: 'talk' },
  transferred: { direction: 'outbound', ringSeconds: 10, outcome: 'transfer' },
  'hung-up': { direction: 'outbound', ringSeconds: 10, outcome: 'hold' },
  busy: { direction: 'outbound', ringSeconds: 3, outcome: 'busy' },
  'no-answer': { direction: 'outbound', ringSeconds: 30, outcome: 'no_answer' },
  failed: { direction: 'outbound', ringSeconds: 1, outcome: 'failed' },
  'inbound-answered': { direction: 'inbound', ringSeconds: 10, outcome: 'talk' },
  'inbound-transferred': { direction: 'inbound', ringSeconds: 10, outcome: 'transfer' },
  'inbound-hung-up': { direction: 'inbound', ringSeconds: 10, outcome: 'hold' },
  'inbound-missed': { direction: 'inbound', ringSeconds: 30, outcome: 'missed' },
};

/** Data of a simulated call that determines its events. */
export interface CallFacts {
  id: string;
  scenario: ScenarioName;
  customerNumber: string;
  extension: string;
  startedAt: Date;
  /** Where the simulator serves its recordings. */
  recordingsUrl: string;
  settings: Pick<CallSettings, 'talkSeconds' | 'transferTo' | 'oneShot'>;
}

/** ISO 8601 with whole seconds and Z, the format of the contract. */
function timeOf(call: CallFacts, secondsIn: number): string {
  const time = new Date(call.startedAt.getTime() + secondsIn * 1000);
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The events of a call in order. The outcome `hold` has no end: only `hangUp` ends such a call. */
export function eventsOf(call: CallFacts): PbxEvent[] {
  const { outcome, ringSeconds } = SCENARIOS[call.scenario];
  const ring = ringOf(call);
  const answer = answered(call, call.extension, ringSeconds);
  const ending = [ended(call, call.settings.talkSeconds, 'completed'), recorded(call)];
  switch (outcome) {
    case 'talk':
      return [...ring, answer, ...ending];
    case 'transfer':
      return [...ring, answer, transfer(call, call.settings.transferTo, 1), ...ending];
    case 'hold':
      return [...ring, answer];
    case 'missed':
      return [...ring, missed(call)];
    default:
      return [...ring, ended(call, 0, outcome)];
  }
}

/** Events after the agent hung up: an end, and a recording if the call was answered. */
export function hangUp(call: CallFacts, wasAnswered: boolean): PbxEvent[] {
  return wasAnswered
    ? [ended(call, call.settings.talkSeconds, 'agent_hangup'), recorded(call)]
    : [ended(call, 0, 'agent_hangup')];
}

/** The answer of the target of the n-th transfer (from 1). Its time is always before the end of the call. */
export function transfer(call: CallFacts, extension: string, nth: number): PbxEvent {
  const talkedSeconds = Math.floor((call.settings.talkSeconds * nth) / (nth + 1));
  return answered(call, extension, SCENARIOS[call.scenario].ringSeconds + talkedSeconds);
}

function ringOf(call: CallFacts): PbxEvent[] {
  if (SCENARIOS[call.scenario].direction === 'inbound') {
    return [
      {
        event: 'incoming_call',
        from: call.customerNumber,
        to_extension: call.extension,
        bracknet_call_id: call.id,
        timestamp: timeOf(call, 0),
      },
    ];
  }
  if (!call.settings.oneShot) return [];
  return [
    {
      event: 'ringing',
      bracknet_call_id: call.id,
      agent_extension: call.extension,
      customer_number: call.customerNumber,
      timestamp: timeOf(call, 0),
    },
  ];
}

function answered(call: CallFacts, extension: string, secondsIn: number): PbxEvent {
  return {
    event: 'call_answered',
    bracknet_call_id: call.id,
    agent_extension: extension,
    timestamp: timeOf(call, secondsIn),
  };
}

function ended(call: CallFacts, duration: number, endReason: string): PbxEvent {
  return {
    event: 'call_ended',
    bracknet_call_id: call.id,
    duration,
    end_reason: endReason,
    timestamp: timeOf(call, SCENARIOS[call.scenario].ringSeconds + duration),
  };
}

function recorded(call: CallFacts): PbxEvent {
  return {
    event: 'call_recording_ready',
    bracknet_call_id: call.id,
    recording_url: `${call.recordingsUrl}/${call.id}.wav`,
    recording_duration: call.settings.talkSeconds,
  };
}

function missed(call: CallFacts): PbxEvent {
  return {
    event: 'call_missed',
    from: call.customerNumber,
    to_extension: call.extension,
    timestamp: timeOf(call, SCENARIOS[call.scenario].ringSeconds),
  };
}
