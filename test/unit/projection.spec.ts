import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { extensionKinds } from '../support/extension-kinds.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import {
  factsOfEvent,
  transferReport,
} from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { project } from '../../src/modules/telephony/calls/domain/facts/projection.js';
import { callEvent, CUSTOMER } from '../support/call-events.js';
import { startOf, timeOf } from '../support/call-rows.js';

const KINDS = extensionKinds(['ivr'], []);
const OTHER = { raw: '01812345678', e164: '+8801812345678' };
const RECEIVED = { timeSource: 'received' as const };
const former = startOf(0, { kind: 'former', direction: 'inbound' });

const incoming = (seconds = 0, over: Partial<CallEvent> = {}) =>
  callEvent('incoming', seconds, { customer: CUSTOMER, extension: '201', ...over });
const answered = (seconds: number, over: Partial<CallEvent> = {}) =>
  callEvent('answered', seconds, { extension: '201', ...over });
const ended = (seconds: number, over: Partial<CallEvent> = {}) => callEvent('ended', seconds, over);
const missed = (seconds: number) => callEvent('missed', seconds, { extension: '201' });

function factsAfter(before: CallFacts, ...events: CallEvent[]): CallFacts {
  return events.map((event) => factsOfEvent(event, KINDS)).reduce(merge, before);
}

function rowAfter(...events: CallEvent[]) {
  return project(factsAfter({}, ...events));
}

function transfer(extension: string, seconds: number): CallFacts {
  return { reports: [transferReport(extension, timeOf(seconds))] };
}

describe('the wait of a call', () => {
  it('runs to the answer, or without talk to the end', () => {
    expect(rowAfter(incoming(), answered(7)).waitSeconds).toBe(7);
    expect(rowAfter(incoming(), missed(25)).waitSeconds).toBe(25);
    expect(rowAfter(incoming(), ended(30, { endReason: 'no_answer' })).waitSeconds).toBe(30);
  });

  it('is unknown while the call rings, and where the answer to a talk is', () => {
    expect(rowAfter(incoming()).waitSeconds).toBeNull();
    expect(rowAfter(incoming()).inferred).toEqual([]);
    const talk = rowAfter(incoming(), ended(60, { endReason: 'completed', durationSeconds: 30 }));
    expect(talk).toMatchObject({ status: 'completed', waitSeconds: null, inferred: [] });
  });

  it('is the figure of the PBX where there is one', () => {
    expect(rowAfter(incoming(), answered(7), ended(60, { waitSeconds: 0 }))).toMatchObject({
      waitSeconds: 0,
      inferred: ['duration_seconds'],
    });
  });

  it('is 0 for an answer at once, and unknown for an answer before the ring', () => {
    expect(rowAfter(incoming(), answered(0)).waitSeconds).toBe(0);
    expect(project(factsAfter(startOf(10), answered(9, RECEIVED))).waitSeconds).toBeNull();
    expect(project(factsAfter(startOf(10), answered(10, RECEIVED))).waitSeconds).toBe(0);
  });

  it('is believed up to half an hour where two clocks measure it', () => {
    expect(rowAfter(incoming(), answered(1800, RECEIVED)).waitSeconds).toBe(1800);
    expect(rowAfter(incoming(), answered(1801, RECEIVED)).waitSeconds).toBeNull();
    expect(rowAfter(incoming(0, RECEIVED), answered(1801)).waitSeconds).toBeNull();
    expect(rowAfter(incoming(), answered(1801)).waitSeconds).toBe(1801);
    expect(rowAfter(incoming(0, RECEIVED), answered(1801, RECEIVED)).waitSeconds).toBe(1801);
    expect(project(factsAfter(startOf(), answered(1801))).waitSeconds).toBeNull();
    expect(project(factsAfter(startOf(), answered(1801, RECEIVED))).waitSeconds).toBe(1801);
  });

  it('runs from our own start of a call, also where the PBX reports something earlier', () => {
    expect(project(factsAfter(startOf(), callEvent('ringing', -20), answered(9))).waitSeconds).toBe(9);
  });

  it('runs from the earliest report of a call from before this service', () => {
    expect(project(factsAfter(former, incoming(-20), answered(9))).waitSeconds).toBe(29);
  });

  it('runs to an inferred end by our own clock, except for a call from before this service', () => {
    const inferredEnd = { at: timeOf(120).toISOString(), basis: 'ringing', reason: 'no_answer' } as const;
    expect(project({ ...factsAfter({}, incoming()), inferredEnd }).waitSeconds).toBe(120);
    expect(project({ ...factsAfter({}, incoming(-1681)), inferredEnd }).waitSeconds).toBeNull();
    expect(project({ ...factsAfter({}, incoming(-1681, RECEIVED)), inferredEnd }).waitSeconds).toBe(1801);
    const ofFormer = { ...former, inferredEnd: { ...inferredEnd, former: true as const } };
    expect(project(ofFormer)).toMatchObject({ status: 'failed', waitSeconds: null });
  });
});

