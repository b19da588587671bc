import { agentOf, callIdOf, customerOf, extensionOf, numberOf } from '../population.js';

/** A webhook, before it is signed. */
export interface PbxEvent {
  /** Last segment of the contract's route for this event. */
  readonly route: 'incoming-call' | 'call-answered' | 'call-ended' | 'call-recording' | 'call-missed';
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Whether the n-th call is missed: one in four. */
export function isMissed(n: number): boolean {
  return (n * 389) % 1009 < 252;
}

/** Whether the n-th call is recorded, if it is answered: three in ten. */
export function isRecorded(n: number): boolean {
  return (n * 421) % 997 < 299;
}

/**
 * Events of the n-th call in order: incoming, answered, ended and possibly recorded, or incoming and missed. As in the
 * contract, a missed event has no call id. The call ended at `endedAt`.
 */
export function eventsOf(n: number, endedAt: number): PbxEvent[] {
  const wait = 5 + (n % 23);
  const talk = isMissed(n) ? 0 : 15 + (n % 401);
  const after = (seconds: number): string => new Date(endedAt - (wait + talk - seconds) * 1000).toISOString();
  const from = numberOf(customerOf(n));
  const extension = extensionOf(agentOf(n));
  const id = callIdOf(n);
  const incoming: PbxEvent = {
    route: 'incoming-call',
    payload: {
      event: 'incoming_call',
      from,
      to_extension: extension,
      bracknet_call_id: id,
      timestamp: after(0),
    },
  };
  if (isMissed(n)) {
    const payload = { event: 'call_missed', from, to_extension: extension, timestamp: after(wait) };
    return [incoming, { route: 'call-missed', payload }];
  }
  const answered = { bracknet_call_id: id, agent_extension: extension, timestamp: after(wait) };
  const ended = {
    bracknet_call_id: id,
    duration: talk,
    end_reason: 'completed',
    timestamp: after(wait + talk),
  };
  const recording = {
    bracknet_call_id: id,
    recording_url: `https://bracknet.com/records/${id}.mp3`,
    recording_duration: talk,
    timestamp: after(wait + talk),
  };
  return [
    incoming,
    { route: 'call-answered', payload: { event: 'call_answered', ...answered } },
    { route: 'call-ended', payload: { event: 'call_ended', ...ended } },
    ...(isRecorded(n)
      ? [{ route: 'call-recording' as const, payload: { event: 'call_recording_ready', ...recording } }]
      : []),
  ];
}

/** Body of the start request for the n-th call. */
export function clickOf(n: number, agent: number): Readonly<Record<string, unknown>> {
  return {
    agent_extension: extensionOf(agent),
    agent_id: `A${agent}`,
    customer_number: numberOf(customerOf(n)),
    caller_id: 'TrustCart',
    call_type: 'outbound',
    crm_call_id: `CRM-CALL-${n}`,
  };
}
