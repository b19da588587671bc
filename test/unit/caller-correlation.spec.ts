import { applyEvent, applyFacts } from '../../src/modules/telephony/calls/domain/apply-event.js';
import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { CallUnitOfWork } from '../../src/modules/telephony/calls/domain/call-unit-of-work.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import { correlateCaller } from '../../src/modules/telephony/calls/domain/correlation/caller-correlation.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { callEvent, CUSTOMER, factsOf } from '../support/call-events.js';
import { factsAfter, startOf, storedCall, timeOf } from '../support/call-rows.js';

const HOUR = 3600;
const NOW = timeOf(24 * HOUR);
const DONE = { at: NOW.toISOString(), taskId: 5 };
const OTHER = { raw: '01812345678', e164: '+8801812345678' };

const incoming = (externalCallId: string, seconds: number, over: Partial<CallEvent> = {}) =>
  callEvent('incoming', seconds, { externalCallId, customer: CUSTOMER, extension: '201', ...over });
const answered = (externalCallId: string, seconds: number) =>
  callEvent('answered', seconds, { externalCallId, extension: '201' });
const ended = (externalCallId: string, seconds: number, over: Partial<CallEvent> = {}) =>
  callEvent('ended', seconds, { externalCallId, ...over });
const missed = (seconds: number, extension = '201') =>
  callEvent('missed', seconds, { externalCallId: null, customer: CUSTOMER, extension });

/** A call under an id that rang and ended without an answer. */
const silent = (externalCallId: string, from: number, to: number) => [
  incoming(externalCallId, from),
  ended(externalCallId, to, { endReason: 'no_answer' }),
];
const talk = (externalCallId: string, ring: number, from: number, to: number) => [
  incoming(externalCallId, ring),
  answered(externalCallId, from),
  ended(externalCallId, to, { endReason: 'completed', durationSeconds: to - from }),
];

function unitOfWorkAfter(...events: CallEvent[]): CallUnitOfWork {
  const unitOfWork = new CallUnitOfWork('bracknet', NOW, []);
  for (const event of events) applyEvent(unitOfWork, event);
  return unitOfWork;
}

/** The disposition of each call, by its id of the PBX; `-` is a call without one. */
function dispositions(unitOfWork: CallUnitOfWork): Record<string, string | null> {
  const entries = [...unitOfWork.all()].map((call) => [call.externalCallId ?? '-', call.disposition]);
  return Object.fromEntries(entries) as Record<string, string | null>;
}

function dispositionOf(externalCallId: string, ...events: CallEvent[]): string | null | undefined {
  const inOrder = dispositions(unitOfWorkAfter(...events))[externalCallId];
  expect(dispositions(unitOfWorkAfter(...events.toReversed()))[externalCallId]).toBe(inOrder);
  return inOrder;
}

