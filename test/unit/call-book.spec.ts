import { CallBook, type NewCall } from '../../src/modules/telephony/call/call-book.js';
import type { CallWithFacts } from '../../src/modules/telephony/call/call-with-facts.js';
import type { CallFacts } from '../../src/modules/telephony/call/call-facts.js';
import { factsOfEvent } from '../../src/modules/telephony/call/facts-of-event.js';
import { merge } from '../../src/modules/telephony/call/merge.js';
import { project } from '../../src/modules/telephony/call/projection.js';
import { CALL_START, callEvent, CUSTOMER } from '../support/call-events.js';

const NOW = new Date(CALL_START + 3_600_000);
const DONE = { at: NOW.toISOString(), taskId: 5 };
const RANG = callEvent('incoming', 0, { customer: CUSTOMER, extension: '201' });
const MISSED = callEvent('missed', 25, { externalCallId: null, customer: CUSTOMER, extension: '201' });

function newCall(over: Partial<NewCall> = {}): NewCall {
  return { externalCallId: null, crmCallId: null, customerId: null, meta: null, effects: {}, ...over };
}

function stored(id: number, facts: CallFacts, over: Partial<CallWithFacts> = {}): CallWithFacts {
  return {
    id,
    provider: 'bracknet',
    ...newCall(),
    taskId: null,
    agentUserId: null,
    hangupRequestedAt: null,
    transferRequestedAt: null,
    version: 3,
    createdAt: NOW,
    updatedAt: NOW,
    facts,
    ...project(facts),
    ...over,
  };
}

function bookOf(...loaded: CallWithFacts[]): CallBook {
  return new CallBook('bracknet', NOW, loaded);
}

const ringing = factsOfEvent(RANG);
const missed = factsOfEvent(MISSED);

describe('a book of calls', () => {
  it('has nothing to write before anything was learned', () => {
    const book = bookOf(stored(1, ringing));
    expect([book.changedCalls(), book.removedIds(), book.unnumbered]).toEqual([[], [], 0]);
  });

  it('merges what is learned of a call, and its columns follow', () => {
    const call = stored(1, ringing);
    const book = bookOf(call);
    const answer = factsOfEvent(callEvent('answered', 10, { extension: '201' }));
    book.learn(call, answer);
    expect(call).toMatchObject({ status: 'answered', facts: merge(ringing, answer) });
    expect(book.changedCalls()).toEqual([call]);
  });

  it('writes what changed in the order in which it first did, each once', () => {
    const calls = [1, 2, 3].map((id) => stored(id, ringing));
    const book = bookOf(...calls);
    for (const index of [2, 0, 2]) book.touch(calls[index] as CallWithFacts);
    expect(book.changedCalls().map(({ id }) => id)).toEqual([3, 1]);
  });

  it('knows the calls of a caller in a span of time, edges included, oldest first', () => {
    const at = (seconds: number) =>
      factsOfEvent(callEvent('incoming', seconds, { customer: CUSTOMER, extension: '201' }));
    const other = { ...CUSTOMER, e164: '+8801812345678' };
    const book = bookOf(
      stored(1, at(60)),
      stored(2, at(0)),
      stored(3, at(61)),
      stored(4, at(-1)),
      stored(5, factsOfEvent(callEvent('incoming', 30, { customer: other }))),
      stored(7, at(60)),
      stored(6, at(60)),
    );
    const found = book.ofCaller(CUSTOMER.e164, new Date(CALL_START), new Date(CALL_START + 60_000));
    expect(found.map(({ id }) => id)).toEqual([2, 1, 6, 7]);
  });

  it('keeps its own of a call that is loaded late, and does not take a removed one back', () => {
    const [kept, absorbed] = [stored(1, ringing), stored(2, missed)];
    const book = bookOf(kept, absorbed);
    book.absorb(kept, absorbed);
    book.add([stored(1, {}), stored(2, {}), stored(3, {})]);
    expect([...book.all()].map(({ id }) => id)).toEqual([1, 3]);
    expect(book.find(({ id }) => id === 1)).toBe(kept);
    expect(book.find(({ id }) => id === 2)).toBeNull();
  });

  it('marks an effect, and takes the one back that it undoes', () => {
    const call = stored(1, missed, { effects: { missedTask: DONE } });
    const book = bookOf(call);
    book.mark(call, 'missedTaskSkipped', DONE);
    expect(call.effects).toEqual({ missedTask: DONE, missedTaskSkipped: DONE });
    book.mark(call, 'missedTask', DONE);
    expect(call.effects).toEqual({ missedTask: DONE });
    expect(book.changedCalls()).toEqual([call]);
  });
});

