import { talkOf } from '../../src/modules/telephony/calls/domain/facts/talk.js';
import { extensionKinds } from '../support/extension-kinds.js';
import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { classOfWord } from '../../src/modules/telephony/calls/domain/facts/end-reason.js';
import {
  factsOfEvent,
  transferReport,
} from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { project } from '../../src/modules/telephony/calls/domain/facts/projection.js';
import { CALL_START, callEvent, CUSTOMER } from '../support/call-events.js';

const KINDS = extensionKinds(['voicemail', 'IVR', '800'], []);

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

function factsAfter(events: readonly CallEvent[], before: CallFacts = {}): CallFacts {
  return events.map((event) => factsOfEvent(event, KINDS)).reduce(merge, before);
}

const incoming = (extension: string | null = '201', seconds = 0) =>
  callEvent('incoming', seconds, { customer: CUSTOMER, extension });
const missed = (seconds: number, extension = '201') => callEvent('missed', seconds, { extension });
const answered = (seconds: number, extension: string | null = '201') =>
  callEvent('answered', seconds, { extension });
const ended = (seconds: number, endReason: string | null, over: Partial<CallEvent> = {}) =>
  callEvent('ended', seconds, { endReason, ...over });

type Expected = Partial<ReturnType<typeof project>>;

const COMPLETED: Expected = { status: 'completed', disposition: 'completed' };
const MISSED: Expected = { status: 'failed', disposition: 'missed', answeredAt: null, durationSeconds: null };

