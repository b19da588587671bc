import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { extensionKinds } from '../support/extension-kinds.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import {
  factsOfEvent,
  transferReport,
} from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { talkOf, wordOf } from '../../src/modules/telephony/calls/domain/facts/talk.js';
import { callEvent, CUSTOMER } from '../support/call-events.js';
import { factsAfter, timeOf } from '../support/call-rows.js';

const incoming = (extension: string | null, seconds: number) =>
  callEvent('incoming', seconds, { customer: CUSTOMER, extension });
const ringing = (extension: string | null, seconds: number) => callEvent('ringing', seconds, { extension });
const missed = (extension: string | null, seconds: number) => callEvent('missed', seconds, { extension });
const answered = (extension: string | null, seconds: number) => callEvent('answered', seconds, { extension });
const ended = (seconds: number, endReason: string | null, over: Partial<CallEvent> = {}) =>
  callEvent('ended', seconds, { endReason, ...over });

const transfer = (extension: string, seconds: number): CallFacts => ({
  reports: [transferReport(extension, timeOf(seconds))],
});

/** What is decided of a call that 201 answered at 5 and that ended at 65 without a word for talk. */
function talkAfter(also: CallFacts | CallEvent[]) {
  const own = [incoming('201', 0), answered('201', 5), ended(65, 'no_answer')];
  const facts = Array.isArray(also) ? factsAfter(also) : also;
  const { evidence, leftWaiting } = talkOf(merge(facts, factsAfter(own)));
  return { evidence, isWaiting: leftWaiting !== null };
}

const KEPT = { evidence: 'answered', isWaiting: true };
const CANCELED = { evidence: 'none', isWaiting: false };

describe('an answer with a word for no talk at the end stands, and the customer waits, if after it', () => {
  it.each<[string, CallFacts | CallEvent[]]>([
    ['another extension rang', [incoming('301', 6)]],
    ['another extension was ringing', [ringing('301', 6)]],
    ['another extension was asked for', transfer('301', 5)],
    ['another extension that never rang missed the call', [missed('301', 11)]],
    ['another extension that rang later missed the call', [ringing('301', 40), missed('301', 60)]],
    ['another extension that answered before rang again', [answered('301', 4), incoming('301', 40)]],
  ])('%s', (_what, also) => {
    expect(talkAfter(also)).toEqual(KEPT);
  });
});

describe('an answer with a word for no talk at the end is none if', () => {
  it.each<[string, CallFacts | CallEvent[]]>([
    ['another extension rang in the moment of the answer', [incoming('301', 5)]],
    ['another extension had rung before it', [incoming('301', 4)]],
    ['another extension was asked for before it', transfer('301', 4)],
    ['its own extension rang again', [incoming('201', 40)]],
    ['its own extension missed the call later', [missed('201', 40)]],
    ['its own extension was asked for', transfer('201', 40)],
    ['a ring names no extension', [incoming(null, 40)]],
    ['the ring of another extension was canceled within 5 seconds', [missed('301', 10)]],
    ['the ring of another extension was canceled later', [incoming('301', 3), missed('301', 60)]],
    [
      'the ring of another extension was canceled that rang at that moment',
      [incoming('301', 5), missed('301', 60)],
    ],
    ['a recording names another extension', [callEvent('recording', 40, { extension: '301' })]],
  ])('%s', (_what, also) => {
    expect(talkAfter(also)).toEqual(CANCELED);
  });

  it('the other extension answered, and that answer is canceled too', () => {
    expect(talkAfter([incoming('301', 40), answered('301', 40)])).toEqual(CANCELED);
  });

  it('nobody named the extension that answered, though another one rang after it', () => {
    const facts = factsAfter([answered(null, 5), incoming('301', 40), ended(65, 'no_answer')]);
    expect(talkOf(facts)).toMatchObject({ evidence: 'none', leftWaiting: null });
  });
});

describe('the customer who was handed on', () => {
  const handedOn = [incoming('201', 0), answered('201', 5), incoming('301', 40)];

  it('waits since the end that says that there was no talk, whatever other ends say', () => {
    const facts = factsAfter([...handedOn, ended(60, 'hangup'), ended(65, 'no_answer')]);
    expect(talkOf(facts).leftWaiting?.at).toBe(timeOf(65).toISOString());
  });

  it('waits if that end came in the moment of the answer, and not if it came before', () => {
    expect(talkOf(factsAfter([...handedOn, ended(5, 'no_answer')])).leftWaiting).not.toBeNull();
    expect(talkOf(factsAfter([...handedOn, ended(4, 'no_answer')])).leftWaiting).toBeNull();
  });

  it('waits if the last who answered handed the call on', () => {
    const facts = factsAfter([...handedOn, answered('301', 45), incoming('401', 50), ended(65, 'no_answer')]);
    expect(talkOf(facts).leftWaiting).not.toBeNull();
  });

  it('waits also if the end proves a talk by its figure', () => {
    const proof = ended(62, 'completed', { durationSeconds: 35 });
    expect(talkOf(factsAfter([...handedOn, proof, ended(65, 'no_answer')]))).toMatchObject({
      evidence: 'reported',
      leftWaiting: { at: timeOf(65).toISOString() },
    });
  });
});