describe('a missed call is answered elsewhere', () => {
  it('if it ended while the caller was talking in another one, from 5 seconds before the answer', () => {
    for (const [endedAt, disposition] of [
      [4, 'missed'],
      [5, 'answered_elsewhere'],
      [60, 'answered_elsewhere'],
      [61, 'missed'],
    ] as const) {
      expect(dispositionOf('K-1', ...silent('K-1', 0, endedAt), ...talk('K-2', 1, 10, 60))).toBe(disposition);
    }
  });

  it('if a talk of which only the duration is known lasted then', () => {
    const told = [incoming('K-2', 1), ended('K-2', 60, { endReason: 'completed', durationSeconds: 40 })];
    for (const [endedAt, disposition] of [
      [14, 'missed'],
      [15, 'answered_elsewhere'],
      [60, 'answered_elsewhere'],
    ] as const) {
      expect(dispositionOf('K-1', ...silent('K-1', 0, endedAt), ...told)).toBe(disposition);
    }
  });

  it('and not by a talk of which nobody knows when it was', () => {
    const told = [incoming('K-2', 1), ended('K-2', 60, { endReason: 'completed' })];
    expect(dispositionOf('K-1', ...silent('K-1', 0, 30), ...told)).toBe('missed');
    expect(dispositionOf('K-1', ...silent('K-1', 0, 58), ...told)).toBe('missed');
  });

  it('and not by a call that failed, whatever its figure', () => {
    const failed = [incoming('K-2', 1), ended('K-2', 60, { endReason: 'congestion', durationSeconds: 40 })];
    expect(dispositionOf('K-1', ...silent('K-1', 0, 30), ...failed)).toBe('missed');
  });

  it('and not if it was a talk itself', () => {
    expect(dispositionOf('K-1', ...talk('K-1', 0, 5, 30), ...talk('K-2', 1, 10, 60))).toBe('completed');
  });

  it('and not by a recording of which nothing else is known', () => {
    const record = callEvent('recording', 20, { externalCallId: 'K-2', recordingUrl: 'https://a.example/1' });
    const named = callEvent('recording', 20, {
      externalCallId: 'K-2',
      recordingUrl: 'https://a.example/1',
      customer: CUSTOMER,
    });
    expect(dispositionOf('K-1', ...silent('K-1', 0, 20), record)).toBe('missed');
    expect(dispositionOf('K-1', ...silent('K-1', 0, 20), named)).toBe('missed');
  });

  it('and not by the talk of another caller', () => {
    const events = [incoming('K-2', 1, { customer: OTHER }), answered('K-2', 5), ended('K-2', 60)];
    expect(dispositionOf('K-1', ...silent('K-1', 0, 30), ...events)).toBe('missed');
  });

  it('only if it came in: a call to the customer was not answered by another', () => {
    const unitOfWork = unitOfWorkAfter(...talk('K-2', 1, 10, 60));
    const ring = { ...startOf(), reports: factsOf(ended('K-1', 30, { endReason: 'no_answer' })).reports };
    const start = unitOfWork.create(
      { externalCallId: 'K-1', crmCallId: null, customerId: null, meta: null, effects: {} },
      ring,
    );
    correlateCaller(unitOfWork, start);
    expect(start.disposition).toBe('no_answer');
  });

  it('by a talk that has no end, until the caller calls again', () => {
    const open = [incoming('K-1', 0), answered('K-1', 5)];
    expect(dispositionOf('K-2', ...open, ...silent('K-2', 10, 30))).toBe('answered_elsewhere');
    expect(dispositionOf('K-2', ...open, ...silent('K-2', -10, 0))).toBe('answered_elsewhere');
    expect(dispositionOf('K-2', ...open, ...silent('K-2', -10, -1))).toBe('missed');
    expect(dispositionOf('K-2', ...open, incoming('K-1', 250), ...silent('K-2', 100, 300))).toBe(
      'answered_elsewhere',
    );
    expect(dispositionOf('K-2', ...open, ...silent('K-2', 185, 200))).toBe('answered_elsewhere');
    expect(dispositionOf('K-2', ...open, ...silent('K-2', 186, 200))).toBe('missed');
    expect(dispositionOf('K-2', ...open, ...silent('K-2', 100, 300))).toBe('answered_elsewhere');
    expect(dispositionOf('K-2', ...open, ...silent('K-2', 100, 300), incoming('K-3', 250))).toBe('missed');
    expect(dispositionOf('K-2', ...open, ...silent('K-2', 100, 300), incoming('K-3', 300))).toBe(
      'answered_elsewhere',
    );
  });

  it('by a talk that has no end for four hours at most', () => {
    const open = [incoming('K-1', 0), answered('K-1', 5)];
    const end = 4 * HOUR + 5;
    expect(dispositionOf('K-2', ...open, ...silent('K-2', 100, end))).toBe('answered_elsewhere');
    expect(dispositionOf('K-2', ...open, ...silent('K-2', 100, end + 1))).toBe('missed');
  });

  it('by no such talk more than three minutes after its answer: a miss is a call of its own', () => {
    const open = [incoming('K-1', 0), answered('K-1', 5)];
    const miss = (seconds: number) => ({ ...missed(seconds, '202'), externalCallId: 'K-2' });
    expect(dispositionOf('K-2', ...open, miss(185))).toBe('answered_elsewhere');
    expect(dispositionOf('K-2', ...open, miss(186))).toBe('missed');
  });

  it('and missed again when that talk turns out to have been none', () => {
    const events = [...silent('K-1', 0, 30), incoming('K-2', 1), answered('K-2', 5)];
    expect(dispositionOf('K-1', ...events)).toBe('answered_elsewhere');
    expect(dispositionOf('K-1', ...events, ended('K-2', 60, { endReason: 'no_answer' }))).toBe('missed');
  });
});

