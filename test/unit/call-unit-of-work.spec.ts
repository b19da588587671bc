import { CallUnitOfWork, type NewCall } from '../../src/modules/telephony/calls/domain/call-unit-of-work.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { factsOfEvent } from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { project } from '../../src/modules/telephony/calls/domain/facts/projection.js';
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

function unitOfWorkOf(...loaded: CallWithFacts[]): CallUnitOfWork {
  return new CallUnitOfWork('bracknet', NOW, loaded);
}

const ringing = factsOfEvent(RANG);
const missed = factsOfEvent(MISSED);

describe('a book of calls', () => {
  it('has nothing to write before anything was learned', () => {
    const unitOfWork = unitOfWorkOf(stored(1, ringing));
    expect([unitOfWork.changedCalls(), unitOfWork.removedIds(), unitOfWork.withoutId]).toEqual([[], [], 0]);
  });

  it('merges what is learned of a call, and its columns follow', () => {
    const call = stored(1, ringing);
    const unitOfWork = unitOfWorkOf(call);
    const answer = factsOfEvent(callEvent('answered', 10, { extension: '201' }));
    unitOfWork.mergeFacts(call, answer);
    expect(call).toMatchObject({ status: 'answered', facts: merge(ringing, answer) });
    expect(unitOfWork.changedCalls()).toEqual([call]);
  });

  it('writes what changed in the order in which it first did, each once', () => {
    const calls = [1, 2, 3].map((id) => stored(id, ringing));
    const unitOfWork = unitOfWorkOf(...calls);
    for (const index of [2, 0, 2]) unitOfWork.markChanged(calls[index] as CallWithFacts);
    expect(unitOfWork.changedCalls().map(({ id }) => id)).toEqual([3, 1]);
  });

  it('knows the calls of a caller in a span of time, edges included, oldest first', () => {
    const at = (seconds: number) =>
      factsOfEvent(callEvent('incoming', seconds, { customer: CUSTOMER, extension: '201' }));
    const other = { ...CUSTOMER, e164: '+8801812345678' };
    const unitOfWork = unitOfWorkOf(
      stored(1, at(60)),
      stored(2, at(0)),
      stored(3, at(61)),
      stored(4, at(-1)),
      stored(5, factsOfEvent(callEvent('incoming', 30, { customer: other }))),
      stored(7, at(60)),
      stored(6, at(60)),
    );
    const found = unitOfWork.callsOfCallerBetween(
      CUSTOMER.e164,
      new Date(CALL_START),
      new Date(CALL_START + 60_000),
    );
    expect(found.map(({ id }) => id)).toEqual([2, 1, 6, 7]);
  });

  it('keeps its own of a call that is loaded late, and does not take a removed one back', () => {
    const [kept, absorbed] = [stored(1, ringing), stored(2, missed)];
    const unitOfWork = unitOfWorkOf(kept, absorbed);
    unitOfWork.absorb(kept, absorbed);
    unitOfWork.addLoaded([stored(1, {}), stored(2, {}), stored(3, {})]);
    expect([...unitOfWork.all()].map(({ id }) => id)).toEqual([1, 3]);
    expect(unitOfWork.find(({ id }) => id === 1)).toBe(kept);
    expect(unitOfWork.find(({ id }) => id === 2)).toBeNull();
  });

  it('marks an effect, and takes the one back that it undoes', () => {
    const call = stored(1, missed, { effects: { missedTask: DONE } });
    const unitOfWork = unitOfWorkOf(call);
    unitOfWork.markEffect(call, 'missedTaskSkipped', DONE);
    expect(call.effects).toEqual({ missedTask: DONE, missedTaskSkipped: DONE });
    unitOfWork.markEffect(call, 'missedTask', DONE);
    expect(call.effects).toEqual({ missedTask: DONE });
    expect(unitOfWork.changedCalls()).toEqual([call]);
  });
});

