import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import {
  dueEffects,
  talkToldOf,
  PROVIDER_ERROR,
  talkStartedAt,
} from '../../src/modules/telephony/calls/domain/effects/call-effects.js';
import {
  type EffectMark,
  mergeEffects,
  withEffect,
} from '../../src/modules/telephony/calls/domain/effects/effect-marks.js';
import { callEvent } from '../support/call-events.js';
import { factsAfter, storedCall, timeOf } from '../support/call-rows.js';

const DONE: EffectMark = { at: '2026-01-03T10:00:00.000Z', taskId: 5 };

/** The facts of a call whose end was inferred. */
const GIVEN_UP: CallFacts = {
  inferredEnd: { at: '2026-01-03T10:00:00.000Z', basis: 'ringing', reason: 'no_answer' },
};

function call(columns: Partial<CallWithFacts>): CallWithFacts {
  return {
    ...storedCall(1, {}),
    direction: 'inbound',
    status: 'failed',
    disposition: 'missed',
    customerNumberE164: '+8801712345678',
    taskId: null,
    endReason: null,
    durationSeconds: null,
    effects: {},
    facts: {},
    ...columns,
  };
}

describe('a call causes', () => {
  it('a missed-call task when a caller with a usable number was not answered', () => {
    expect(dueEffects(call({}))).toEqual(['missedTask']);
    for (const over of [
      { customerNumberE164: null },
      { direction: 'outbound' as const },
      { status: 'ringing' as const, disposition: null },
      { disposition: 'answered_elsewhere' as const },
    ]) {
      expect(dueEffects(call(over))).toEqual([]);
    }
  });

  it('nothing twice', () => {
    expect(dueEffects(call({ effects: { missedTask: DONE } }))).toEqual([]);
    const linked = { direction: 'outbound' as const, taskId: 5, effects: { taskSummary: DONE } };
    expect(dueEffects(call(linked))).toEqual([]);
  });

  it('the skipping of its task when it was answered after all, and its reopening if not', () => {
    const answered = call({ status: 'completed', disposition: 'completed', effects: { missedTask: DONE } });
    expect(dueEffects(answered)).toEqual(['missedTaskSkipped']);
    answered.effects = withEffect(answered.effects, 'missedTaskSkipped', DONE);
    expect(dueEffects(answered)).toEqual([]);

    const missedAfterAll = call({ effects: answered.effects });
    expect(dueEffects(missedAfterAll)).toEqual(['missedTask']);
    missedAfterAll.effects = withEffect(missedAfterAll.effects, 'missedTask', DONE);
    expect(missedAfterAll.effects).toEqual({ missedTask: DONE });
    expect(dueEffects(missedAfterAll)).toEqual([]);
  });

  it('the task of its start pending again when the PBX rejected it, and in progress again if it did not', () => {
    const refused = { direction: 'outbound' as const, taskId: 5, endReason: PROVIDER_ERROR };
    const started = call({ ...refused, effects: { taskStarted: DONE } });
    expect(dueEffects(started)).toEqual(['taskReturned']);
    expect(dueEffects(call(refused))).toEqual(['taskSummary']);

    const returned = withEffect(started.effects, 'taskReturned', DONE);
    expect(dueEffects(call({ ...refused, effects: returned }))).toEqual([]);
    const placed = {
      direction: 'outbound' as const,
      taskId: 5,
      status: 'completed' as const,
      effects: returned,
    };
    expect(dueEffects(call(placed))).toEqual(['taskStarted', 'taskSummary']);
    expect(withEffect(returned, 'taskStarted', DONE)).toEqual({ taskStarted: DONE });
  });

  it('the completion of missed-call tasks by a talk of 10 seconds or more', () => {
    const talk = { status: 'completed' as const, disposition: 'completed' as const };
    expect(dueEffects(call({ ...talk, durationSeconds: 9 }))).toEqual([]);
    expect(dueEffects(call({ ...talk, durationSeconds: 10 }))).toEqual(['customerReached']);
    expect(dueEffects(call({ ...talk, durationSeconds: 10, customerNumberE164: null }))).toEqual([]);
    expect(dueEffects(call({ ...talk, status: 'answered', durationSeconds: 10 }))).toEqual([]);
    const done = { customerReached: DONE };
    expect(dueEffects(call({ ...talk, durationSeconds: 10, effects: done }))).toEqual([]);
  });

  it('the completion again when another talk is known now than its line tells', () => {
    const talk = call({ status: 'completed', disposition: 'completed', durationSeconds: 10 });
    const told = (outcome: string) => ({ ...talk, effects: { customerReached: { ...DONE, outcome } } });
    expect(dueEffects(told(talkToldOf(talk)))).toEqual([]);
    expect(dueEffects(told(talkToldOf({ ...talk, durationSeconds: 12 })))).toEqual(['customerReached']);
    expect(dueEffects(told(talkToldOf({ ...talk, endedAt: new Date(0) })))).toEqual(['customerReached']);
  });
});

