import type { Call } from '../call.entity.js';
import type { CallEvent } from './call-event.js';
import type { Report } from './facts/call-facts.js';
import { canonical } from './facts/merge.js';
import {
  boundedEvents,
  digestOf,
  digestOfPayload,
  type KeptEvent,
  KEPT_EVENTS,
  PAYLOAD_LIMIT,
  unionOfEvents,
} from './payloads/kept-events.js';
import { storable } from './payloads/storable.js';

type Meta = Call['meta'];

/** Adds the payload to `meta.events`: the distinct raw payloads of a call, ordered by event time. */
export function withEventPayload(meta: Meta, event: CallEvent): Meta {
  return withEvents(meta, [keptEventOf(event)]);
}

/** Replaces the payloads of events that were read again: their types, times and extensions may be others now. */
export function withPayloadsAgain(meta: Meta, events: readonly CallEvent[]): Meta {
  if (events.length === 0) return meta;
  const again = withoutPayloads(meta, events);
  return withEvents(again, events.map(keptEventOf));
}

/** Removes the payloads of these events. */
export function withoutPayloads(meta: Meta, events: readonly CallEvent[]): Meta {
  if (events.length === 0) return meta;
  const removed = new Set(events.map(({ payload }) => digestOfPayload(storable(payload))));
  const kept = eventsOf(meta).filter((event) => !removed.has(digestOf(event)));
  return kept.length === eventsOf(meta).length ? meta : { ...meta, events: kept };
}

function keptEventOf(event: CallEvent): KeptEvent {
  const { type, occurredAt, extension, customer, externalCallId, payload } = event;
  return {
    type,
    at: occurredAt.toISOString(),
    ...(extension !== null && { extension: printable(extension) }),
    ...(customer !== null && { from: printable(customer.raw) }),
    ...(externalCallId === null && { unnamed: true }),
    payload: storable(payload),
  };
}

const CONTROL_CHARACTER = /\p{Cc}/u;

/** JSON writes a control character with six, and what an event is takes room that no limit gives back. */
function printable(text: string): string {
  // Fast path: no usual number has one.
  return CONTROL_CHARACTER.test(text) ? text.replaceAll(/\p{Cc}/gu, '\uFFFD') : text;
}

/** Adds the payloads of another row of the same call. */
export function withEventsOf(meta: Meta, other: Meta): Meta {
  return withEvents({ ...other, ...meta }, [...eventsOf(meta), ...eventsOf(other)]);
}

/** Moves the payloads of the event of this report from one row to another. */
export function moveEventPayload(from: Meta, to: Meta, report: Report): [from: Meta, to: Meta] {
  const events = eventsOf(from);
  const own = {
    extension: report.extension === undefined ? undefined : printable(report.extension),
    phone: report.phone === undefined ? undefined : printable(report.phone),
  };
  const isMoved = ({ type, at, extension, from: phone, unnamed }: KeptEvent): boolean =>
    type === report.type &&
    at === report.at &&
    extension === own.extension &&
    phone === own.phone &&
    unnamed === report.unnamed;
  return [
    { ...from, events: events.filter((event) => !isMoved(event)) },
    withEvents(to, events.filter(isMoved)),
  ];
}

function withEvents(meta: Meta, added: readonly KeptEvent[]): Meta {
  const kept = eventsOf(meta);
  const [first] = added;
  // Fast path: almost always one event is added, and it is later than all before.
  if (added.length === 1 && first !== undefined && first.at > (kept.at(-1)?.at ?? '')) {
    return { ...meta, events: [...kept, first].slice(-KEPT_EVENTS) };
  }
  return { ...meta, events: unionOfEvents(kept, added) };
}

function eventsOf(meta: Meta): KeptEvent[] {
  return Array.isArray(meta?.events) ? (meta.events as KeptEvent[]) : [];
}

/**
 * `meta` as JSON text to store, with its events bounded. Rows are bounded when they are written, so that a row which a
 * former version let grow gets smaller with its next change.
 */
export function storedMeta(meta: Meta): string | null {
  if (meta === null) return null;
  const text = JSON.stringify(meta);
  // Fast path: nothing can be left out of so little, and the text is needed anyway.
  if (Buffer.byteLength(text) <= PAYLOAD_LIMIT) return text;
  const bounded = boundedMeta(meta);
  return bounded === meta ? text : JSON.stringify(bounded);
}

/** Leaves out payloads beyond the limits of a row. */
export function boundedMeta(meta: Meta): Meta {
  const events = eventsOf(meta);
  const bounded = boundedEvents(events);
  return bounded === events ? meta : { ...meta, events: bounded };
}

/** Whether both hold the same; a former version ordered events of one moment otherwise. */
export function isSameMeta(a: Meta, b: Meta): boolean {
  return canonical(inFixedOrder(a)) === canonical(inFixedOrder(b));
}

function inFixedOrder(meta: Meta): Meta {
  return { ...meta, events: eventsOf(meta).map(canonical).sort() };
}
