import type { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import type { Call } from '../../src/modules/telephony/calls/call.entity.js';
import { CALL_START } from './call-events.js';

/** One webhook of the PBX: its route in the contract, or the one-shot route, and its body. */
export interface Webhook {
  readonly route: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export const CALLER = '01712345678';

function time(seconds: number): Date {
  return new Date(CALL_START + seconds * 1000);
}

/** The time `seconds` after the start of the call, in the PBX's format. */
export function pbxTime(seconds: number): string {
  return time(seconds).toISOString();
}

/** The PBX's events of one call, with the contract's fields; times are seconds after the start of the call. */
export function webhooksOf(bracknet_call_id: string, caller = CALLER) {
  return {
    incoming: (seconds: number, extension = '201'): Webhook => ({
      route: 'incoming-call',
      body: {
        event: 'incoming_call',
        from: caller,
        to_extension: extension,
        bracknet_call_id,
        timestamp: pbxTime(seconds),
      },
    }),
    ringing: (seconds: number, extension = '201'): Webhook => ({
      route: 'one-shot',
      body: {
        event: 'ringing',
        bracknet_call_id,
        agent_extension: extension,
        customer_number: caller,
        timestamp: pbxTime(seconds),
      },
    }),
    answered: (seconds: number, extension = '201'): Webhook => ({
      route: 'call-answered',
      body: {
        event: 'call_answered',
        bracknet_call_id,
        agent_extension: extension,
        timestamp: pbxTime(seconds),
      },
    }),
    ended: (seconds: number, duration: number, end_reason = 'completed'): Webhook => ({
      route: 'call-ended',
      body: { event: 'call_ended', bracknet_call_id, duration, end_reason, timestamp: pbxTime(seconds) },
    }),
    /** Without a timestamp, as in the contract. */
    recording: (recording_duration: number): Webhook => ({
      route: 'call-recording',
      body: {
        event: 'call_recording_ready',
        bracknet_call_id,
        recording_url: `https://pbx.example/records/${bracknet_call_id}.mp3`,
        recording_duration,
      },
    }),
    /** Without the id of the call, as in the contract. */
    missed: (seconds: number, extension = '201'): Webhook => ({
      route: 'call-missed',
      body: { event: 'call_missed', from: caller, to_extension: extension, timestamp: pbxTime(seconds) },
    }),
  };
}

/** Events of one or more calls in the order they happened, and parts of the CRM's final data. */
export interface Life {
  readonly webhooks: readonly Webhook[];
  /** Oldest first. */
  readonly calls: readonly Partial<Call>[];
  /** Without skipped tasks: the call desk does not show them. */
  readonly tasks: readonly Partial<CallTask>[];
}

const call = webhooksOf('BN-CALL-1');
const later = webhooksOf('BN-CALL-2');

export const LIVES: Readonly<Record<string, Life>> = {
  'a call answered at one extension of its group and canceled at another': {
    webhooks: [
      call.incoming(0),
      call.answered(10),
      call.missed(10, '202'),
      call.ended(145, 135),
      call.recording(135),
    ],
    calls: [
      {
        direction: 'inbound',
        status: 'completed',
        disposition: 'completed',
        startedAt: time(0),
        answeredAt: time(10),
        endedAt: time(145),
        durationSeconds: 135,
        agentPhone: '201',
        customerNumberE164: '+8801712345678',
        customerId: 1,
        recordingUrl: 'https://pbx.example/records/BN-CALL-1.mp3',
      },
    ],
    tasks: [],
  },
  'a missed call, its number written in two ways': {
    webhooks: [call.incoming(0), webhooksOf('BN-CALL-1', '+880 1712-345678').missed(25)],
    calls: [{ status: 'failed', disposition: 'missed', startedAt: time(0), endedAt: time(25) }],
    tasks: [{ customerId: CALLER, status: 'pending', priority: 'warm', assignedAgentId: 7 }],
  },
  'a missed call that was never announced': {
    webhooks: [call.missed(25)],
    calls: [{ externalCallId: null, status: 'failed', disposition: 'missed', endedAt: time(25) }],
    tasks: [{ status: 'pending', priority: 'warm' }],
  },
  'a missed call of which the end is reported too': {
    webhooks: [call.incoming(0), call.missed(25), call.ended(25, 0, 'timeout')],
    calls: [{ status: 'failed', disposition: 'missed', endReason: 'timeout', endedAt: time(25) }],
    tasks: [{ status: 'pending', priority: 'warm' }],
  },
  'a call missed at both extensions of its group': {
    webhooks: [
      call.incoming(0, '201'),
      call.incoming(0, '202'),
      call.missed(25, '201'),
      call.missed(25, '202'),
    ],
    calls: [{ status: 'failed', disposition: 'missed', startedAt: time(0), endedAt: time(25) }],
    tasks: [{ status: 'pending', priority: 'warm' }],
  },
  'a call missed at one extension of its group and answered at another': {
    webhooks: [
      call.incoming(0, '201'),
      call.incoming(0, '202'),
      call.missed(20, '201'),
      call.answered(22, '202'),
      call.ended(102, 80),
    ],
    calls: [{ status: 'completed', answeredAt: time(22), endedAt: time(102), agentPhone: '202' }],
    tasks: [],
  },
  'a transferred call': {
    webhooks: [
      call.incoming(0),
      call.answered(5),
      call.answered(40, '301'),
      call.ended(100, 95),
      call.recording(95),
    ],
    calls: [{ status: 'completed', firstAgentPhone: '201', agentPhone: '301', endedAt: time(100) }],
    tasks: [],
  },
  'an outbound call': {
    webhooks: [call.ringing(0), call.answered(12), call.ended(60, 48, 'normal_clearing'), call.recording(48)],
    calls: [{ direction: 'outbound', status: 'completed', durationSeconds: 48, waitSeconds: 12 }],
    tasks: [],
  },
  'a missed call and the call back that reached the customer': {
    webhooks: [
      call.incoming(0),
      call.missed(25),
      later.ringing(300),
      later.answered(308),
      later.ended(373, 65),
    ],
    calls: [
      { direction: 'inbound', status: 'failed', disposition: 'missed' },
      { direction: 'outbound', status: 'completed', durationSeconds: 65 },
    ],
    tasks: [{ status: 'completed', callOutcome: 'connected', priority: 'warm' }],
  },
  'a call missed while an agent was dialling its caller, who was reached by that': {
    webhooks: [later.ringing(0), call.missed(5), later.answered(20), later.ended(80, 60)],
    calls: [
      { externalCallId: 'BN-CALL-2', direction: 'outbound', status: 'completed' },
      { externalCallId: null, direction: 'inbound', status: 'failed', disposition: 'missed' },
    ],
    tasks: [{ status: 'completed', callOutcome: 'connected', priority: 'warm' }],
  },
  'two calls of one caller, both missed': {
    webhooks: [call.incoming(0), call.missed(25), later.incoming(60), later.missed(85)],
    calls: [
      { status: 'failed', disposition: 'missed', startedAt: time(0), endedAt: time(25) },
      { status: 'failed', disposition: 'missed', startedAt: time(60), endedAt: time(85) },
    ],
    tasks: [{ status: 'pending', priority: 'hot' }],
  },
  'a call answered for its group, and a second one of the same caller that was missed': {
    webhooks: [
      call.incoming(0, '201'),
      call.incoming(0, '202'),
      call.answered(10, '201'),
      call.missed(10, '202'),
      call.ended(30, 20),
      later.incoming(60, '202'),
      later.missed(85, '202'),
    ],
    calls: [
      { status: 'completed', endedAt: time(30) },
      { status: 'failed', disposition: 'missed', endedAt: time(85) },
    ],
    tasks: [{ status: 'pending', priority: 'warm' }],
  },
  'an answered call, and a second one of the same caller that was missed and never announced': {
    webhooks: [call.incoming(0), call.answered(10), call.ended(30, 20), call.missed(85)],
    calls: [
      { externalCallId: 'BN-CALL-1', status: 'completed', endedAt: time(30) },
      { externalCallId: null, status: 'failed', disposition: 'missed', endedAt: time(85) },
    ],
    tasks: [{ status: 'pending', priority: 'warm' }],
  },
  'a missed call, and a second one of the same caller that was answered for its group': {
    webhooks: [
      call.incoming(0, '202'),
      call.missed(25, '202'),
      later.incoming(60, '201'),
      later.incoming(60, '202'),
      later.answered(70, '201'),
      later.missed(71, '202'),
      later.ended(130, 60),
    ],
    calls: [
      { status: 'failed', disposition: 'missed', endedAt: time(25) },
      { status: 'completed', answeredAt: time(70), endedAt: time(130) },
    ],
    tasks: [{ status: 'completed', callOutcome: 'connected', priority: 'warm' }],
  },
};