it('a call that was handed on to nobody is a missed customer, though it had talk', () => {
  const events = [
    callEvent('answered', 5, { extension: '201' }),
    callEvent('incoming', 40, { extension: '301' }),
    callEvent('ended', 60, { endReason: 'no_answer' }),
  ];
  const talk = { status: 'completed', disposition: 'completed' } as const;
  expect(dueEffects(call({ ...talk, facts: factsAfter(events) }))).toEqual(['missedTask']);
  expect(dueEffects(call({ ...talk, facts: factsAfter(events.slice(0, 2)) }))).toEqual([]);
});

it('a talk started with its answer, else its duration before its end, else with the call', () => {
  const known = { startedAt: timeOf(0), answeredAt: timeOf(7), endedAt: timeOf(60), durationSeconds: 20 };
  expect(talkStartedAt(call(known))).toEqual(timeOf(7));
  expect(talkStartedAt(call({ ...known, answeredAt: null }))).toEqual(timeOf(40));
  expect(talkStartedAt(call({ ...known, answeredAt: null, durationSeconds: null }))).toEqual(timeOf(0));
  expect(talkStartedAt(call({ ...known, answeredAt: null, endedAt: null }))).toEqual(timeOf(0));
});

describe('what a concluded end has caused', () => {
  const CONCLUDED: EffectMark = { ...DONE, inferred: true };

  it('is set right once the PBX has reported an end, and not before, and once', () => {
    const missed = call({ facts: GIVEN_UP, effects: { missedTask: CONCLUDED } });
    expect(dueEffects(missed)).toEqual([]);
    missed.facts = {};
    expect(dueEffects(missed)).toEqual(['missedTask']);
    missed.effects = withEffect(missed.effects, 'missedTask', DONE);
    expect(dueEffects(missed)).toEqual([]);
  });

  it('is set right in the summary on the linked task too', () => {
    const linked = call({ direction: 'outbound', taskId: 5, effects: { taskSummary: CONCLUDED } });
    expect(dueEffects({ ...linked, facts: GIVEN_UP })).toEqual([]);
    expect(dueEffects(linked)).toEqual(['taskSummary']);
    expect(dueEffects({ ...linked, status: 'answered' })).toEqual([]);
  });
});

describe('the effects of two rows that are one call', () => {
  const noted = { missedTask: DONE };
  const other = { missedTask: { ...DONE, taskId: 6 } };
  const withdrawn = { ...noted, missedTaskSkipped: DONE };
  const otherWithdrawn = { ...other, missedTaskSkipped: { ...DONE, taskId: 6 } };

  it.each([
    ['both stand: its own', noted, other, noted],
    ['its own was withdrawn: the other', withdrawn, other, other],
    ['the other was withdrawn: its own', noted, otherWithdrawn, noted],
    ['both were withdrawn: its own', withdrawn, otherWithdrawn, withdrawn],
    ['it has none: the other', {}, other, other],
    ['it has none: the other, though withdrawn', {}, otherWithdrawn, otherWithdrawn],
    ['neither has one', {}, {}, {}],
  ])('are of its miss, when %s', (_when, own, theirs, joined) => {
    expect(mergeEffects(own, theirs)).toEqual(joined);
  });

  it('are all others of either, its own first', () => {
    const theirs = { taskSummary: { ...DONE, taskId: 6 }, customerReached: DONE };
    expect(mergeEffects({ taskSummary: DONE }, theirs)).toEqual({ taskSummary: DONE, customerReached: DONE });
  });
});
