import fc from 'fast-check';
import { DISPOSITIONS } from '../../src/modules/telephony/calls/domain/call-vocabulary.js';
import { CALL_EVENT_TYPES, type CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { KEPT_AT_EACH_END, merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { project } from '../../src/modules/telephony/calls/domain/facts/projection.js';
import { CALL_START, callEvent, CUSTOMER, factsOf, LIVES } from '../support/call-events.js';
import { propertyRuns } from '../support/property-runs.js';

function factsAfter(events: readonly CallEvent[], before: CallFacts = {}): CallFacts {
  return events.map(factsOf).reduce(merge, before);
}

function rowAfter(...events: CallEvent[]) {
  return project(factsAfter(events));
}

function time(seconds: number): Date {
  return new Date(CALL_START + seconds * 1000);
}

const textOrNull = fc.option(fc.constantFrom('completed', 'busy', 'cancel', 'No Answer', 'weird', '503'));

const anyEvent: fc.Arbitrary<CallEvent> = fc
  .record({
    type: fc.constantFrom(...CALL_EVENT_TYPES),
    seconds: fc.integer({ min: -5, max: 30 }),
    timeSource: fc.constantFrom('pbx' as const, 'received' as const),
    customer: fc.constantFrom(null, CUSTOMER, { raw: 'anonymous', e164: null }),
    extension: fc.constantFrom(null, '201', '202', '301'),
    durationSeconds: fc.constantFrom(null, 0, 1, 135),
    endReason: textOrNull,
    disposition: fc.option(fc.constantFrom(...DISPOSITIONS)),
    recordingUrl: fc.constantFrom(null, 'https://a.example/1', 'https://a.example/2'),
    queueName: fc.constantFrom(null, 'sales', 'support'),
    waitSeconds: fc.constantFrom(null, 3, 9),
  })
  .map(({ type, seconds, ...over }) => callEvent(type, seconds, over));

const anyFacts: fc.Arbitrary<CallFacts> = fc
  .tuple(
    fc.array(anyEvent, { maxLength: 4 }),
    fc.option(
      fc.record({
        at: fc.integer({ min: -5, max: 30 }).map((seconds) => time(seconds).toISOString()),
        basis: fc.constantFrom('initiated' as const, 'ringing' as const, 'answered' as const),
        reason: fc.constantFrom('provider_error', 'no_answer'),
      }),
      { nil: undefined },
    ),
  )
  .map(([events, inferredEnd]) => factsAfter(events, inferredEnd === undefined ? {} : { inferredEnd }));

describe('merging facts about a call', () => {
  it('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, anyFacts, (a, b, c) => {
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, a)).toEqual(a);
      }),
      { numRuns: propertyRuns(2000) },
    );
  });

  it('survives the way of facts through jsonb, which keeps no key order', () => {
    const reversed = (facts: CallFacts): CallFacts =>
      JSON.parse(JSON.stringify(facts), (_key, value: unknown) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
      ) as CallFacts;
    fc.assert(
      fc.property(anyFacts, anyFacts, (a, b) => {
        expect(merge(reversed(a), b)).toEqual(merge(a, reversed(b)));
      }),
    );
  });

  it.each(Object.entries(LIVES))(
    'creates the same row for every order and repetition of an %s call',
    (_name, life) => {
      const inOrder = rowAfter(...life);
      fc.assert(
        fc.property(
          fc.shuffledSubarray([...life], { minLength: life.length }),
          fc.array(fc.constantFrom(...life), { maxLength: 5 }),
          fc.nat(),
          (order, repeats, at) => {
            const events = order.toSpliced(at % (order.length + 1), 0, ...repeats);
            expect(rowAfter(...events)).toEqual(inOrder);
          },
        ),
        { numRuns: propertyRuns(1000) },
      );
    },
  );

  it('creates the same row for every order and repetition of any events', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyEvent, { minLength: 1, maxLength: 7 })
          .chain((events) =>
            fc.tuple(
              fc.constant(events),
              fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
            ),
          ),
        ([events, shuffled]) => {
          expect(rowAfter(...shuffled)).toEqual(rowAfter(...events));
        },
      ),
      { numRuns: propertyRuns(1000) },
    );
  });

  it('never loses a known column to an event without that field', () => {
    fc.assert(
      fc.property(anyFacts, anyEvent, (facts, event) => {
        const before = project(facts);
        const after = project(merge(facts, factsOf(event)));
        for (const column of ['agentPhone', 'recordingUrl', 'queueName', 'startedAt'] as const) {
          if (before[column] !== null) expect(after[column]).not.toBeNull();
        }
        if (before.customerPhone !== '') expect(after.customerPhone).not.toBe('');
        if (before.customerNumberE164 !== null) expect(after.customerNumberE164).not.toBeNull();
      }),
    );
  });

  it('never takes a reported end back', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { minLength: 1, maxLength: 8 }),
        anyEvent,
        anyEvent,
        (events, end, late) => {
          const ended = { ...end, type: 'ended' as const };
          expect(['completed', 'failed']).toContain(rowAfter(...events, ended, late).status);
        },
      ),
      { numRuns: propertyRuns(1000) },
    );
  });

  it('keeps a fact of a later version of the service, and merges the others', () => {
    const later = { ...factsOf(callEvent('incoming', 0)), sentiment: { score: 3 } } as CallFacts;
    const merged = merge(later, factsOf(callEvent('answered', 5)));
    expect(merged).toMatchObject({ sentiment: { score: 3 } });
    expect(merge(factsOf(callEvent('answered', 5)), later)).toEqual(merged);
    expect(project(merged).status).toBe('answered');
  });

  it('keeps the earliest and the latest of an event that is repeated for hours', () => {
    const rings = Array.from({ length: 500 }, (_, second) => callEvent('ringing', second));
    const { reports = [] } = factsAfter(rings);
    expect(reports).toHaveLength(2 * KEPT_AT_EACH_END);
    expect(reports[0]?.at).toBe(time(0).toISOString());
    expect(reports.at(-1)?.at).toBe(time(499).toISOString());
    expect(factsAfter(rings.toReversed())).toEqual({ reports });
  });
});

