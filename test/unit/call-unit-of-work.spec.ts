import { CallUnitOfWork, type NewCall } from '../../src/modules/telephony/calls/domain/call-unit-of-work.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { project } from '../../src/modules/telephony/calls/domain/facts/projection.js';
import { CALL_START, callEvent, CUSTOMER, factsOf } from '../support/call-events.js';

const NOW = new Date(CALL_START + 3_600_000);
const DONE = { at: NOW.toISOString(), taskId: 5 };
const RANG = callEvent('incoming', 0, { customer: CUSTOMER, extension: '201' });
const MISSED = callEvent('missed', 25, { externalCallId: null, customer: CUSTOMER, extension: '201' });

const UNNAMED = { occurredAt: MISSED.occurredAt, externalCallId: null };

function newCall(over: Partial<NewCall> = {}): NewCall {
  return { externalCallId: null, crmCallId: null, customerId: null, meta: null, effects: {}, ...over };
}

function stored(id: number, facts: CallFacts, over: Partial<CallWithFacts> = {}): CallWithFacts {
  return {
    id,
    provider: 'bracknet',
    ...newCall(),
    externalIdOccurrence: 0,
    taskId: null,
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

const ringing = factsOf(RANG);
const missed = factsOf(MISSED);

describe('a unit of work of calls', () => {
  it('has nothing to write before a change', () => {
    const unitOfWork = unitOfWorkOf(stored(1, ringing));
    expect([
      unitOfWork.changedCalls(),
      unitOfWork.removedCalls().map(({ id }) => id),
      unitOfWork.withoutId,
    ]).toEqual([[], [], 0]);
  });

  it('merges facts into a call and updates its columns', () => {
    const call = stored(1, ringing);
    const unitOfWork = unitOfWorkOf(call);
    const answer = factsOf(callEvent('answered', 10, { extension: '201' }));
    unitOfWork.mergeFacts(call, answer);
    expect(call).toMatchObject({ status: 'answered', facts: merge(ringing, answer) });
    expect(unitOfWork.changedCalls()).toEqual([call]);
  });

  it('returns each changed call once, in the order of the first change', () => {
    const calls = [1, 2, 3].map((id) => stored(id, ringing));
    const unitOfWork = unitOfWorkOf(...calls);
    for (const index of [2, 0, 2]) unitOfWork.markChanged(calls[index] as CallWithFacts);
    expect(unitOfWork.changedCalls().map(({ id }) => id)).toEqual([3, 1]);
  });

  it('finds the calls of a caller in a period, bounds included, oldest first', () => {
    const at = (seconds: number) =>
      factsOf(callEvent('incoming', seconds, { customer: CUSTOMER, extension: '201' }));
    const other = { ...CUSTOMER, e164: '+8801812345678' };
    const unitOfWork = unitOfWorkOf(
      stored(1, at(60)),
      stored(2, at(0)),
      stored(3, at(61)),
      stored(4, at(-1)),
      stored(5, factsOf(callEvent('incoming', 30, { customer: other }))),
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

  it('keeps its own object when a call is loaded again, and does not restore a removed call', () => {
    const [kept, absorbed] = [stored(1, ringing), stored(2, missed)];
    const unitOfWork = unitOfWorkOf(kept, absorbed);
    unitOfWork.absorb(kept, absorbed);
    unitOfWork.addLoaded([stored(1, {}), stored(2, {}), stored(3, {})]);
    expect([...unitOfWork.all()].map(({ id }) => id)).toEqual([1, 3]);
    expect(unitOfWork.find(({ id }) => id === 1)).toBe(kept);
    expect(unitOfWork.find(({ id }) => id === 2)).toBeNull();
  });

  it('marks an effect, and removes the opposite effect', () => {
    const call = stored(1, missed, { effects: { missedTask: DONE } });
    const unitOfWork = unitOfWorkOf(call);
    unitOfWork.markEffect(call, 'missedTaskSkipped', DONE);
    expect(call.effects).toEqual({ missedTask: DONE, missedTaskSkipped: DONE });
    unitOfWork.markEffect(call, 'missedTask', DONE);
    expect(call.effects).toEqual({ missedTask: DONE });
    expect(unitOfWork.changedCalls()).toEqual([call]);
  });
});

describe('created calls', () => {
  it('have distinct negative ids until ids are assigned in order of creation', () => {
    const unitOfWork = unitOfWorkOf(stored(1, ringing));
    const created = [
      unitOfWork.create(newCall(), ringing),
      unitOfWork.create(newCall({ taskId: 9 }), { ...missed, agentUserId: 7 }),
    ];
    expect(created.map(({ id }) => id)).toEqual([-1, -2]);
    expect(created[1]).toMatchObject({
      provider: 'bracknet',
      taskId: 9,
      agentUserId: 7,
      version: 0,
      createdAt: NOW,
      status: 'failed',
    });
    expect(unitOfWork.withoutId).toBe(2);

    unitOfWork.assignIds([41, 42]);
    expect(created.map(({ id }) => id)).toEqual([41, 42]);
    expect(unitOfWork.withoutId).toBe(0);
    expect(unitOfWork.changedCalls()).toEqual(created);

    const later = unitOfWork.create(newCall(), ringing);
    expect([later.id, unitOfWork.withoutId]).toEqual([-3, 1]);
    unitOfWork.assignIds([43]);
    expect(unitOfWork.changedCalls().map(({ id }) => id)).toEqual([41, 42, 43]);
  });

  it('update their assignments and the receipts moved to them when they get an id', () => {
    const from = stored(1, ringing);
    const unitOfWork = unitOfWorkOf(from);
    const created = unitOfWork.create(newCall(), missed);
    const assignment = unitOfWork.assignEvent(MISSED, created);
    unitOfWork.moveReferences({ from: 1, to: created.id, only: UNNAMED });
    unitOfWork.assignIds([41]);
    expect(assignment.callId).toBe(41);
    expect(unitOfWork.referenceMoves).toEqual([{ from: 1, to: 41, only: UNNAMED }]);
  });

  it('have a reported caller if it is new or an event names it; one who was known before is not', () => {
    const known = stored(1, ringing);
    const unknown = stored(2, factsOf(callEvent('answered', 10)));
    const unitOfWork = unitOfWorkOf(known, unknown);
    const created = unitOfWork.create(newCall(), ringing);
    const withoutNumber = unitOfWork.create(newCall(), factsOf(callEvent('answered', 10)));
    const reported = (): boolean[] =>
      [known, unknown, created, withoutNumber].map((call) => unitOfWork.isCallerReported(call));
    expect(reported()).toEqual([false, false, true, false]);
    unitOfWork.mergeFacts(unknown, ringing);
    expect(reported()).toEqual([false, true, true, false]);
    unitOfWork.assignEvent(RANG, created);
    expect(reported()).toEqual([true, true, true, false]);
  });

  it('throw when there are fewer ids than calls', () => {
    const unitOfWork = unitOfWorkOf();
    unitOfWork.create(newCall(), ringing);
    expect(() => unitOfWork.assignIds([])).toThrow('fewer ids');
  });
});

describe('two rows of one call', () => {
  it('are merged into one with the data of both', () => {
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
    expect(unitOfWork.removedCalls().map(({ id }) => id)).toEqual([2]);
    expect(unitOfWork.removals()).toEqual([{ id: 2, into: 1 }]);
  });

  it('keep the values of the remaining row where both have one', () => {
    const own = { crmCallId: 'CRM-1', taskId: 8, customerId: 3 };
    const call = stored(1, ringing, own);
    const absorbed = stored(2, missed, { crmCallId: 'CRM-2', taskId: 9, customerId: 4 });
    unitOfWorkOf(call, absorbed).absorb(call, absorbed);
    expect(call).toMatchObject(own);
  });

  it('have the receipts and assigned events of both on the remaining row', () => {
    const [call, absorbed] = [stored(1, ringing), stored(2, missed)];
    const unitOfWork = unitOfWorkOf(call, absorbed);
    const assignments = [unitOfWork.assignEvent(RANG, call), unitOfWork.assignEvent(MISSED, absorbed)];
    unitOfWork.absorb(call, absorbed);
    expect(assignments.map(({ callId }) => callId)).toEqual([1, 1]);
    expect(unitOfWork.referenceMoves).toEqual([{ from: 2, to: 1 }]);
  });

  it('need no deletion and no id when the absorbed one was created in the same unit of work', () => {
    const call = stored(1, ringing);
    const unitOfWork = unitOfWorkOf(call);
    const created = unitOfWork.create(newCall(), missed);
    const assignment = unitOfWork.assignEvent(MISSED, created);
    unitOfWork.absorb(call, created);
    expect([unitOfWork.removedCalls().map(({ id }) => id), unitOfWork.withoutId, assignment.callId]).toEqual([
      [],
      0,
      1,
    ]);
    expect(unitOfWork.changedCalls()).toEqual([call]);
  });

  it('may both be new: events assigned to either get the id of the remaining one', () => {
    const unitOfWork = unitOfWorkOf();
    const [remaining, absorbed] = [
      unitOfWork.create(newCall(), ringing),
      unitOfWork.create(newCall(), missed),
    ];
    const assignments = [unitOfWork.assignEvent(RANG, remaining), unitOfWork.assignEvent(MISSED, absorbed)];
    unitOfWork.absorb(remaining, absorbed);
    unitOfWork.assignIds([41]);
    expect(assignments.map(({ callId }) => callId)).toEqual([41, 41]);
    expect(unitOfWork.changedCalls().map(({ id }) => id)).toEqual([41]);
  });

  it('report the task of a moved miss, and whether the remaining call has a line on it already', () => {
    const miss = { missedTask: DONE };
    const [call, other, onTask] = [
      stored(1, ringing),
      stored(2, missed, { effects: miss }),
      stored(3, missed, { effects: miss }),
    ];
    const unitOfWork = unitOfWorkOf(call, other, onTask, stored(4, missed));
    unitOfWork.absorb(call, other);
    unitOfWork.absorb(call, onTask);
    expect(unitOfWork.movedMisses).toEqual([
      { taskId: 5, from: other, to: call, isOnTask: false },
      { taskId: 5, from: onTask, to: call, isOnTask: true },
    ]);
    unitOfWork.addMovedMiss(stored(5, missed), call);
    unitOfWork.addMovedMiss(stored(6, missed, { effects: { missedTask: { ...DONE, taskId: null } } }), call);
    expect(unitOfWork.movedMisses).toHaveLength(2);
  });
});

describe('receipts of unnamed events of one time', () => {
  it('are moved alone: other events of the row stay', () => {
    const [from, to] = [stored(1, ringing), stored(2, ringing)];
    const unitOfWork = unitOfWorkOf(from, to);
    const later = { ...MISSED, occurredAt: new Date(CALL_START + 26_000) };
    const named = { ...MISSED, externalCallId: 'BN-1' };
    const assignments = [MISSED, later, named].map((event) => unitOfWork.assignEvent(event, from));
    unitOfWork.moveReferences({ from: 1, to: 2, only: UNNAMED });
    expect(assignments.map(({ callId }) => callId)).toEqual([2, 1, 1]);
  });

  it('are moved on when their new row, created in the same unit of work, is absorbed by another', () => {
    const [from, to] = [stored(1, ringing), stored(2, ringing)];
    const unitOfWork = unitOfWorkOf(from, to);
    const created = unitOfWork.create(newCall(), missed);
    unitOfWork.moveReferences({ from: 1, to: created.id, only: UNNAMED });
    unitOfWork.absorb(to, created);
    expect(unitOfWork.referenceMoves).toEqual([
      { from: 1, to: -1, only: UNNAMED },
      { from: -1, to: 2 },
    ]);
  });

  it('are moved on from a new row under its assigned id', () => {
    const [from, to] = [stored(1, ringing), stored(2, ringing)];
    const unitOfWork = unitOfWorkOf(from, to);
    const created = unitOfWork.create(newCall(), missed);
    unitOfWork.moveReferences({ from: 1, to: created.id });
    unitOfWork.moveReferences({ from: created.id, to: 2, only: UNNAMED });
    unitOfWork.assignIds([41]);
    expect(unitOfWork.referenceMoves).toEqual([
      { from: 1, to: 41 },
      { from: 41, to: 2, only: UNNAMED },
    ]);
  });

  it('need no move from a new row to which none were moved: it has no stored receipts yet', () => {
    const to = stored(2, ringing);
    const unitOfWork = unitOfWorkOf(to);
    const created = unitOfWork.create(newCall(), missed);
    const assignment = unitOfWork.assignEvent(MISSED, created);
    unitOfWork.moveReferences({ from: created.id, to: 2, only: UNNAMED });
    expect([unitOfWork.referenceMoves, assignment.callId]).toEqual([[], 2]);
  });
});
