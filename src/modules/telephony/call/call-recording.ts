import { type CallBook, type NewCall, type Placement } from './call-book.js';
import type { CallWithFacts } from './call-with-facts.js';
import type { CallEvent } from './call-event.js';
import type { CallFacts } from './call-facts.js';
import { withEventPayload } from './call-meta.js';
import type { Call } from './call.entity.js';
import { nearby, settleCaller } from './caller-settlement.js';
import { factsOfEvent } from './facts-of-event.js';
import { callOfMiss } from './missed-call-matching.js';

/** What else is written on a row; `meta` is added to what stands there. */
export type Amendment = Partial<Pick<Call, 'meta' | 'crmCallId'>>;

/** A start that has no id of the PBX by then gets none any more; its CRM id may be used for another. */
export const AWAITED_FOR_MS = 15 * 60_000;

/**
 * Finds the row an event belongs to, merges what the event says into it, and keeps the calls of its caller apart and
 * together: never two rows for one call.
 */
export function recordEvent(book: CallBook, event: CallEvent): Placement {
  const facts = factsOfEvent(event);
  const known = findCallOf(book, event);
  const call = known ?? book.open(newCallOf(event), facts);
  if (call.externalCallId === null && event.externalCallId !== null) book.name(call, event.externalCallId);
  call.meta = withEventPayload(call.meta, event);
  const placement = book.place(event, call);
  if (known !== null) book.learn(call, facts);
  settleCaller(book, call);
  return placement;
}

/** Merges facts of our own making, such as a refused start, into a call. */
export function recordFacts(book: CallBook, id: number, facts: CallFacts, amend: Amendment = {}): Call {
  const call = callIn(book, id);
  amendCall(call, amend);
  book.learn(call, facts);
  settleCaller(book, call);
  return call;
}

/** The row of a call that is started here. */
export function recordStart(book: CallBook, call: NewCall, facts: CallFacts): Call {
  const opened = book.open(call, facts);
  settleCaller(book, opened);
  return opened;
}

/**
 * Gives a call that was started here the PBX's id. If events under that id were here first, their row becomes one
 * with this.
 * @returns false when the id is another started call's: the PBX gave it twice
 */
export function recordIdentity(
  book: CallBook,
  id: number,
  externalCallId: string,
  amend: Amendment,
): boolean {
  const call = callIn(book, id);
  const overtaken = book.findNamed(externalCallId);
  if (overtaken !== null && overtaken !== call) {
    if (overtaken.facts.direction?.evidence === 'start') return false;
    book.absorb(call, overtaken);
  }
  book.name(call, externalCallId);
  recordFacts(book, id, {}, amend);
  return true;
}

function findCallOf(book: CallBook, event: CallEvent): CallWithFacts | null {
  const { externalCallId, crmCallId, occurredAt: at, extension } = event;
  if (externalCallId === null) {
    const number = event.customer?.e164 ?? null;
    return number === null ? null : callOfMiss({ at, extension }, nearby(book, number, at, at));
  }
  return book.findNamed(externalCallId) ?? (crmCallId === null ? null : awaiting(book, crmCallId));
}

/** The newest call started under this CRM id of which the PBX's id is not known yet. */
function awaiting(book: CallBook, crmCallId: string): CallWithFacts | null {
  const since = book.now.getTime() - AWAITED_FOR_MS;
  let newest: CallWithFacts | null = null;
  for (const call of book.all()) {
    const awaits =
      call.externalCallId === null &&
      call.crmCallId === crmCallId &&
      call.direction === 'outbound' &&
      call.createdAt.getTime() > since;
    if (awaits && (newest === null || isNewer(call, newest))) newest = call;
  }
  return newest;
}

/** Ids are drawn ahead: the greater one need not be the newer. */
function isNewer(a: Call, b: Call): boolean {
  return (
    a.createdAt.getTime() - b.createdAt.getTime() > 0 ||
    (Number(a.createdAt) === Number(b.createdAt) && a.id > b.id)
  );
}

function newCallOf({ externalCallId, crmCallId }: CallEvent): NewCall {
  return { externalCallId, crmCallId, customerId: null, meta: null, effects: {} };
}

function callIn(book: CallBook, id: number): CallWithFacts {
  const call = book.find((other) => other.id === id);
  if (call === null) throw new Error(`Call ${id} is gone`);
  return call;
}

function amendCall(call: CallWithFacts, { meta, ...columns }: Amendment): void {
  Object.assign(call, columns, meta && { meta: { ...call.meta, ...meta } });
}