describe('a call', () => {
  const incoming = callEvent('incoming', 0, { customer: CUSTOMER, extension: '201' });
  const answered = callEvent('answered', 10, { extension: '201' });
  const ended = callEvent('ended', 145, { durationSeconds: 135, endReason: 'completed' });
  const missed = callEvent('missed', 25, { customer: CUSTOMER, extension: '201' });

  it('rings, is answered and completes with the times the PBX gave', () => {
    expect(rowAfter(incoming).status).toBe('ringing');
    expect(rowAfter(incoming, answered).status).toBe('answered');
    expect(rowAfter(incoming, answered, ended)).toMatchObject({
      status: 'completed',
      direction: 'inbound',
      disposition: 'completed',
      customerPhone: '01712345678',
      customerNumberE164: '+8801712345678',
      agentPhone: '201',
      firstAgentPhone: '201',
      startedAt: time(0),
      answeredAt: time(10),
      endedAt: time(145),
      durationSeconds: 135,
      waitSeconds: 10,
      endReason: 'completed',
      inferred: ['wait_seconds'],
    });
  });

  it('is not reopened by a late answer: a failed call turns out to be completed', () => {
    const unanswered = callEvent('ended', 40, { endReason: 'normal' });
    expect(rowAfter(incoming, unanswered).status).toBe('failed');
    expect(rowAfter(incoming, unanswered, answered).status).toBe('completed');
  });

  it('is not reopened by a late ring', () => {
    expect(rowAfter(ended, callEvent('ringing', 300)).status).toBe('completed');
  });

  it('with only an end event is completed if that event reports talk', () => {
    expect(rowAfter(callEvent('ended', 0, { endReason: 'completed' })).status).toBe('completed');
    expect(rowAfter(callEvent('ended', 0, { durationSeconds: 3 })).status).toBe('completed');
    expect(rowAfter(callEvent('ended', 0, { endReason: 'normal' })).status).toBe('failed');
  });

  it('with a reported duration of 0 seconds had no talk, regardless of the end reason', () => {
    const silent = callEvent('ended', 30, { endReason: 'completed', durationSeconds: 0 });
    expect(rowAfter(incoming, silent)).toMatchObject({ status: 'failed', disposition: 'missed' });
  });

  it('has its duration computed from its times where none is reported, marked as inferred', () => {
    const { durationSeconds, inferred } = rowAfter(incoming, answered, callEvent('ended', 145));
    expect(durationSeconds).toBe(135);
    expect(inferred).toContain('duration_seconds');
  });

  it('has no duration where its end is reported before its answer: the clocks are apart', () => {
    expect(rowAfter(answered, callEvent('ended', 4)).durationSeconds).toBeNull();
  });

  it('missed at an extension has ended only as long as it is not answered at another', () => {
    expect(rowAfter(incoming, missed)).toMatchObject({ status: 'failed', endedAt: time(25) });
    for (const seconds of [20, 25, 30]) {
      const elsewhere = callEvent('answered', seconds, { extension: '202' });
      expect(rowAfter(incoming, missed, elsewhere)).toMatchObject({ status: 'answered', endedAt: null });
    }
  });

  it('that was answered by a second extension was transferred: the latest has it, the first is kept', () => {
    const transferred = callEvent('answered', 60, { extension: '301' });
    expect(rowAfter(transferred, incoming, answered, ended)).toMatchObject({
      agentPhone: '301',
      firstAgentPhone: '201',
      answeredAt: time(10),
    });
  });

  it('keeps the newest recording, and a recording that is received first sets no status', () => {
    const first = callEvent('recording', 150, { recordingUrl: 'https://a.example/1' });
    const second = callEvent('recording', 160, { recordingUrl: 'https://a.example/2' });
    expect(rowAfter(second, first).recordingUrl).toBe('https://a.example/2');
    expect(rowAfter(first)).toMatchObject({ status: 'initiated', endedAt: null });
  });

  it('gets its number when one is reported, and keeps it when a later event has a word like anonymous', () => {
    const anonymous = callEvent('incoming', 0, { customer: { raw: 'anonymous', e164: null } });
    expect(rowAfter(ended).customerPhone).toBe('');
    expect(rowAfter(ended, anonymous).customerPhone).toBe('anonymous');
    expect(rowAfter(ended, anonymous, incoming).customerNumberE164).toBe('+8801712345678');
    expect(rowAfter(incoming, anonymous).customerNumberE164).toBe('+8801712345678');
  });

  it('is inbound as soon as the PBX announces it, regardless of an earlier inference', () => {
    expect(rowAfter(answered)).toMatchObject({ direction: 'outbound' });
    expect(rowAfter(answered).inferred).toContain('direction');
    expect(rowAfter(answered, incoming).direction).toBe('inbound');
  });

  it('missed at one extension and answered at another later ends when it ends', () => {
    const elsewhere = callEvent('answered', 30, { extension: '202' });
    expect(rowAfter(incoming, missed, elsewhere, ended)).toMatchObject({
      status: 'completed',
      endedAt: time(145),
      agentPhone: '202',
    });
  });

  it('marks times of events without a timestamp as inferred', () => {
    expect(rowAfter({ ...ended, timeSource: 'received' }).inferred).toEqual(
      expect.arrayContaining(['started_at', 'ended_at']),
    );
  });
});