it('whom we called and handed on waits, though the clock of the PBX is a minute behind ours', () => {
  const behind = (event: CallEvent): CallEvent => ({
    ...event,
    occurredAt: new Date(Number(event.occurredAt) - 60_000),
  });
  const origin = {
    kind: 'start',
    at: timeOf(0).toISOString(),
    direction: 'outbound',
    extension: '201',
  } as const;
  const before: CallFacts = {
    origin: { ...origin, phone: CUSTOMER.raw, e164: CUSTOMER.e164 },
    ...transfer('301', 40),
  };
  const ends = ended(65, 'completed', { durationSeconds: 60 });
  const events = [answered('201', 5), missed('301', 50), ends].map(behind);
  expect(talkOf(factsAfter(events, before)).leftWaiting).toMatchObject({ type: 'missed' });
});

describe('a word for no talk that names an extension', () => {
  const end = ended(30, 'no_answer', { extension: '201' });

  it('cancels the answer of that extension alone', () => {
    expect(talkOf(factsAfter([answered('201', 5), end])).evidence).toBe('none');
    const two = talkOf(factsAfter([answered('201', 5), answered('202', 9), end]));
    expect(two.answers.map(({ extension }) => extension)).toEqual(['202']);
  });

  it('does not outweigh a word for talk in another end, where a person answered', () => {
    const proof = ended(31, 'completed');
    expect(talkOf(factsAfter([missed('202', 4), answered('201', 5), end, proof])).evidence).toBe('reported');
    expect(talkOf(factsAfter([missed('202', 4), end, proof])).evidence).toBe('none');
  });

  it('cancels an answer that names none: it cannot be shown to be at another one', () => {
    expect(talkOf(factsAfter([answered(null, 5), end])).evidence).toBe('none');
    expect(talkOf(factsAfter([incoming('202', 0), answered(null, 5), end])).evidence).toBe('none');
  });
});

describe('without an answer', () => {
  it('a figure is talk only above 0, and only if no end says otherwise', () => {
    const evidence = (...ends: CallEvent[]) => talkOf(factsAfter([incoming('201', 0), ...ends])).evidence;
    expect(evidence(ended(60, null, { durationSeconds: 1 }))).toBe('inferred');
    expect(evidence(ended(60, null, { durationSeconds: 0 }))).toBe('none');
    expect(evidence(ended(60, 'normal', { durationSeconds: 9 }))).toBe('inferred');
    expect(evidence(ended(60, null), ended(61, null, { durationSeconds: 9 }))).toBe('inferred');
    expect(evidence(ended(60, 'busy'), ended(61, null, { durationSeconds: 9 }))).toBe('none');
    expect(evidence(ended(60, 'failed'), ended(61, null, { durationSeconds: 9 }))).toBe('none');
    expect(evidence(ended(60, null))).toBe('none');
  });

  it('a word for talk beside a figure of 0 is outweighed by nothing and proves nothing', () => {
    const silent = ended(60, 'completed', { durationSeconds: 0 });
    expect(talkOf(factsAfter([silent])).evidence).toBe('none');
    expect(talkOf(factsAfter([silent, ended(61, 'completed', { durationSeconds: 1 })])).evidence).toBe(
      'reported',
    );
  });

  it('nothing but recordings is a recorded call, and a start or a ring beside them is none', () => {
    const record = callEvent('recording', 5, { recordingUrl: 'https://a.example/1' });
    expect(talkOf(factsAfter([record])).evidence).toBe('recorded');
    expect(talkOf(factsAfter([record, ringing('201', 0)])).evidence).toBe('none');
    expect(talkOf({}).evidence).toBe('none');
    const former = {
      kind: 'former',
      at: timeOf(0).toISOString(),
      direction: 'inbound',
      phone: '',
      e164: null,
    };
    expect(
      talkOf({ ...factsAfter([record]), origin: { ...former, extension: null } as const } as CallFacts),
    ).toMatchObject({ evidence: 'none' });
  });
});

describe('the word of an end', () => {
  it.each<[string | null, CallEvent['disposition'], ReturnType<typeof wordOf>]>([
    ['completed', 'no_answer', 'no-talk'],
    ['congestion', 'completed', 'talk'],
    ['congestion', null, 'technical'],
    ['hangup', 'failed', 'technical'],
    ['hangup', null, 'neutral'],
    [null, 'busy', 'no-talk'],
    [null, null, null],
  ])('%s with the disposition %s is %s', (endReason, disposition, word) => {
    const [report] = factsAfter([ended(1, endReason, { disposition })]).reports ?? [];
    expect(report && wordOf(report)).toBe(word);
  });
});

describe('an answer that names no extension is', () => {
  const machine = (type: 'incoming' | 'ringing', extension: string, seconds: number): CallFacts =>
    factsOfEvent(callEvent(type, seconds, { extension }), extensionKinds(['800', '801'], []));
  const evidence = (...before: CallFacts[]) =>
    talkOf([...before, factsAfter([answered(null, 5)])].reduce(merge, {})).evidence;

  it("a machine's if everything that rang is one, however that was reported", () => {
    expect(evidence(machine('incoming', '800', 0))).toBe('none');
    expect(evidence(machine('ringing', '800', 0))).toBe('none');
    expect(evidence(machine('incoming', '800', 0), machine('incoming', '801', 1))).toBe('none');
    expect(evidence(machine('incoming', '800', 0), factsAfter([ringing(null, 1)]))).toBe('none');
  });

  it("a person's if a person rang too, or if nothing is known to have rung", () => {
    expect(evidence(machine('incoming', '800', 0), factsAfter([incoming('201', 1)]))).toBe('answered');
    expect(evidence(factsAfter([incoming('201', 0)]), machine('ringing', '800', 1))).toBe('answered');
    expect(evidence(factsAfter([ringing(null, 0)]))).toBe('answered');
    expect(evidence()).toBe('answered');
  });
});