describe('a ring of which only the sweeper knows an end', () => {
  const inferred = (seconds: number): CallFacts => ({
    inferredEnd: { at: timeOf(seconds).toISOString(), basis: 'ringing', reason: 'no_answer' },
  });

  function sweptAfter(sweptAt: number, ...events: CallEvent[]): string | null | undefined {
    const unitOfWork = unitOfWorkAfter(...events);
    const [ring] = unitOfWork.callsWithExternalId('K-1');
    if (ring === undefined) throw new Error('K-1 rang');
    applyFacts(unitOfWork, ring.id, inferred(sweptAt));
    return ring.disposition;
  }

  it('is answered by a talk at any time since it began', () => {
    expect(sweptAfter(120, incoming('K-1', 0), ...talk('K-2', 1, 6, 12))).toBe('answered_elsewhere');
    expect(sweptAfter(120, incoming('K-1', 13), ...talk('K-2', 1, 6, 12))).toBe('missed');
    expect(sweptAfter(120, incoming('K-1', 12), ...talk('K-2', 1, 6, 12))).toBe('answered_elsewhere');
    expect(sweptAfter(120, incoming('K-1', 0), ...talk('K-2', 1, 126, 150))).toBe('missed');
  });

  it('began when it first rang, announced or not', () => {
    const ringing = callEvent('ringing', 0, { externalCallId: 'K-1' });
    expect(sweptAfter(120, ringing, incoming('K-1', 13), ...talk('K-2', 1, 6, 12))).toBe(
      'answered_elsewhere',
    );
  });

  it('of the former code that never rang is judged by its end', () => {
    const former = startOf(0, { kind: 'former', direction: 'inbound', extension: null });
    const call = storedCall(1, { ...former, ...inferred(30) }, { externalCallId: 'K-1' });
    const other = storedCall(2, factsAfter(talk('K-2', 1, 6, 12)), { externalCallId: 'K-2' });
    correlateCaller(new CallUnitOfWork('bracknet', NOW, [call, other]), other);
    expect(call.disposition).toBe('missed');
  });

  it('is not answered by a talk that was over when its end is reported', () => {
    const events = [incoming('K-1', 0), ...talk('K-2', 1, 6, 12), ended('K-1', 20)];
    expect(sweptAfter(120, ...events)).toBe('missed');
  });
});

describe('a miss without an id', () => {
  it('has a row of its own until its ring is reported, which takes it over with its effects', () => {
    const unitOfWork = unitOfWorkAfter(missed(20));
    const [miss] = [...unitOfWork.all()];
    if (miss === undefined) throw new Error('The miss has a row');
    miss.effects = { missedTask: DONE };
    applyEvent(unitOfWork, incoming('K-1', 0));
    expect([...unitOfWork.all()]).toMatchObject([
      { externalCallId: 'K-1', status: 'failed', endedAt: timeOf(20), effects: { missedTask: DONE } },
    ]);
  });

  it('moves alone to the call that fits better: its row keeps its other effects', () => {
    const unitOfWork = unitOfWorkAfter(incoming('K-1', 0), missed(50));
    const [first] = unitOfWork.callsWithExternalId('K-1');
    if (first === undefined) throw new Error('K-1 rang');
    first.effects = { missedTask: DONE, missedTaskSkipped: DONE, taskSummary: DONE };
    applyEvent(unitOfWork, incoming('K-2', 40));
    const [second] = unitOfWork.callsWithExternalId('K-2');
    expect(first).toMatchObject({ status: 'ringing', effects: { taskSummary: DONE } });
    expect(Object.keys(first.effects)).toEqual(['taskSummary']);
    expect(second).toMatchObject({
      status: 'failed',
      effects: { missedTask: DONE, missedTaskSkipped: DONE },
    });
    expect(unitOfWork.movedMisses).toEqual([{ taskId: 5, from: first, to: second, isOnTask: false }]);
  });

  it('gives no effects to the call that it moves to, where it had none', () => {
    const unitOfWork = unitOfWorkAfter(incoming('K-1', 0), missed(50), incoming('K-2', 40));
    const [second] = unitOfWork.callsWithExternalId('K-2');
    expect(second?.effects).toEqual({});
    expect(second?.status).toBe('failed');
  });

  it('gets a row of its own, of the same customer, when its ring turns out to be answered before it', () => {
    const unitOfWork = unitOfWorkAfter(incoming('K-1', 0), missed(50));
    const [call] = unitOfWork.callsWithExternalId('K-1');
    if (call === undefined) throw new Error('K-1 rang');
    call.customerId = 7;
    applyEvent(unitOfWork, answered('K-1', 10));
    applyEvent(unitOfWork, ended('K-1', 30, { endReason: 'completed', durationSeconds: 20 }));
    const [orphan] = [...unitOfWork.all()].filter(({ externalCallId }) => externalCallId === null);
    expect(call).toMatchObject({ status: 'completed', endedAt: timeOf(30) });
    expect(orphan).toMatchObject({ status: 'failed', customerId: 7, startedAt: timeOf(50), effects: {} });
    expect(orphan?.crmCallId).toBeNull();
  });

  it('of several keeps the row that it has', () => {
    const unitOfWork = unitOfWorkAfter(missed(20), missed(400));
    const rows = [...unitOfWork.all()];
    correlateCaller(unitOfWork, rows[0] as CallWithFacts);
    expect([...unitOfWork.all()]).toEqual(rows);
    expect(rows.map(({ startedAt }) => startedAt)).toEqual([timeOf(20), timeOf(400)]);
  });

  it('that was stored on two rows is one again', () => {
    const rows = [storedCall(1, factsOf(missed(20))), storedCall(2, factsOf(missed(20)))];
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, rows);
    correlateCaller(unitOfWork, rows[0] as CallWithFacts);
    expect([...unitOfWork.all()].map(({ id }) => id)).toEqual([1]);
    expect(unitOfWork.removedCalls().map(({ id }) => id)).toEqual([2]);
  });

  it('that was stored with two calls is of the one that fits', () => {
    const rows = [
      storedCall(1, factsAfter([incoming('K-1', 0), missed(50)]), { externalCallId: 'K-1' }),
      storedCall(2, factsAfter([incoming('K-2', 40), missed(50)]), { externalCallId: 'K-2' }),
    ];
    correlateCaller(new CallUnitOfWork('bracknet', NOW, rows), rows[0] as CallWithFacts);
    expect(rows.map(({ status }) => status)).toEqual(['ringing', 'failed']);
  });

  it('that shares a row with another one without a call gets one of its own', () => {
    const shared = storedCall(1, factsAfter([missed(20), missed(21, '202')]));
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, [shared]);
    correlateCaller(unitOfWork, shared);
    const rows = [...unitOfWork.all()].map(({ facts }) => facts.reports?.length);
    expect(rows.reduce((sum: number, count) => sum + (count ?? 0), 0)).toBe(2);
    expect(Math.max(...rows.map((count) => count ?? 0))).toBe(1);
  });

  it('of a caller without a number is not compared with others', () => {
    const withheld = { raw: 'anonymous', e164: null };
    const unitOfWork = unitOfWorkAfter(incoming('K-1', 0, { customer: withheld }), {
      ...missed(20),
      customer: withheld,
    });
    expect(dispositions(unitOfWork)).toEqual({ 'K-1': null, '-': 'missed' });
  });

  it('is left where it is, if it lies so far before the changed call that its own call may not be loaded', () => {
    const held = (ring: number) => merge(factsOf(incoming('K-1', ring)), factsOf(missed(ring + 50, '202')));
    const outcome = (ring: number): number => {
      const misplaced = storedCall(1, held(ring), { externalCallId: 'K-1' });
      const changed = storedCall(2, factsOf(incoming('K-2', 0)), { externalCallId: 'K-2' });
      const unitOfWork = new CallUnitOfWork('bracknet', NOW, [misplaced, changed]);
      correlateCaller(unitOfWork, changed);
      return [...unitOfWork.all()].length;
    };
    const since = -4 * HOUR + 1800;
    expect(outcome(since - 50)).toBe(3);
    expect(outcome(since - 51)).toBe(2);
  });
});

