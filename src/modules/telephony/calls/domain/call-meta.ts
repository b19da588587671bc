import type { Call } from '../call.entity.js';
import type { CallEvent } from './call-event.js';

/** Payloads kept with the row; what came before is in the receipts. */
const KEPT_EVENTS = 50;

type Meta = Call['meta'];

interface KeptEvent {
  readonly type: string;
  readonly at: string;
  readonly payload: unknown;
}

/** `meta.events`: the raw payloads of a call, each once, in the order they happened. */
export function withEventPayload(meta: Meta, event: CallEvent): Meta {
  return withEvents(meta, [
    { type: event.type, at: event.occurredAt.toISOString(), payload: storable(event.payload) },
  ]);
}

/** The payloads of another row that turned out to be the same call. */
export function withEventsOf(meta: Meta, other: Meta): Meta {
  return withEvents({ ...other, ...meta }, [...eventsOf(meta), ...eventsOf(other)]);
}

/** The payloads of the unnamed misses of one moment, handed from one row to another. */
export function moveMissPayload(from: Meta, to: Meta, missedAt: Date): [from: Meta, to: Meta] {
  const at = missedAt.toISOString();
  const isIt = (event: KeptEvent): boolean => event.type === 'missed' && event.at === at;
  const events = eventsOf(from);
  return [{ ...from, events: events.filter((event) => !isIt(event)) }, withEvents(to, events.filter(isIt))];
}

function withEvents(meta: Meta, added: readonly KeptEvent[]): Meta {
  const kept = eventsOf(meta);
  const [first] = added;
  // Events come one by one and later than those before, nearly always: that is their order.
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

/** jsonb holds neither NUL nor half a surrogate pair; the receipt keeps the bytes as they came. */
function storable(payload: unknown): unknown {
  return isStorable(payload) ? payload : madeStorable(payload);
}

function isStorable(payload: unknown): boolean {
  if (typeof payload === 'string') return payload.isWellFormed() && !payload.includes('\0');
  if (typeof payload !== 'object' || payload === null) return true;
  if (Array.isArray(payload)) return payload.every(isStorable);
  return Object.keys(payload).every(isStorable) && Object.values(payload).every(isStorable);
}

function madeStorable(payload: unknown): unknown {
  if (typeof payload === 'string') return payload.toWellFormed().replaceAll('\0', '\uFFFD');
  if (Array.isArray(payload)) return payload.map(madeStorable);
  if (typeof payload !== 'object' || payload === null) return payload;
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [madeStorable(key), madeStorable(value)]),
  );
}