describe('calls that are opened', () => {
  it('have ids below 0, each its own, until they are numbered in their order', () => {
    const book = bookOf(stored(1, ringing));
    const opened = [book.open(newCall(), ringing), book.open(newCall({ taskId: 9, agentUserId: 7 }), missed)];
    expect(opened.map(({ id }) => id)).toEqual([-1, -2]);
    expect(opened[1]).toMatchObject({
      provider: 'bracknet',
      taskId: 9,
      agentUserId: 7,
      version: 0,
      createdAt: NOW,
      status: 'failed',
    });
    expect(book.unnumbered).toBe(2);

    book.number([41, 42]);
    expect(opened.map(({ id }) => id)).toEqual([41, 42]);
    expect(book.unnumbered).toBe(0);
    expect(book.changedCalls()).toEqual(opened);

    const later = book.open(newCall(), ringing);
    expect([later.id, book.unnumbered]).toEqual([-3, 1]);
    book.number([43]);
    expect(book.changedCalls().map(({ id }) => id)).toEqual([41, 42, 43]);
  });

  it('take their placements and the receipts that move to them along', () => {
    const from = stored(1, ringing);
    const book = bookOf(from);
    const opened = book.open(newCall(), missed);
    const placement = book.place(MISSED, opened);
    book.moveReceipts({ from: 1, to: opened.id, unnamedAt: MISSED.occurredAt });
    book.number([41]);
    expect(placement.callId).toBe(41);
    expect(book.receiptMoves).toEqual([{ from: 1, to: 41, unnamedAt: MISSED.occurredAt }]);
  });

  it('cannot be numbered with too few ids', () => {
    const book = bookOf();
    book.open(newCall(), ringing);
    expect(() => book.number([])).toThrow('fewer ids');
  });

  it('are of a caller who is new; one who was known before is not', () => {
    const known = stored(1, ringing);
    const unknown = stored(2, factsOfEvent(callEvent('answered', 10)));
    const book = bookOf(known, unknown);
    const opened = book.open(newCall(), ringing);
    const nameless = book.open(newCall(), factsOfEvent(callEvent('answered', 10)));
    expect([known, unknown, opened, nameless].map((call) => book.isCallerNew(call))).toEqual([
      false,
      false,
      true,
      false,
    ]);
    book.learn(unknown, ringing);
    expect(book.isCallerNew(unknown)).toBe(true);
  });
});