describe('the duration of a call', () => {
  it('is the longest that an end reports which does not deny the talk', () => {
    const ends = [
      ended(60, { durationSeconds: 40, endReason: 'completed' }),
      ended(61, { durationSeconds: 55, endReason: 'normal' }),
      ended(62, { durationSeconds: 90, endReason: 'no_answer', extension: '202' }),
    ];
    expect(rowAfter(incoming(), answered(5), ...ends)).toMatchObject({
      durationSeconds: 55,
      inferred: ['wait_seconds'],
    });
  });

  it('is not cut short by the end of a leg before the answer', () => {
    const leg = ended(15, { extension: '201', endReason: 'no_answer' });
    const events = [incoming(), leg, answered(20, { extension: '202' })];
    expect(rowAfter(...events, ended(80, { endReason: 'completed' }))).toMatchObject({
      status: 'completed',
      answeredAt: timeOf(20),
      endedAt: timeOf(80),
      durationSeconds: 60,
    });
    // An end is never taken back: it is that of the call until another one is reported.
    expect(rowAfter(...events)).toMatchObject({ status: 'completed', endedAt: timeOf(15) });
  });

  it('is unknown while the call lasts', () => {
    expect(rowAfter(incoming(), answered(5)).durationSeconds).toBeNull();
  });

  it('is none where only a machine answered', () => {
    expect(rowAfter(incoming(), answered(5, { extension: 'ivr' }), ended(60))).toMatchObject({
      status: 'failed',
      durationSeconds: null,
      answeredAt: null,
    });
  });

  it('is unknown where its end was inferred', () => {
    const facts: CallFacts = {
      ...factsAfter({}, incoming(), answered(5)),
      inferredEnd: { at: timeOf(900).toISOString(), basis: 'answered', reason: 'unknown' },
    };
    expect(project(facts)).toMatchObject({ status: 'completed', durationSeconds: null, waitSeconds: 5 });
  });
});

describe('a call names as inferred', () => {
  it('what is by our own clock, because the PBX gave no time', () => {
    expect(rowAfter(incoming(0, RECEIVED)).inferred).toEqual(['started_at']);
    expect(rowAfter(incoming(), answered(5, RECEIVED)).inferred).toEqual(['answered_at', 'wait_seconds']);
    const figures = { durationSeconds: 20, waitSeconds: 5 };
    expect(rowAfter(incoming(), answered(5), ended(25, { ...RECEIVED, ...figures })).inferred).toEqual([
      'ended_at',
    ]);
  });

  it('nothing of a start, whose time is our own', () => {
    expect(project(startOf()).inferred).toEqual([]);
  });

  it('no status of a call that is not over, though a figure without an answer is known', () => {
    const silent = ended(60, { durationSeconds: 20 });
    expect(rowAfter(incoming(), silent).inferred).toEqual(['status']);
    expect(rowAfter(incoming(), answered(5), silent).inferred).not.toContain('status');
  });

  it('the direction, until it is announced or missed', () => {
    expect(rowAfter(callEvent('ringing', 0)).inferred).toEqual(['direction']);
    expect(rowAfter(callEvent('ringing', 0), missed(20))).toMatchObject({
      direction: 'inbound',
      inferred: ['wait_seconds'],
    });
  });
});

describe('the direction of a call', () => {
  it('is that of its start, whatever the PBX announces', () => {
    expect(project(factsAfter(startOf(), incoming(2)))).toMatchObject({
      direction: 'outbound',
      inferred: [],
    });
  });

  it('is that which the row of the former code had', () => {
    expect(project(former)).toMatchObject({ direction: 'inbound', inferred: [] });
    expect(project(startOf(0, { kind: 'former' }))).toMatchObject({ direction: 'outbound', inferred: [] });
  });
});