describe('an end that lies more than the longest talk before the changed call', () => {
  it('is not judged anew: the talk that answered it may not be loaded', () => {
    const stale = (endedAt: number) => {
      const call = storedCall(1, factsAfter(silent('K-1', endedAt - 20, endedAt)), {
        externalCallId: 'K-1',
        disposition: 'answered_elsewhere',
      });
      const changed = storedCall(2, factsOf(incoming('K-2', 0)), { externalCallId: 'K-2' });
      correlateCaller(new CallUnitOfWork('bracknet', NOW, [call, changed]), changed);
      return call.disposition;
    };
    expect(stale(-4 * HOUR)).toBe('missed');
    expect(stale(-4 * HOUR - 1)).toBe('answered_elsewhere');
  });

  it('does not count as changed where it stays what it was', () => {
    const call = storedCall(1, factsAfter(silent('K-1', 0, 20)), { externalCallId: 'K-1' });
    const changed = storedCall(2, factsOf(incoming('K-2', 40)), { externalCallId: 'K-2' });
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, [call, changed]);
    correlateCaller(unitOfWork, changed);
    expect(unitOfWork.changedCalls()).toEqual([]);
  });

  it('counts as changed where its disposition changes', () => {
    const call = storedCall(1, factsAfter(silent('K-1', 0, 20)), { externalCallId: 'K-1' });
    const elsewhere = storedCall(2, factsAfter(talk('K-2', 1, 6, 30)), { externalCallId: 'K-2' });
    const unitOfWork = new CallUnitOfWork('bracknet', NOW, [call, elsewhere]);
    correlateCaller(unitOfWork, elsewhere);
    expect(unitOfWork.changedCalls()).toEqual([call]);
    expect(call.disposition).toBe('answered_elsewhere');
  });
});
