import type { EventName } from './webhooks/events.js';

/** How one call goes and how the CRM hears of it. */
export interface Knobs {
  /** Simulated seconds between answer and end; nobody waits for them. */
  talkSeconds: number;
  /** Real milliseconds before each webhook after the first word on a call (the answer to start is one). */
  delayMs: number;
  /** How often each event is posted. */
  duplicate: number;
  shuffle: boolean;
  /** Same seed, same order and same drops; null draws a fresh one for each call. */
  seed: number | null;
  /** Chance (0 to 1) that an event is left out, or the names of the events that are. */
  drop: number | EventName[];
  /** Post the first webhook of a call, and read its response, before the request that began it is answered. */
  eventBeforeAnswer: boolean;
  /** Post everything to the one-shot route. */
  oneShot: boolean;
  /** Extension that takes over in the transferred scenarios. */
  transferTo: string;
  /** Add start's `crm_call_id` to the events of the call. The contract does not ask the PBX to. */
  echoCrmCallId: boolean;
}