describe('the customer of a call', () => {
  it('of a start is the one who was dialled, whatever the PBX reports', () => {
    expect(project(factsAfter(startOf(), answered(5, { customer: OTHER }))).customerNumberE164).toBe(
      CUSTOMER.e164,
    );
  });

  it('is the first valid number, before a word that came earlier', () => {
    const withheld = { raw: 'anonymous', e164: null };
    const events = [
      incoming(0, { customer: withheld }),
      incoming(1, { customer: { raw: 'private', e164: null } }),
      incoming(2),
      incoming(3, { customer: OTHER }),
    ];
    expect(rowAfter(...events)).toMatchObject({
      customerPhone: CUSTOMER.raw,
      customerNumberE164: CUSTOMER.e164,
    });
    expect(rowAfter(answered(-1), ...events).customerPhone).toBe(CUSTOMER.raw);
    expect(rowAfter(answered(-1), ...events.slice(0, 2)).customerPhone).toBe('anonymous');
    expect(rowAfter(...events.slice(0, 2))).toMatchObject({
      customerPhone: 'anonymous',
      customerNumberE164: null,
    });
  });

  it('of a row of the former code is its own valid number, else the one that is reported', () => {
    const word = startOf(0, { kind: 'former', phone: 'anonymous', e164: null });
    const empty = startOf(0, { kind: 'former', phone: '', e164: null });
    const reported = incoming(5, { customer: OTHER });
    expect(project(factsAfter(former, reported)).customerNumberE164).toBe(CUSTOMER.e164);
    expect(project(factsAfter(word, reported)).customerNumberE164).toBe(OTHER.e164);
    const unnamed = incoming(5, { customer: { raw: 'private', e164: null } });
    expect(project(factsAfter(word, unnamed)).customerPhone).toBe('anonymous');
    expect(project(factsAfter(empty, unnamed)).customerPhone).toBe('private');
    expect(project(empty)).toMatchObject({ customerPhone: '', customerNumberE164: null });
  });
});

describe('the agent of a call', () => {
  it('is the person who answered last', () => {
    const events = [answered(5), answered(9, { extension: '202' }), incoming(20, { extension: '203' })];
    expect(rowAfter(...events)).toMatchObject({ agentPhone: '202', firstAgentPhone: '201' });
    expect(rowAfter(...events, answered(30, { extension: 'ivr' })).agentPhone).toBe('202');
  });

  it('without an answer is the extension that rang last, also by a ring under way', () => {
    expect(rowAfter(incoming(), callEvent('ringing', 5, { extension: '202' })).agentPhone).toBe('202');
    expect(rowAfter(incoming(), incoming(5, { extension: '203' })).agentPhone).toBe('203');
    expect(rowAfter(incoming(), callEvent('missed', 5, { extension: '204' })).agentPhone).toBe('201');
    expect(rowAfter(incoming(), answered(9, { extension: null })).agentPhone).toBe('201');
  });

  it('is any extension that is named where none rang', () => {
    expect(rowAfter(missed(5), ended(9, { extension: '202' })).agentPhone).toBe('202');
    expect(rowAfter(missed(5), ended(9)).agentPhone).toBe('201');
    expect(rowAfter(ended(9)).agentPhone).toBeNull();
  });

  it('is not the extension to which a transfer was requested, before that one answers', () => {
    const facts = merge(factsAfter({}, incoming(), answered(5)), transfer('202', 20));
    expect(project(facts).agentPhone).toBe('201');
    expect(project(transfer('202', 20)).agentPhone).toBeNull();
  });

  it('of a start is the one who started it, until another extension rings later', () => {
    expect(project(startOf()).agentPhone).toBe('201');
    expect(project(factsAfter(startOf(), incoming(5, { extension: '202' }))).agentPhone).toBe('202');
    expect(project(factsAfter(startOf(), incoming(0, { extension: '202' }))).agentPhone).toBe('201');
    expect(project(factsAfter(startOf(), ended(9, { extension: '202' }))).agentPhone).toBe('201');
    const unknown = startOf(0, { kind: 'former', extension: null });
    expect(project(factsAfter(unknown, ended(9, { extension: '202' }))).agentPhone).toBe('202');
  });

  it('who answered first is the first person who is named', () => {
    const events = [
      answered(1, { extension: 'ivr' }),
      answered(2, { extension: null }),
      answered(3, { extension: '202' }),
    ];
    expect(rowAfter(...events).firstAgentPhone).toBe('202');
    expect(rowAfter(...events.slice(0, 2)).firstAgentPhone).toBeNull();
  });
});

describe('the beginning of a call', () => {
  it('is the earliest report, or its start if that is not later', () => {
    expect(project(factsAfter(startOf(), answered(-5))).startedAt).toEqual(timeOf(-5));
    expect(project(factsAfter(startOf(), answered(5))).startedAt).toEqual(timeOf(0));
    const tied = project(factsAfter(startOf(), callEvent('ringing', 0, RECEIVED)));
    expect(tied).toMatchObject({ startedAt: timeOf(0), inferred: [] });
  });

  it('is not the request of a transfer, and unknown where nothing is known', () => {
    expect(project(merge(transfer('202', -5), factsAfter({}, incoming()))).startedAt).toEqual(timeOf(0));
    expect(project({})).toMatchObject({ startedAt: null, status: 'initiated', waitSeconds: null });
    expect(project(transfer('202', -5)).status).toBe('initiated');
  });
});

