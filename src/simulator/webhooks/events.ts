export const EVENT_NAMES = [
  'incoming_call',
  'ringing',
  'call_answered',
  'call_ended',
  'call_recording_ready',
  'call_missed',
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/** Events that the PBX posts to the CRM, with the fields of sections 2.1 to 2.5 of the contract. */
export type PbxEvent =
  | {
      event: 'incoming_call';
      from: string;
      to_extension: string;
      bracknet_call_id: string;
      timestamp: string;
    }
  | {
      event: 'ringing';
      bracknet_call_id: string;
      agent_extension: string;
      customer_number: string;
      timestamp: string;
    }
  | { event: 'call_answered'; bracknet_call_id: string; agent_extension: string; timestamp: string }
  | {
      event: 'call_ended';
      bracknet_call_id: string;
      duration: number;
      end_reason: string;
      timestamp: string;
    }
  | {
      event: 'call_recording_ready';
      bracknet_call_id: string;
      recording_url: string;
      recording_duration: number;
    }
  | { event: 'call_missed'; from: string; to_extension: string; timestamp: string };

const ONE_SHOT_ROUTE = '/api/telephony/webhook/bracknet';

/** The contract has no route of its own for ringing: only the one-shot route takes it. */
const ROUTE_OF: Record<EventName, string> = {
  incoming_call: '/api/webhook/bracknet/incoming-call',
  ringing: ONE_SHOT_ROUTE,
  call_answered: '/api/webhook/bracknet/call-answered',
  call_ended: '/api/webhook/bracknet/call-ended',
  call_recording_ready: '/api/webhook/bracknet/call-recording',
  call_missed: '/api/webhook/bracknet/call-missed',
};

/** Path of the CRM to which an event is posted. */
export function routeOf(event: EventName, oneShot: boolean): string {
  return oneShot ? ONE_SHOT_ROUTE : ROUTE_OF[event];
}