describe('calls that are opened', () => {
  it('have ids below 0, each its own, until they are numbered in their order', () => {
    const unitOfWork = unitOfWorkOf(stored(1, ringing));
    const opened = [
      unitOfWork.create(newCall(), ringing),
      unitOfWork.create(newCall({ taskId: 9, agentUserId: 7 }), missed),
    ];
    expect(opened.map(({ id }) => id)).toEqual([-1, -2]);
    expect(opened[1]).toMatchObject({
      provider: 'bracknet',
      taskId: 9,
      agentUserId: 7,
      version: 0,
      createdAt: NOW,
      status: 'failed',
    });
    expect(unitOfWork.withoutId).toBe(2);

    unitOfWork.assignIds([41, 42]);
    expect(opened.map(({ id }) => id)).toEqual([41, 42]);
    expect(unitOfWork.withoutId).toBe(0);
    expect(unitOfWork.changedCalls()).toEqual(opened);

    const later = unitOfWork.create(newCall(), ringing);
    expect([later.id, unitOfWork.withoutId]).toEqual([-3, 1]);
    unitOfWork.assignIds([43]);
    expect(unitOfWork.changedCalls().map(({ id }) => id)).toEqual([41, 42, 43]);
  });

  it('take their placements and the receipts that move to them along', () => {
    const from = stored(1, ringing);
    const unitOfWork = unitOfWorkOf(from);
    const opened = unitOfWork.create(newCall(), missed);
    const assignment = unitOfWork.assignEvent(MISSED, opened);
    unitOfWork.moveReferences({ from: 1, to: opened.id, unnamedAt: MISSED.occurredAt });
    unitOfWork.assignIds([41]);
    expect(assignment.callId).toBe(41);
    expect(unitOfWork.referenceMoves).toEqual([{ from: 1, to: 41, unnamedAt: MISSED.occurredAt }]);
  });

  it('have a reported caller if it is new or an event names it; one who was known before is not', () => {
    const known = stored(1, ringing);
    const unknown = stored(2, factsOfEvent(callEvent('answered', 10)));
    const unitOfWork = unitOfWorkOf(known, unknown);
    const created = unitOfWork.create(newCall(), ringing);
    const withoutNumber = unitOfWork.create(newCall(), factsOfEvent(callEvent('answered', 10)));
    const reported = (): boolean[] =>
      [known, unknown, created, withoutNumber].map((call) => unitOfWork.isCallerReported(call));
    expect(reported()).toEqual([false, false, true, false]);
    unitOfWork.mergeFacts(unknown, ringing);
    expect(reported()).toEqual([false, true, true, false]);
    unitOfWork.assignEvent(RANG, created);
    expect(reported()).toEqual([true, true, true, false]);
  });

  it('cannot be numbered with too few ids', () => {
    const unitOfWork = unitOfWorkOf();
    unitOfWork.create(newCall(), ringing);
    expect(() => unitOfWork.assignIds([])).toThrow('fewer ids');
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
    const unitOfWork = unitOfWorkOf(call, absorbed);
    unitOfWork.absorb(call, absorbed);
    expect(call).toMatchObject({
      externalCallId: 'BN-1',
      crmCallId: 'CRM-2',
      taskId: 9,
      customerId: 4,
      status: 'failed',
      effects: { missedTask: DONE, taskSummary: DONE },
      facts: merge(ringing, missed),
    });
    expect([...unitOfWork.all()]).toEqual([call]);
    expect(unitOfWork.changedCalls()).toEqual([call]);
    expect(unitOfWork.removedIds()).toEqual([2]);
  });

  it('keep what the one that stays says itself', () => {
    const own = { crmCallId: 'CRM-1', taskId: 8, customerId: 3 };
    const call = stored(1, ringing, own);
    const absorbed = stored(2, missed, { crmCallId: 'CRM-2', taskId: 9, customerId: 4 });
    unitOfWorkOf(call, absorbed).absorb(call, absorbed);
    expect(call).toMatchObject(own);
  });

  it('have the receipts of both, and the events placed on either, on the one that stays', () => {
    const [call, absorbed] = [stored(1, ringing), stored(2, missed)];
    const unitOfWork = unitOfWorkOf(call, absorbed);
    const placements = [unitOfWork.assignEvent(RANG, call), unitOfWork.assignEvent(MISSED, absorbed)];
    unitOfWork.absorb(call, absorbed);
    expect(placements.map(({ callId }) => callId)).toEqual([1, 1]);
    expect(unitOfWork.referenceMoves).toEqual([{ from: 2, to: 1 }]);
  });

  it('need no row removed when the one that goes was opened in the same book, nor an id for it', () => {
    const call = stored(1, ringing);
    const unitOfWork = unitOfWorkOf(call);
    const opened = unitOfWork.create(newCall(), missed);
    const assignment = unitOfWork.assignEvent(MISSED, opened);
    unitOfWork.absorb(call, opened);
    expect([unitOfWork.removedIds(), unitOfWork.withoutId, assignment.callId]).toEqual([[], 0, 1]);
    expect(unitOfWork.changedCalls()).toEqual([call]);
  });

  it('may both be new: what was placed on either ends up under the id of the one', () => {
    const unitOfWork = unitOfWorkOf();
    const [stays, goes] = [unitOfWork.create(newCall(), ringing), unitOfWork.create(newCall(), missed)];
    const placements = [unitOfWork.assignEvent(RANG, stays), unitOfWork.assignEvent(MISSED, goes)];
    unitOfWork.absorb(stays, goes);
    unitOfWork.assignIds([41]);
    expect(placements.map(({ callId }) => callId)).toEqual([41, 41]);
    expect(unitOfWork.changedCalls().map(({ id }) => id)).toEqual([41]);
  });

  it('have the task of a miss renamed, and told when both are noted on it', () => {
    const miss = { missedTask: DONE };
    const [call, other, noted] = [
      stored(1, ringing),
      stored(2, missed, { effects: miss }),
      stored(3, missed, { effects: miss }),
    ];
    const unitOfWork = unitOfWorkOf(call, other, noted, stored(4, missed));
    unitOfWork.absorb(call, other);
    unitOfWork.absorb(call, noted);
    expect(unitOfWork.movedMisses).toEqual([
      { taskId: 5, from: other, to: call, isOnTask: false },
      { taskId: 5, from: noted, to: call, isOnTask: true },
    ]);
    unitOfWork.addMovedMiss(stored(5, missed), call);
    unitOfWork.addMovedMiss(stored(6, missed, { effects: { missedTask: { ...DONE, taskId: null } } }), call);
    expect(unitOfWork.movedMisses).toHaveLength(2);
  });
});

