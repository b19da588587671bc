import type { Call } from '../call.entity.js';
import type { CallEvent } from './call-event.js';
import type { Report } from './facts/call-facts.js';
import { canonical } from './facts/merge.js';

/** Most payloads that a row keeps; older ones are only in the receipts. */
const KEPT_EVENTS = 50;

type Meta = Call['meta'];

interface KeptEvent {
  readonly type: string;
  readonly at: string;
  /** Absent if the event names none. */
  readonly extension?: string;
  /** The caller as it was written. */
  readonly from?: string;
  /** The event has no id of the PBX. */
  readonly unnamed?: true;
  readonly payload: unknown;
}

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
  const removed = new Set(events.map(({ payload }) => canonical(storable(payload))));
  const kept = eventsOf(meta).filter(({ payload }) => !removed.has(canonical(payload)));
  return kept.length === eventsOf(meta).length ? meta : { ...meta, events: kept };
}

function keptEventOf(event: CallEvent): KeptEvent {
  const { type, occurredAt, extension, customer, externalCallId, payload } = event;
  return {
    type,
    at: occurredAt.toISOString(),
    ...(extension !== null && { extension }),
    ...(customer !== null && { from: customer.raw }),
    ...(externalCallId === null && { unnamed: true }),
    payload: storable(payload),
  };
}

/** Adds the payloads of another row of the same call. */
export function withEventsOf(meta: Meta, other: Meta): Meta {
  return withEvents({ ...other, ...meta }, [...eventsOf(meta), ...eventsOf(other)]);
}

/** Moves the payloads of the event of this report from one row to another. */
export function moveEventPayload(from: Meta, to: Meta, report: Report): [from: Meta, to: Meta] {
  const events = eventsOf(from);
  const isMoved = ({ type, at, extension, from: phone, unnamed }: KeptEvent): boolean =>
    type === report.type &&
    at === report.at &&
    extension === report.extension &&
    phone === report.phone &&
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
  const byText = new Map([...kept, ...added].map((event) => [sortKey(event), event]));
  const events = [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event);
  return { ...meta, events: events.slice(-KEPT_EVENTS) };
}

function eventsOf(meta: Meta): KeptEvent[] {
  return Array.isArray(meta?.events) ? (meta.events as KeptEvent[]) : [];
}

function sortKey({ type, at, payload }: KeptEvent): string {
  const entries = typeof payload === 'object' && payload !== null ? Object.entries(payload) : [];
  return JSON.stringify([at, type, entries.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** jsonb stores neither NUL nor lone surrogates: they are replaced. The receipt keeps the exact bytes. */
function storable(payload: unknown): unknown {
  return isStorable(payload) ? payload : toStorable(payload);
}

function isStorable(payload: unknown): boolean {
  if (typeof payload === 'string') return payload.isWellFormed() && !payload.includes('\0');
  if (typeof payload !== 'object' || payload === null) return true;
  if (Array.isArray(payload)) return payload.every(isStorable);
  return Object.keys(payload).every(isStorable) && Object.values(payload).every(isStorable);
}

function toStorable(payload: unknown): unknown {
  if (typeof payload === 'string') return payload.toWellFormed().replaceAll('\0', '\uFFFD');
  if (Array.isArray(payload)) return payload.map(toStorable);
  if (typeof payload !== 'object' || payload === null) return payload;
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [toStorable(key), toStorable(value)]),
  );
}
