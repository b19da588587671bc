import type { EventName } from './webhooks/events.js';

/** Settings of a call: its course, and how its webhooks are posted. */
export interface CallSettings {
  /** Simulated seconds between answer and end; they do not pass in real time. */
  talkSeconds: number;
  /** Real milliseconds before each webhook, once the CRM knows the call (also by the response to start). */
  delayMs: number;
  /** How often each event is posted. */
  duplicate: number;
  shuffle: boolean;
  /** The same seed gives the same order and drops; null: a random seed for each call. */
  seed: number | null;
  /** Probability (0 to 1) that an event is dropped, or the names of the dropped events. */
  drop: number | EventName[];
  /** Post the first webhook of a call, and wait for its response, before responding to the request that placed the call. */
  eventBeforeAnswer: boolean;
  /** Post everything to the one-shot route. */
  oneShot: boolean;
  /** Target extension of the transferred scenarios. */
  transferTo: string;
  /** Add start's `crm_call_id` to the events of the call. Not required by the contract. */
  echoCrmCallId: boolean;
}
