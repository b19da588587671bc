import { createHash } from 'node:crypto';
import { canonical } from '../facts/merge.js';

/** Most events that a row keeps; older ones are only in the receipts. */
export const KEPT_EVENTS = 50;

/** Bytes of JSON of the largest payload that a row keeps: 8 KiB. */
export const PAYLOAD_LIMIT = 8 * 1024;

/**
 * Bytes of JSON of the payloads that a row keeps, 32 KiB: those of its newest events. The rest of {@link KEPT_EVENTS}
 * events takes at most as much, so `meta.events` stays below 64 KiB.
 */
export const PAYLOADS_LIMIT = 32 * 1024;

/** What stands for a payload that was left out. The receipt of the event has it. */
export interface LeftOut {
  /** payload_too_large: over {@link PAYLOAD_LIMIT}; row_full: newer events need the room. */
  readonly reason: 'payload_too_large' | 'row_full';
  /** Of the payload as JSON. */
  readonly bytes: number;
  /** Of the payload, hex: the same event is known by it when it comes again. */
  readonly digest: string;
}

/** An event in `meta.events`. */
export interface KeptEvent {
  readonly type: string;
  readonly at: string;
  /** Absent if the event names none. */
  readonly extension?: string;
  /** The caller as it was written. */
  readonly from?: string;
  /** The event has no id of the PBX. */
  readonly unnamed?: true;
  /** null when it was left out. */
  readonly payload: unknown;
  /** Absent: the payload is kept. */
  readonly leftOut?: LeftOut;
}

/**
 * The distinct events of both, by time and then by content, at most {@link KEPT_EVENTS} of the newest. Of the same event
 * twice the added one is kept.
 */
export function unionOfEvents(kept: readonly KeptEvent[], added: readonly KeptEvent[]): KeptEvent[] {
  const digests = new Map<KeptEvent, string>();
  const digest = (event: KeptEvent): string => {
    const known = digests.get(event) ?? digestOf(event);
    digests.set(event, known);
    return known;
  };
  const order = (a: KeptEvent, b: KeptEvent): number =>
    compare(a.at, b.at) || compare(a.type, b.type) || compare(digest(a), digest(b));
  const sorted = [...kept, ...added].sort(order);
  const distinct = sorted.filter((event, index) => {
    const next = sorted[index + 1];
    return next === undefined || order(event, next) !== 0;
  });
  return distinct.slice(-KEPT_EVENTS);
}

/**
 * Leaves out payloads that are too large, and the older ones when all together are. It follows from the events alone which
 * are left out, because a payload counts whether it is kept or not: any order of the same events ends the same. Returns the
 * same array when nothing has to be left out.
 */
export function boundedEvents(events: KeptEvent[]): KeptEvent[] {
  let total = 0;
  let isChanged = false;
  const newestFirst = events.toReversed().map((event) => {
    const bytes = event.leftOut?.bytes ?? bytesOf(event.payload);
    if (bytes > PAYLOAD_LIMIT) {
      isChanged ||= event.leftOut === undefined;
      return withoutPayload(event, 'payload_too_large', bytes);
    }
    total += bytes;
    if (total <= PAYLOADS_LIMIT) return event;
    isChanged ||= event.leftOut === undefined;
    return withoutPayload(event, 'row_full', bytes);
  });
  return isChanged ? newestFirst.reverse() : events;
}

/** Equal for events with the same payload, also where it was left out. */
export function digestOf({ payload, leftOut }: KeptEvent): string {
  return leftOut?.digest ?? digestOfPayload(payload);
}

export function digestOfPayload(payload: unknown): string {
  return createHash('sha256')
    .update(canonical(payload ?? null))
    .digest('hex')
    .slice(0, 32);
}

function withoutPayload(event: KeptEvent, reason: LeftOut['reason'], bytes: number): KeptEvent {
  if (event.leftOut !== undefined) return event;
  return { ...event, payload: null, leftOut: { reason, bytes, digest: digestOf(event) } };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value ?? null));
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
