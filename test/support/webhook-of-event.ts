import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import type { Webhook } from './webhook-lives.js';

const NAME_OF: Readonly<Record<CallEvent['type'], string>> = {
  incoming: 'incoming_call',
  ringing: 'ringing',
  answered: 'call_answered',
  ended: 'call_ended',
  missed: 'call_missed',
  recording: 'call_recording_ready',
};

/** The delivery of an event on the one-shot route. */
export function webhookOf(event: CallEvent): Webhook {
  const fields = {
    event: NAME_OF[event.type],
    bracknet_call_id: event.externalCallId,
    timestamp: event.occurredAt.toISOString(),
    from: event.customer?.raw,
    to_extension: event.extension,
    duration: event.durationSeconds,
    end_reason: event.endReason,
    disposition: event.disposition,
    recording_url: event.recordingUrl,
    recording_duration: event.recordingDurationSeconds,
  };
  const said = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return { route: 'one-shot', body: Object.fromEntries(said) };
}