describe('what a call ended by', () => {
  it('is the last reason that agrees with its status, one of known meaning first', () => {
    const after = (...reasons: string[]) =>
      rowAfter(incoming(), ...reasons.map((endReason, second) => ended(30 + second, { endReason })))
        .endReason;
    expect(after('busy', 'no_answer')).toBe('no_answer');
    expect(after('busy', 'dragons')).toBe('busy');
    expect(after('hangup', 'dragons')).toBe('hangup');
    expect(after('dragons', 'snakes')).toBe('snakes');
    expect(rowAfter(incoming(), answered(5), ended(9, { endReason: 'hangup' })).endReason).toBe('hangup');
    expect(rowAfter(incoming(), answered(5, { endReason: 'completed' })).endReason).toBe('completed');
    expect(rowAfter(incoming(0, { endReason: 'busy' })).endReason).toBe('busy');
  });

  it('of a recording alone is unknown, also when it was given up', () => {
    const record = callEvent('recording', 5, { recordingUrl: 'https://pbx.example/1.mp3' });
    const facts: CallFacts = {
      ...factsAfter({}, record),
      inferredEnd: { at: timeOf(900).toISOString(), basis: 'initiated', reason: 'no_answer' },
    };
    expect(project(facts)).toMatchObject({ status: 'completed', disposition: null, endReason: null });
    expect(project(facts).inferred).toEqual(['direction', 'status', 'ended_at']);
    const second = factsAfter(
      facts,
      callEvent('recording', 9, { recordingUrl: 'https://pbx.example/2.mp3' }),
    );
    expect(project(second)).toMatchObject({ status: 'completed', disposition: null });
  });
});

describe('the disposition of a call', () => {
  it('is answered where the PBX says so last of a talk, else completed', () => {
    const by = (...dispositions: CallEvent['disposition'][]) =>
      rowAfter(
        incoming(),
        answered(5),
        ...dispositions.map((disposition, second) => ended(30 + second, { disposition })),
      ).disposition;
    expect(by('answered')).toBe('answered');
    expect(by('answered', 'completed')).toBe('completed');
    expect(by('completed', 'answered')).toBe('answered');
    expect(by('failed')).toBe('completed');
    expect(by(null)).toBe('completed');
  });

  it('without talk is the last of the PBX that does not mean talk', () => {
    const by = (...dispositions: CallEvent['disposition'][]) =>
      rowAfter(
        incoming(),
        ...dispositions.map((disposition, second) =>
          ended(30 + second, { disposition, durationSeconds: 0, endReason: 'busy' }),
        ),
      ).disposition;
    expect(by('abandoned', 'no_answer')).toBe('no_answer');
    expect(by('abandoned', 'completed')).toBe('abandoned');
    expect(by('completed')).toBe('busy');
  });

  it.each(['missed', 'answered', 'incoming', 'ringing', 'recording'] as const)(
    'without talk may be told by the event %s too',
    (type) => {
      const machine = { extension: 'ivr', disposition: 'abandoned' as const };
      const row = rowAfter(incoming(0, { extension: 'ivr' }), callEvent(type, 5, machine), ended(30));
      expect(row).toMatchObject({ status: 'failed', disposition: 'abandoned' });
    },
  );

  it('is unknown while the call is not over', () => {
    expect(rowAfter(incoming(0, { disposition: 'busy' })).disposition).toBeNull();
  });
});

describe('the queue, the trunk and the times of a call', () => {
  it('are the last that were reported, else those that the former row had', () => {
    const own = startOf(0, { kind: 'former', queueName: 'old queue', trunkName: 'old trunk' });
    expect(project(own)).toMatchObject({ queueName: 'old queue', trunkName: 'old trunk' });
    const events = [
      incoming(1, { queueName: 'sales', trunkName: 'a', holdSeconds: 4 }),
      answered(5, { queueName: 'support', trunkName: 'b', holdSeconds: 0 }),
      ended(9),
    ];
    expect(project(factsAfter(own, ...events))).toMatchObject({
      queueName: 'support',
      trunkName: 'b',
      holdSeconds: 0,
    });
    expect(project({})).toMatchObject({ queueName: null, trunkName: null, holdSeconds: null });
  });

  it('of a recording are those of the newest that has an address', () => {
    const recorded = (
      seconds: number,
      recordingUrl: string | null,
      recordingDurationSeconds: number | null,
    ) => callEvent('recording', seconds, { recordingUrl, recordingDurationSeconds });
    expect(rowAfter(recorded(1, 'https://a.example/1', 5), recorded(2, null, 9))).toMatchObject({
      recordingUrl: 'https://a.example/1',
      recordingDurationSeconds: 5,
    });
    const newer = rowAfter(recorded(1, 'https://a.example/1', 5), recorded(2, 'https://a.example/2', null));
    expect(newer).toMatchObject({ recordingUrl: 'https://a.example/2', recordingDurationSeconds: null });
  });
});