describe('a call had talk only if it is proved:', () => {
  it.each<[string, CallEvent[], Expected]>([
    [
      'a duration beside a word for no talk counts the ringing',
      [incoming(), missed(18), ended(18, 'no_answer', { durationSeconds: 18 })],
      { ...MISSED, endReason: 'no_answer' },
    ],
    [
      'also when no miss is reported',
      [incoming(), ended(18, 'No Answer', { durationSeconds: 18 })],
      { ...MISSED, endReason: 'No Answer' },
    ],
    [
      'an answer of a queue is no talk when the caller gave up',
      [incoming('600'), answered(2, null), ended(59, 'abandoned', { durationSeconds: 59 })],
      { ...MISSED, disposition: 'abandoned', waitSeconds: 59 },
    ],
    [
      'voicemail is no talk',
      [incoming(), missed(20), answered(21, 'voicemail'), ended(46, 'voicemail', { durationSeconds: 25 })],
      { ...MISSED, endReason: 'voicemail', agentPhone: '201', firstAgentPhone: null },
    ],
    [
      'nor is it when the end says completed',
      [incoming(), answered(21, 'ivr'), ended(46, 'completed', { durationSeconds: 25 })],
      MISSED,
    ],
    [
      'nor when it has only a duration',
      [incoming(), answered(21, 'ivr'), ended(46, null, { durationSeconds: 25 })],
      MISSED,
    ],
    [
      'an answer without an extension is that of a machine if only machines rang',
      [incoming('800'), answered(3, null), ended(40, 'normal', { durationSeconds: 37 })],
      MISSED,
    ],
    [
      'a person may answer after a machine',
      [incoming(), answered(3, 'ivr'), answered(30, '202'), ended(90, 'completed', { durationSeconds: 60 })],
      { ...COMPLETED, answeredAt: new Date(CALL_START + 30_000), agentPhone: '202', waitSeconds: 30 },
    ],
    [
      'a word for talk with a duration outweighs a miss at one extension',
      [incoming(), missed(15), ended(90, 'completed', { durationSeconds: 60 })],
      { ...COMPLETED, durationSeconds: 60, answeredAt: null },
    ],
    ['a word for talk without a duration does not', [incoming(), missed(15), ended(90, 'completed')], MISSED],
    ['but it does without a miss', [incoming(), ended(90, 'success')], COMPLETED],
    ['or with an answer', [incoming(), missed(15), answered(20, '202'), ended(90, 'ok')], COMPLETED],
    [
      'a word for talk with a duration of 0 proves nothing',
      [incoming(), ended(30, 'completed', { durationSeconds: 0 })],
      { ...MISSED, endReason: null },
    ],
    [
      'an answer does, also beside a duration of 0',
      [incoming(), answered(5), ended(6, 'completed', { durationSeconds: 0 })],
      { ...COMPLETED, durationSeconds: 0 },
    ],
    [
      'a technical word does not take an answer back: the trunk failed in the talk',
      [incoming(), answered(5), ended(60, 'congestion')],
      { ...COMPLETED, endReason: 'congestion' },
    ],
    [
      'a technical word with a duration and no answer is no talk',
      [incoming(), ended(60, '503', { durationSeconds: 9 })],
      { status: 'failed', disposition: 'failed' },
    ],
    [
      'a bare duration is talk, marked as inferred',
      [incoming(), ended(60, 'dragons', { durationSeconds: 48 })],
      { ...COMPLETED, durationSeconds: 48, inferred: ['status'] },
    ],
    ['but not beside a miss', [incoming(), missed(12), ended(60, null, { durationSeconds: 48 })], MISSED],
    [
      'a word for no talk that names an extension cancels only its answers',
      [incoming(), answered(5), ended(8, 'no_answer', { extension: '202' })],
      { ...COMPLETED, endReason: null },
    ],
    [
      'also an answer without an extension, if no other extension is known',
      [incoming(), answered(5, null), ended(8, 'no_answer', { extension: '201' })],
      MISSED,
    ],
    [
      'within one report a word for no talk outweighs one for talk',
      [incoming(), answered(5), ended(30, 'completed', { disposition: 'no_answer' })],
      { ...MISSED, disposition: 'no_answer' },
    ],
    [
      'of two reports each counts by itself',
      [
        incoming(),
        answered(5),
        ended(30, 'completed', { durationSeconds: 25 }),
        ended(31, 'no_answer', { extension: '202' }),
      ],
      { ...COMPLETED, durationSeconds: 25, endReason: 'completed' },
    ],
  ])('%s', (_rule, events, columns) => {
    expect(project(factsAfter(events))).toMatchObject(columns);
    expect(project(factsAfter(events.toReversed()))).toMatchObject(columns);
  });

  it.each([
    ['no_answer', null, 'no_answer'],
    ['busy', 30, 'busy'],
    ['NO ANSWER', 4, 'no_answer'],
    ['originator-cancel', null, 'canceled'],
  ])(
    "the agent's own leg of a click to call is none when the customer's ends by %s",
    (word, duration, disposition) => {
      const events = [answered(3), ended(33, word, { durationSeconds: duration })];
      expect(project(factsAfter(events, STARTED))).toMatchObject({
        status: 'failed',
        disposition,
        answeredAt: null,
        durationSeconds: null,
        agentPhone: '201',
      });
    },
  );

  it('a late word turns completed into failed as well as back', () => {
    const talk = factsAfter([incoming(), answered(5)]);
    const noTalk = merge(talk, factsAfter([ended(30, 'no_answer')]));
    expect(project(noTalk).status).toBe('failed');
    const proved = merge(noTalk, factsAfter([ended(31, 'completed', { durationSeconds: 25 })]));
    expect(project(proved)).toMatchObject({ status: 'completed', endReason: 'completed' });
  });
});

