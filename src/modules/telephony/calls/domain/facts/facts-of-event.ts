import type { CallEvent } from '../call-event.js';
import { type AgentFact, type CallFacts, type DirectionFact, missKey, type Stamp } from './call-facts.js';
import { endReasonClaimsTalk, isKnownEndReason } from './end-reason.js';

/** The facts that one event reports. Merging them into a call is all that an event does to its columns. */
export function factsOfEvent(event: CallEvent): CallFacts {
  const at = event.occurredAt.toISOString();
  const stamp: Stamp = { at, source: event.timeSource };
  return defined({
    seen: stamp,
    customer: event.customer
      ? { phone: event.customer.raw, e164: event.customer.e164, at, evidence: 'event' }
      : undefined,
    direction: directionOf(event),
    agent: agentOf(event, at),
    queueName: dated(event.queueName, at),
    trunkName: dated(event.trunkName, at),
    waitSeconds: dated(event.waitSeconds, at),
    holdSeconds: dated(event.holdSeconds, at),
    disposition: dated(event.disposition, at),
    talkClaimed: claimsTalk(event) ? true : undefined,
    durationSeconds: event.durationSeconds ?? undefined,
    endReason:
      event.endReason === null
        ? undefined
        : { text: event.endReason, known: isKnownEndReason(event.endReason), at },
    ...factsOfType(event, stamp),
  });
}

function factsOfType(event: CallEvent, stamp: Stamp): CallFacts {
  switch (event.type) {
    case 'incoming':
    case 'ringing':
      return {
        rang: stamp,
        alive: stamp.at,
        rungExtensions: event.extension === null ? [] : [event.extension],
      };
    case 'answered':
      return defined({ answered: stamp, alive: stamp.at, firstAgent: agentOf(event, stamp.at) });
    case 'ended':
      return { ended: stamp };
    case 'missed':
      return {
        missed: {
          [missKey(event.extension, stamp.at)]: {
            ...stamp,
            extension: event.extension,
            ...(event.externalCallId === null && { unnamed: true }),
          },
        },
      };
    case 'recording':
      return event.recordingUrl === null
        ? {}
        : {
            recording: {
              url: event.recordingUrl,
              durationSeconds: event.recordingDurationSeconds,
              at: stamp.at,
            },
          };
  }
}

const EVIDENCE_OF_AGENT: Readonly<Record<CallEvent['type'], AgentFact['evidence']>> = {
  answered: 'answered',
  incoming: 'rang',
  ringing: 'rang',
  missed: 'mentioned',
  ended: 'mentioned',
  recording: 'mentioned',
};

function agentOf(event: CallEvent, at: string): AgentFact | undefined {
  return event.extension === null
    ? undefined
    : { extension: event.extension, at, evidence: EVIDENCE_OF_AGENT[event.type] };
}

/** The PBX reports `incoming` and `missed` for inbound calls only. Without one of them, a call is taken to be outbound. */
function directionOf(event: CallEvent): DirectionFact {
  return event.type === 'incoming' || event.type === 'missed'
    ? { value: 'inbound', evidence: 'event' }
    : { value: 'outbound', evidence: 'guess' };
}

function claimsTalk(event: CallEvent): boolean {
  return (
    (event.endReason !== null && endReasonClaimsTalk(event.endReason)) ||
    event.disposition === 'answered' ||
    event.disposition === 'completed'
  );
}

function dated<T>(value: T | null, at: string): { value: T; at: string } | undefined {
  return value === null ? undefined : { value, at };
}

/** Drops undefined values: JSON drops them too, and equal facts must stay equal after a round trip. */
function defined(facts: { [F in keyof CallFacts]: CallFacts[F] | undefined }): CallFacts {
  const known: Record<string, unknown> = {};
  for (const fact of Object.keys(facts) as (keyof CallFacts)[]) {
    if (facts[fact] !== undefined) known[fact] = facts[fact];
  }
  return known;
}
