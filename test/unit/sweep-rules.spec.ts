import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import { CALL_STATUSES, type CallStatus } from '../../src/modules/telephony/calls/domain/call-vocabulary.js';
import type { CallFacts, OriginFact } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { project } from '../../src/modules/telephony/calls/domain/facts/projection.js';
import {
  inferredEndFor,
  SWEEP_RULES,
  type SweepRule,
} from '../../src/modules/telephony/calls/domain/sweep-rules.js';
import { CALL_START, callEvent, CUSTOMER, factsOf as factsOfOne } from '../support/call-events.js';

const NOW = new Date(CALL_START + 6 * 3_600_000);

function assembleCall(facts: CallFacts): CallWithFacts {
  return { ...project(facts), facts } as CallWithFacts;
}

function factsOf(...events: Parameters<typeof callEvent>[]): CallFacts {
  return events.map((args) => factsOfOne(callEvent(...args))).reduce(merge, {});
}

/** Facts of a call started here, as far as a conclusion about it goes. */
const STARTED: CallFacts = {
  origin: {
    kind: 'start',
    at: new Date(CALL_START).toISOString(),
    direction: 'outbound',
    phone: CUSTOMER.raw,
    e164: CUSTOMER.e164,
    extension: '201',
  },
};

const started = (): CallFacts => STARTED;
const incoming = (): CallFacts => factsOf(['incoming', 0, { customer: CUSTOMER, extension: '201' }]);
const dialled = (): CallFacts => merge(STARTED, factsOf(['ringing', 2]));
const talking = (): CallFacts => merge(incoming(), factsOf(['answered', 10, { extension: '201' }]));

function sweep(rule: SweepRule, facts: CallFacts): CallFacts {
  return merge(facts, { inferredEnd: inferredEndFor(rule, assembleCall(facts), NOW) });
}

describe('a call that the sweeper closes', () => {
  it.each<[SweepRule, string, () => CallFacts, object]>([
    [
      'unplaced',
      'was never placed',
      started,
      { status: 'failed', endReason: 'provider_error', disposition: 'failed' },
    ],
    [
      'silent',
      'was not answered',
      started,
      { status: 'failed', endReason: 'no_answer', disposition: 'no_answer' },
    ],
    [
      'ringing',
      'came in and was missed',
      incoming,
      { status: 'failed', endReason: 'no_answer', disposition: 'missed' },
    ],
    [
      'ringing',
      'went out and was not answered',
      dialled,
      { status: 'failed', endReason: 'no_answer', disposition: 'no_answer' },
    ],
    [
      'hangup',
      'was ended without talk',
      dialled,
      { status: 'failed', endReason: 'agent_hangup', disposition: 'no_answer' },
    ],
    [
      'hangup',
      'was ended after talk',
      talking,
      { status: 'completed', endReason: 'agent_hangup', disposition: 'completed' },
    ],
    [
      'answered',
      'is over, nobody knows how',
      talking,
      { status: 'completed', endReason: 'unknown', disposition: 'completed' },
    ],
  ])('by the rule %s %s', (rule, _what, facts, columns) => {
    const swept = project(sweep(rule, facts()));
    expect(swept).toMatchObject({ ...columns, endedAt: NOW, durationSeconds: null });
    expect(swept.inferred).toEqual(expect.arrayContaining(['status', 'ended_at']));
  });

  it('stores the status from which its end was inferred', () => {
    const basisOf = (status: CallStatus) =>
      inferredEndFor('hangup', { status, facts: {} } as CallWithFacts, NOW).basis;
    expect(CALL_STATUSES.map((status) => [status, basisOf(status)])).toEqual([
      ['initiated', 'initiated'],
      ['ringing', 'ringing'],
      ['answered', 'answered'],
      ['completed', 'initiated'],
      ['failed', 'initiated'],
    ]);
  });

  it('ends at its last activity when the clock of the PBX is ahead', () => {
    const call = assembleCall(factsOf(['answered', 12 * 3600]));
    expect(inferredEndFor('hangup', call, NOW).at).toBe('2026-01-03T22:30:00.000Z');
  });

  it('of the former code ends with the last that is known of it', () => {
    const former: CallFacts = {
      origin: { ...(STARTED.origin as OriginFact), kind: 'former', direction: 'inbound' },
    };
    const endAt = (facts: CallFacts) => inferredEndFor('ringing', assembleCall(facts), NOW);
    expect(endAt(former)).toEqual({
      at: new Date(CALL_START).toISOString(),
      basis: 'initiated',
      reason: 'no_answer',
      former: true,
    });
    const rang = (seconds: number) => merge(former, factsOf(['ringing', seconds]));
    expect(endAt(rang(40)).at).toBe(new Date(CALL_START + 40_000).toISOString());
    expect(endAt(rang(-40)).at).toBe(new Date(CALL_START).toISOString());
  });

  it('has a reason for each rule', () => {
    for (const rule of SWEEP_RULES) {
      expect(inferredEndFor(rule, assembleCall(STARTED), NOW)).toEqual({
        at: NOW.toISOString(),
        basis: 'initiated',
        reason: expect.stringMatching(/^[a-z_]+$/u),
      });
    }
  });
});