describe('a call that was handed on', () => {
  const transfer = (extension: string, seconds: number): CallFacts => ({
    reports: [transferReport(extension, new Date(CALL_START + seconds * 1000))],
  });

  it.each<[string, () => CallFacts]>([
    ['a ring', () => factsAfter([incoming('301', 40)])],
    ['a miss', () => factsAfter([missed(60, '301')])],
    ['a request to transfer', () => transfer('301', 40)],
  ])('keeps its talk when nobody takes it, and the customer waits: known by %s', (_how, handedOn) => {
    const facts = merge(handedOn(), factsAfter([incoming(), answered(5), ended(65, 'no_answer')]));
    expect(project(facts)).toMatchObject({ status: 'completed', answeredAt: new Date(CALL_START + 5000) });
    expect(talkOf(facts).leftWaiting?.at).toBe(new Date(CALL_START + 65_000).toISOString());
  });

  it('leaves nobody waiting when the other extension answers', () => {
    const facts = factsAfter([
      incoming(),
      answered(5),
      incoming('301', 40),
      answered(45, '301'),
      ended(65, 'normal'),
    ]);
    expect(talkOf(facts)).toMatchObject({ evidence: 'answered', leftWaiting: null });
  });

  it('leaves the customer waiting when the other extension reports a miss, whatever the end says', () => {
    const facts = factsAfter([
      incoming(),
      answered(5),
      incoming('301', 40),
      missed(55, '301'),
      ended(90, 'normal'),
    ]);
    expect(talkOf(facts)).toMatchObject({ evidence: 'answered', leftWaiting: { type: 'missed' } });
  });

  it('leaves nobody waiting when another extension only rang, and the end has no word for no talk', () => {
    const facts = factsAfter([incoming(), answered(5), incoming('301', 40), ended(90, 'normal')]);
    expect(talkOf(facts)).toMatchObject({ evidence: 'answered', leftWaiting: null });
  });

  it('is no hand-over when the others of its group are canceled by the answer', () => {
    const facts = factsAfter([
      incoming(),
      incoming('202'),
      answered(5),
      missed(6, '202'),
      ended(30, 'no_answer'),
    ]);
    expect(talkOf(facts)).toMatchObject({ evidence: 'none', leftWaiting: null });
  });
});

it('an answer that says itself that nobody answered gives the call to no agent', () => {
  const none = callEvent('answered', 3, { extension: '202', disposition: 'no_answer' });
  const rang = [incoming(), none];
  expect(project(factsAfter(rang))).toMatchObject({
    status: 'ringing',
    agentPhone: '201',
    firstAgentPhone: null,
    answeredAt: null,
  });
  expect(project(factsAfter([...rang, missed(20)]))).toMatchObject({
    status: 'failed',
    endedAt: missed(20).occurredAt,
  });
});

describe('while a machine has the call', () => {
  it('keeps ringing: the customer waits', () => {
    expect(project(factsAfter([incoming(), answered(3, 'Voicemail')]))).toMatchObject({
      status: 'ringing',
      answeredAt: null,
      agentPhone: '201',
    });
  });

  it('keeps ringing also if nothing is known to have rung', () => {
    expect(project(factsAfter([answered(3, 'voicemail')])).status).toBe('ringing');
  });

  it('a changed list of machines changes no past', () => {
    const facts = factsAfter([answered(3, 'voicemail')]);
    const repeated = merge(
      facts,
      factsOfEvent({ ...answered(3, 'voicemail'), receivedAt: new Date() }, extensionKinds([], [])),
    );
    expect(repeated).toEqual(facts);
    expect(talkOf(repeated).answers).toEqual([]);
  });
});

it.each([
  ['talk', 'Completed ANSWERED success ok'],
  [
    'no-talk',
    'no_answer NOANSWER not-answered timeout 408 480 18 19 busy USER_BUSY 486 17 missed abandoned abandon',
  ],
  ['no-talk', 'rejected declined 603 21 cancel canceled CANCELLED originator.cancel 487 voicemail'],
  ['technical', 'failed congestion unallocated not_found 404 1 34 38 500 503 599'],
  ['neutral', 'normal normal_clearing hangup caller_hangup agent-hangup 16 31 dragons 200 2'],
])('the words for %s are %s', (wordClass, words) => {
  expect(words.split(' ').map(classOfWord)).toEqual(words.split(' ').map(() => wordClass));
});

it('a SIP code may be followed by its phrase', () => {
  expect([classOfWord('486 Busy Here'), classOfWord('503 Service Unavailable')]).toEqual([
    'no-talk',
    'technical',
  ]);
});
