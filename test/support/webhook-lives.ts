import { CALL_START } from './call-events.js';

/** One webhook of the PBX: the route of its own that the contract gives it, or the one-shot route, and its body. */
export interface Webhook {
  readonly route: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export const CALLER = '01712345678';

/** The time `seconds` after the call began, as the PBX writes it. */
export function pbxTime(seconds: number): string {
  return new Date(CALL_START + seconds * 1000).toISOString();
}

/** The PBX's events of one call, field by field as the contract has them; times are seconds after the call began. */
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
    /** Without a time, as in the contract. */
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