describe('an inferred end is overridden', () => {
  const late = 7 * 3600;

  it.each<[string, () => CallFacts, Parameters<typeof callEvent>, object]>([
    [
      'by the ringing of a call without earlier events',
      () => sweep('silent', started()),
      ['ringing', 3],
      { status: 'ringing', endedAt: null },
    ],
    [
      'by the announcement of a call without earlier events',
      () => sweep('silent', started()),
      ['incoming', 3],
      { status: 'ringing', endedAt: null },
    ],
    [
      'by a later announcement',
      () => sweep('ringing', incoming()),
      ['incoming', late, { extension: '202' }],
      { status: 'ringing', endedAt: null },
    ],
    [
      'by a later ring',
      () => sweep('ringing', incoming()),
      ['ringing', late],
      { status: 'ringing', endedAt: null },
    ],
    [
      'by its answer',
      () => sweep('ringing', incoming()),
      ['answered', 12],
      { status: 'answered', endedAt: null },
    ],
    [
      'by later activity',
      () => sweep('answered', talking()),
      ['answered', late, { extension: '301' }],
      { status: 'answered', endedAt: null },
    ],
    [
      'by a reported end, with its reason',
      () => sweep('ringing', incoming()),
      ['ended', 30, { endReason: 'busy', durationSeconds: 0 }],
      { status: 'failed', disposition: 'busy', endReason: 'busy', endedAt: new Date(CALL_START + 30_000) },
    ],
    [
      'by the end of a talk, with its length',
      () => sweep('answered', talking()),
      ['ended', 70, { endReason: 'completed', durationSeconds: 60 }],
      {
        status: 'completed',
        durationSeconds: 60,
        endReason: 'completed',
        endedAt: new Date(CALL_START + 70_000),
      },
    ],
    [
      'by a reported miss',
      () => sweep('ringing', incoming()),
      ['missed', 25, { extension: '201' }],
      { status: 'failed', disposition: 'missed', endedAt: new Date(CALL_START + 25_000) },
    ],
  ])('%s', (_what, swept, event, columns) => {
    const corrected = project(merge(swept(), factsOf(event)));
    expect(corrected).toMatchObject(columns);
    expect(corrected.inferred).not.toContain('ended_at');
    expect(corrected.inferred).not.toContain('status');
  });

  it.each<[string, () => CallFacts, Parameters<typeof callEvent>]>([
    [
      'another ring of a call that rang',
      () => sweep('ringing', incoming()),
      ['incoming', 1, { extension: '202' }],
    ],
    [
      'a ring in the moment of that end',
      () => sweep('ringing', incoming()),
      ['ringing', (NOW.getTime() - CALL_START) / 1000],
    ],
    ['an earlier answer of a call that was answered', () => sweep('answered', talking()), ['answered', 9]],
    [
      'a recording',
      () => sweep('answered', talking()),
      ['recording', late, { recordingUrl: 'https://pbx.example/1.mp3' }],
    ],
  ])('but not to %s', (_what, swept, event) => {
    expect(project(merge(swept(), factsOf(event)))).toMatchObject({ endedAt: NOW });
  });

  it('and a call with new activity can be closed again', () => {
    const alive = merge(sweep('silent', STARTED), factsOf(['ringing', 3]));
    expect(project(sweep('ringing', alive))).toMatchObject({ status: 'failed', endedAt: NOW });
  });
});