describe('an inferred end', () => {
  const gaveUp = (basis: 'initiated' | 'ringing' | 'answered', seconds: number): CallFacts => ({
    inferredEnd: { at: time(seconds).toISOString(), basis, reason: 'provider_error' },
  });

  it('ends the call, and is marked', () => {
    const row = project(factsAfter([callEvent('incoming', 0)], gaveUp('ringing', 120)));
    expect(row).toMatchObject({ status: 'failed', endedAt: time(120), endReason: 'provider_error' });
    expect(row.inferred).toEqual(expect.arrayContaining(['status', 'ended_at']));
  });

  it('has no effect once the call has a further status, or later activity', () => {
    const answered = callEvent('answered', 100, { extension: '201' });
    expect(project(factsAfter([callEvent('incoming', 0), answered], gaveUp('ringing', 120))).status).toBe(
      'answered',
    );
    const later = callEvent('answered', 200, { extension: '202' });
    expect(project(factsAfter([answered, later], gaveUp('answered', 150))).status).toBe('answered');
    expect(project(factsAfter([answered], gaveUp('answered', 150))).status).toBe('completed');
  });

  it('is overridden by a reported one', () => {
    const ended = callEvent('ended', 90, { endReason: 'busy' });
    expect(project(factsAfter([ended], gaveUp('initiated', 60)))).toMatchObject({
      endedAt: time(90),
      endReason: 'busy',
      disposition: 'busy',
    });
  });
});

describe('an end without talk', () => {
  it.each([
    ['completed_without_word', null, 'missed', 'no_answer'],
    ['normal clearing', 'Normal Clearing', 'missed', 'no_answer'],
    ['hangup', 'caller-hangup', 'missed', 'no_answer'],
    ['busy', 'USER_BUSY', 'busy', 'busy'],
    ['486', '486', 'busy', 'busy'],
    ['no answer', 'no-answer', 'missed', 'no_answer'],
    ['timeout', 'TimeOut', 'missed', 'no_answer'],
    ['declined', '603', 'missed', 'no_answer'],
    ['cancel', 'cancel', 'abandoned', 'canceled'],
    ['487', '487', 'abandoned', 'canceled'],
    ['congestion', 'congestion', 'failed', 'failed'],
    ['404', '404', 'failed', 'failed'],
    ['503', '503', 'failed', 'failed'],
    ['unknown text', 'dragons', 'missed', 'no_answer'],
  ])('by %s is disposed of by direction, and keeps its own words', (_name, endReason, inbound, outbound) => {
    const end = callEvent('ended', 30, { endReason });
    const inboundRow = rowAfter(callEvent('incoming', 0, { customer: CUSTOMER }), end);
    expect(inboundRow).toMatchObject({ status: 'failed', disposition: inbound, endReason });
    expect(rowAfter(end)).toMatchObject({ status: 'failed', disposition: outbound });
  });
});