describe('receipts of one moment that named no call', () => {
  it('move alone: other events of the row stay where they are', () => {
    const [from, to] = [stored(1, ringing), stored(2, ringing)];
    const unitOfWork = unitOfWorkOf(from, to);
    const later = { ...MISSED, occurredAt: new Date(CALL_START + 26_000) };
    const named = { ...MISSED, externalCallId: 'BN-1' };
    const placements = [MISSED, later, named].map((event) => unitOfWork.assignEvent(event, from));
    unitOfWork.moveReferences({ from: 1, to: 2, unnamedAt: MISSED.occurredAt });
    expect(placements.map(({ callId }) => callId)).toEqual([2, 1, 1]);
  });

  it('move on when the row they moved to, new in the same book, turns out to be one with another', () => {
    const [from, to] = [stored(1, ringing), stored(2, ringing)];
    const unitOfWork = unitOfWorkOf(from, to);
    const opened = unitOfWork.create(newCall(), missed);
    unitOfWork.moveReferences({ from: 1, to: opened.id, unnamedAt: MISSED.occurredAt });
    unitOfWork.absorb(to, opened);
    expect(unitOfWork.referenceMoves).toEqual([
      { from: 1, to: -1, unnamedAt: MISSED.occurredAt },
      { from: -1, to: 2 },
    ]);
  });

  it('move on from a new row under the id that it got', () => {
    const [from, to] = [stored(1, ringing), stored(2, ringing)];
    const unitOfWork = unitOfWorkOf(from, to);
    const opened = unitOfWork.create(newCall(), missed);
    unitOfWork.moveReferences({ from: 1, to: opened.id });
    unitOfWork.moveReferences({ from: opened.id, to: 2, unnamedAt: MISSED.occurredAt });
    unitOfWork.assignIds([41]);
    expect(unitOfWork.referenceMoves).toEqual([
      { from: 1, to: 41 },
      { from: 41, to: 2, unnamedAt: MISSED.occurredAt },
    ]);
  });

  it('need no move from a row that is new and was moved nothing: none of its own is stored yet', () => {
    const to = stored(2, ringing);
    const unitOfWork = unitOfWorkOf(to);
    const opened = unitOfWork.create(newCall(), missed);
    const assignment = unitOfWork.assignEvent(MISSED, opened);
    unitOfWork.moveReferences({ from: opened.id, to: 2, unnamedAt: MISSED.occurredAt });
    expect([unitOfWork.referenceMoves, assignment.callId]).toEqual([[], 2]);
  });
});