describe('two rows that are one call', () => {
  it('leave one, with all that was known of either', () => {
    const call = stored(1, ringing, { externalCallId: 'BN-1', effects: { taskSummary: DONE } });
    const absorbed = stored(2, missed, {
      crmCallId: 'CRM-2',
      taskId: 9,
      customerId: 4,
      effects: { missedTask: DONE, taskSummary: { ...DONE, taskId: 6 } },
    });
    const book = bookOf(call, absorbed);
    book.absorb(call, absorbed);
    expect(call).toMatchObject({
      externalCallId: 'BN-1',
      crmCallId: 'CRM-2',
      taskId: 9,
      customerId: 4,
      status: 'failed',
      effects: { missedTask: DONE, taskSummary: DONE },
      facts: merge(ringing, missed),
    });
    expect([...book.all()]).toEqual([call]);
    expect(book.changedCalls()).toEqual([call]);
    expect(book.removedIds()).toEqual([2]);
  });

  it('keep what the one that stays says itself', () => {
    const own = { crmCallId: 'CRM-1', taskId: 8, customerId: 3 };
    const call = stored(1, ringing, own);
    const absorbed = stored(2, missed, { crmCallId: 'CRM-2', taskId: 9, customerId: 4 });
    bookOf(call, absorbed).absorb(call, absorbed);
    expect(call).toMatchObject(own);
  });

  it('have the receipts of both, and the events placed on either, on the one that stays', () => {
    const [call, absorbed] = [stored(1, ringing), stored(2, missed)];
    const book = bookOf(call, absorbed);
    const placements = [book.place(RANG, call), book.place(MISSED, absorbed)];
    book.absorb(call, absorbed);
    expect(placements.map(({ callId }) => callId)).toEqual([1, 1]);
    expect(book.receiptMoves).toEqual([{ from: 2, to: 1 }]);
  });

  it('need no row removed when the one that goes was opened in the same book, nor an id for it', () => {
    const call = stored(1, ringing);
    const book = bookOf(call);
    const opened = book.open(newCall(), missed);
    const placement = book.place(MISSED, opened);
    book.absorb(call, opened);
    expect([book.removedIds(), book.unnumbered, placement.callId]).toEqual([[], 0, 1]);
    expect(book.changedCalls()).toEqual([call]);
  });

  it('may both be new: what was placed on either ends up under the id of the one', () => {
    const book = bookOf();
    const [stays, goes] = [book.open(newCall(), ringing), book.open(newCall(), missed)];
    const placements = [book.place(RANG, stays), book.place(MISSED, goes)];
    book.absorb(stays, goes);
    book.number([41]);
    expect(placements.map(({ callId }) => callId)).toEqual([41, 41]);
    expect(book.changedCalls().map(({ id }) => id)).toEqual([41]);
  });

  it('have the task of a miss renamed, and told when both are noted on it', () => {
    const miss = { missedTask: DONE };
    const [call, other, noted] = [
      stored(1, ringing),
      stored(2, missed, { effects: miss }),
      stored(3, missed, { effects: miss }),
    ];
    const book = bookOf(call, other, noted, stored(4, missed));
    book.absorb(call, other);
    book.absorb(call, noted);
    expect(book.movedMisses).toEqual([
      { taskId: 5, from: other, to: call, noted: false },
      { taskId: 5, from: noted, to: call, noted: true },
    ]);
    book.noteMovedMiss(stored(5, missed), call);
    book.noteMovedMiss(stored(6, missed, { effects: { missedTask: { ...DONE, taskId: null } } }), call);
    expect(book.movedMisses).toHaveLength(2);
  });
});

describe('receipts of one moment that named no call', () => {
  it('move alone: other events of the row stay where they are', () => {
    const [from, to] = [stored(1, ringing), stored(2, ringing)];
    const book = bookOf(from, to);
    const later = { ...MISSED, occurredAt: new Date(CALL_START + 26_000) };
    const named = { ...MISSED, externalCallId: 'BN-1' };
    const placements = [MISSED, later, named].map((event) => book.place(event, from));
    book.moveReceipts({ from: 1, to: 2, unnamedAt: MISSED.occurredAt });
    expect(placements.map(({ callId }) => callId)).toEqual([2, 1, 1]);
  });

  it('move on when the row they moved to, new in the same book, turns out to be one with another', () => {
    const [from, to] = [stored(1, ringing), stored(2, ringing)];
    const book = bookOf(from, to);
    const opened = book.open(newCall(), missed);
    book.moveReceipts({ from: 1, to: opened.id, unnamedAt: MISSED.occurredAt });
    book.absorb(to, opened);
    expect(book.receiptMoves).toEqual([
      { from: 1, to: -1, unnamedAt: MISSED.occurredAt },
      { from: -1, to: 2 },
    ]);
  });

  it('move on from a new row under the id that it got', () => {
    const [from, to] = [stored(1, ringing), stored(2, ringing)];
    const book = bookOf(from, to);
    const opened = book.open(newCall(), missed);
    book.moveReceipts({ from: 1, to: opened.id });
    book.moveReceipts({ from: opened.id, to: 2, unnamedAt: MISSED.occurredAt });
    book.number([41]);
    expect(book.receiptMoves).toEqual([
      { from: 1, to: 41 },
      { from: 41, to: 2, unnamedAt: MISSED.occurredAt },
    ]);
  });

  it('need no move from a row that is new and was moved nothing: none of its own is stored yet', () => {
    const to = stored(2, ringing);
    const book = bookOf(to);
    const opened = book.open(newCall(), missed);
    const placement = book.place(MISSED, opened);
    book.moveReceipts({ from: opened.id, to: 2, unnamedAt: MISSED.occurredAt });
    expect([book.receiptMoves, placement.callId]).toEqual([[], 2]);
  });
});
