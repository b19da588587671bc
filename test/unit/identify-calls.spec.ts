import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { transferReport } from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { identifyCalls } from '../../src/modules/telephony/calls/domain/identity/identify-calls.js';
import { CALL_START, callEvent, CUSTOMER } from '../support/call-events.js';
import { factsAfter, startOf, timeOf } from '../support/call-rows.js';

const OTHER = { raw: '01812345678', e164: '+8801812345678' };
const THIRD = { raw: '01912345678', e164: '+8801912345678' };
const WITHHELD = { raw: 'anonymous', e164: null };
const DAY = 86_400;
const HOUR = 3600;

const incoming = (seconds: number, customer: CallEvent['customer'] = CUSTOMER, over = {}) =>
  callEvent('incoming', seconds, { customer, ...over });
const missed = (seconds: number, customer: CallEvent['customer'] = CUSTOMER) =>
  callEvent('missed', seconds, { customer });
const answered = (seconds: number, over = {}) => callEvent('answered', seconds, over);
const ended = (seconds: number, over = {}) => callEvent('ended', seconds, over);

/** An event that was received at a time of its own, in seconds after CALL_START. */
function received(seconds: number): { receivedAt: Date } {
  return { receivedAt: timeOf(seconds) };
}

/** The calls under one id, each as the types and seconds of its reports; a row of its own is marked. */
function callsIn(...rows: CallFacts[]): string[] {
  return identifyCalls(rows.map((facts) => ({ facts })))
    .map(({ row, reports }) => {
      const own = reports.map(({ type, at }) => `${type} ${(Date.parse(at) - CALL_START) / 1000}`);
      return [...(row === null ? [] : [row.facts.origin?.kind]), ...own].join(', ');
    })
    .sort();
}

function callsAfter(...events: CallEvent[]): string[] {
  return callsIn(factsAfter(events));
}

describe('under an id that comes again', () => {
  it('an incoming call with another number begins another call, and later events are about it', () => {
    const events = [incoming(0), answered(5), incoming(HOUR, OTHER), answered(HOUR + 5), ended(HOUR + 60)];
    expect(callsAfter(...events)).toEqual([
      'incoming 0, answered 5',
      'incoming 3600, answered 3605, ended 3660',
    ]);
  });

  it('an incoming call with the same number within a day is the same call, and a day later another', () => {
    expect(callsAfter(incoming(0), incoming(DAY))).toEqual(['incoming 0, incoming 86400']);
    expect(callsAfter(incoming(0), incoming(DAY + 1))).toEqual(['incoming 0', 'incoming 86401']);
  });

  describe('where one number is withheld', () => {
    it.each([
      ['an end', ended(60), 'incoming 0, incoming 660, ended 60'],
      ['a miss', missed(60, WITHHELD), 'incoming 0, missed 60, incoming 660'],
    ])('another call begins over ten minutes after %s', (_what, over, one) => {
      expect(callsAfter(incoming(0, WITHHELD), over, incoming(660))).toEqual([one]);
      expect(callsAfter(incoming(0, WITHHELD), over, incoming(661))).toEqual([
        `incoming 0, ${over.type} 60`,
        'incoming 661',
      ]);
    });

    it('the withheld one may be the later, and an event of it is its own', () => {
      const later = [incoming(661, WITHHELD), answered(670), ended(700)];
      expect(callsAfter(incoming(0), missed(60), ...later)).toEqual([
        'incoming 0, missed 60',
        'incoming 661, answered 670, ended 700',
      ]);
    });

    it('both are one call while none is over, or anything was reported within ten minutes', () => {
      expect(callsAfter(incoming(0, WITHHELD), answered(60), incoming(3600))).toEqual([
        'incoming 0, incoming 3600, answered 60',
      ]);
      expect(callsAfter(incoming(0, WITHHELD), ended(60), answered(300), incoming(800))).toEqual([
        'incoming 0, incoming 800, ended 60, answered 300',
      ]);
    });

    it('an end from before the newest call is not of it', () => {
      const events = [ended(-300), incoming(-100, WITHHELD), incoming(700)];
      expect(callsAfter(...events)).toEqual(['ended -300', 'incoming -100, incoming 700']);
    });

    it('two withheld callers are one call, as nobody knows better', () => {
      expect(callsAfter(incoming(0, WITHHELD), ended(60), incoming(3600, WITHHELD))).toEqual([
        'incoming 0, incoming 3600, ended 60',
      ]);
    });

    it('a call that we started goes on', () => {
      const facts = factsAfter([ended(60), incoming(3600, WITHHELD)], startOf(0));
      expect(callsIn(facts)).toEqual(['start, incoming 3600, ended 60']);
    });
  });

  it('a call whose number was withheld has the number that is reported next', () => {
    expect(callsAfter(incoming(0, WITHHELD), incoming(10), missed(20))).toEqual([
      'incoming 0, incoming 10, missed 20',
    ]);
    expect(callsAfter(incoming(0, WITHHELD), incoming(10), incoming(20, OTHER))).toEqual([
      'incoming 0, incoming 10',
      'incoming 20',
    ]);
  });

  it('a call is told by the times of its events, whatever rows they are on', () => {
    expect(callsIn(factsAfter([incoming(10)]), factsAfter([incoming(0, WITHHELD)]))).toEqual([
      'incoming 0, incoming 10',
    ]);
  });

  it('a number that is withheld for once does not make the call anonymous', () => {
    expect(callsAfter(incoming(0), incoming(10, WITHHELD), incoming(20, OTHER))).toEqual([
      'incoming 0, incoming 10',
      'incoming 20',
    ]);
  });

  it('a miss of the former caller may come after the call of the next one', () => {
    expect(callsAfter(incoming(0), incoming(60, OTHER), missed(90))).toEqual([
      'incoming 0, missed 90',
      'incoming 60',
    ]);
    expect(callsAfter(incoming(0), incoming(60, OTHER), missed(90, THIRD))).toEqual([
      'incoming 0',
      'incoming 60',
      'missed 90',
    ]);
  });

  it('a ring of the former caller after the call of the next one is a call again', () => {
    expect(callsAfter(incoming(0), incoming(60, OTHER), incoming(90))).toEqual([
      'incoming 0',
      'incoming 60',
      'incoming 90',
    ]);
  });

  it('transfers, recordings and misses without an id are not divided', () => {
    const undivided = factsAfter([
      callEvent('recording', 90, { recordingUrl: 'https://pbx.example/1.mp3' }),
      callEvent('missed', 30, { externalCallId: null, customer: CUSTOMER }),
    ]);
    expect(callsIn(undivided, { reports: [transferReport('202', timeOf(10))] }, {})).toEqual([]);
  });
});

describe('an event that begins no call', () => {
  it('is about the newest call that began at its time or before, within a day', () => {
    expect(callsAfter(incoming(0), ended(0))).toEqual(['incoming 0, ended 0']);
    expect(callsAfter(incoming(0), ended(DAY))).toEqual(['incoming 0, ended 86400']);
    expect(callsAfter(incoming(0), ended(DAY + 1))).toEqual(['ended 86401', 'incoming 0']);
  });

  it('is about no call that began over a minute after an end that was reported', () => {
    expect(callsAfter(answered(-90), ended(-60), incoming(0))).toEqual([
      'incoming 0, answered -90, ended -60',
    ]);
    expect(callsAfter(answered(-90), ended(-61), incoming(0))).toEqual([
      'answered -90, ended -61',
      'incoming 0',
    ]);
  });

  it('is about the soonest call that began up to ten minutes after it, where none had begun', () => {
    expect(callsAfter(answered(-600), incoming(0))).toEqual(['incoming 0, answered -600']);
    expect(callsAfter(answered(-601), incoming(0))).toEqual(['answered -601', 'incoming 0']);
    expect(callsAfter(ended(-60), incoming(0), incoming(30, OTHER))).toEqual([
      'incoming 0, ended -60',
      'incoming 30',
    ]);
  });

  it('makes a provisional call, which the events that follow within a day are about too', () => {
    expect(callsAfter(answered(0), ended(60))).toEqual(['answered 0, ended 60']);
    expect(callsAfter(answered(0), ended(DAY + 1))).toEqual(['answered 0', 'ended 86401']);
  });

  it('goes by its receipt where its clock is more than an hour off', () => {
    const wrong = (receivedAt: number) => ended(-2 * DAY, received(receivedAt));
    expect(callsAfter(incoming(0), wrong(60))).toEqual(['incoming 0, ended -172800']);
    expect(callsAfter(incoming(0), wrong(DAY))).toEqual(['incoming 0, ended -172800']);
    expect(callsAfter(incoming(0), wrong(DAY + 1))).toEqual(['ended -172800', 'incoming 0']);
    expect(callsAfter(incoming(0), wrong(-DAY))).toEqual(['incoming 0, ended -172800']);
    expect(callsAfter(incoming(0), wrong(-DAY - 1))).toEqual(['ended -172800', 'incoming 0']);
  });

  it('is judged by its own time while that is at most an hour off', () => {
    expect(callsAfter(incoming(0), ended(-HOUR, received(0)))).toEqual(['ended -3600', 'incoming 0']);
    expect(callsAfter(incoming(0), ended(-HOUR - 1, received(0)))).toEqual(['incoming 0, ended -3601']);
    const late = DAY + HOUR;
    expect(callsAfter(incoming(0), ended(late, received(DAY)))).toEqual(['ended 90000', 'incoming 0']);
    expect(callsAfter(incoming(0), ended(late + 1, received(DAY)))).toEqual(['incoming 0, ended 90001']);
  });

  it('goes by its receipt only to a call whose own clock was right', () => {
    const event = ended(-2 * DAY, received(60));
    expect(callsAfter(incoming(0, CUSTOMER, received(HOUR)), event)).toEqual(['incoming 0, ended -172800']);
    expect(callsAfter(incoming(0, CUSTOMER, received(HOUR + 1)), event)).toEqual([
      'ended -172800',
      'incoming 0',
    ]);
    expect(callsAfter(incoming(0, CUSTOMER, received(-HOUR - 1)), event)).toEqual([
      'ended -172800',
      'incoming 0',
    ]);
  });

  it('goes by its receipt to the newest call received before it, else to the soonest after it', () => {
    const wrong = (receivedAt: number) => ended(-5 * DAY, received(receivedAt));
    const two = [incoming(0), incoming(HOUR, OTHER)];
    expect(callsAfter(...two, wrong(HOUR + 60))).toEqual(['incoming 0', 'incoming 3600, ended -432000']);
    expect(callsAfter(...two, wrong(HOUR))).toEqual(['incoming 0', 'incoming 3600, ended -432000']);
    expect(callsAfter(...two, wrong(HOUR - 1))).toEqual(['incoming 0, ended -432000', 'incoming 3600']);
    expect(callsAfter(...two, wrong(-60))).toEqual(['incoming 0, ended -432000', 'incoming 3600']);
  });
});

describe('a call that we started', () => {
  it('has the events under its id that were received since, and no earlier ones', () => {
    expect(callsIn(startOf(), factsAfter([answered(5), ended(60)]))).toEqual(['start, answered 5, ended 60']);
    expect(callsIn(startOf(), factsAfter([answered(5, received(0))]))).toEqual(['start, answered 5']);
    expect(callsIn(startOf(), factsAfter([answered(5, received(-1))]))).toEqual(['answered 5', 'start']);
    expect(callsIn(startOf(), factsAfter([answered(-5, received(-1))]))).toEqual(['answered -5', 'start']);
  });

  it('begins with the first report within ten minutes of its start: the clock of the PBX may be behind', () => {
    const behind = (receivedAt: number) => answered(receivedAt - 1800, received(receivedAt));
    const end = ended(-1000, received(800));
    expect(callsIn(startOf(), factsAfter([behind(5), end]))).toEqual(['start, answered -1795, ended -1000']);
    expect(callsIn(startOf(), factsAfter([behind(0)]))).toEqual(['start, answered -1800']);
    expect(callsIn(startOf(), factsAfter([behind(600)]))).toEqual(['start, answered -1200']);
    expect(callsIn(startOf(), factsAfter([behind(601)]))).toEqual(['answered -1199', 'start']);
  });

  it('does not begin with a report that was received before it', () => {
    const earlier = answered(-1900, received(-100));
    expect(callsIn(startOf(), factsAfter([earlier, ended(-1000, received(700))]))).toEqual([
      'answered -1900, ended -1000',
      'start',
    ]);
  });

  it('is not meant where another call began sooner after the event', () => {
    const end = ended(-60, received(700));
    expect(callsIn(startOf(30), factsAfter([incoming(0, OTHER), end]))).toEqual([
      'incoming 0, ended -60',
      'start',
    ]);
  });

  it('begins at its start where the clock of the PBX is ahead', () => {
    const ahead = answered(HOUR, received(5));
    expect(callsIn(startOf(), factsAfter([ahead, callEvent('ringing', 0, received(4))]))).toEqual([
      'start, ringing 0, answered 3600',
    ]);
    expect(callsIn(startOf(), factsAfter([ahead, ended(1800, received(700))]))).toEqual([
      'start, ended 1800, answered 3600',
    ]);
  });

  it('does not begin with the ring of another customer, who has a call of his own', () => {
    const ring = incoming(-1795, OTHER, received(5));
    const end = ended(-1100, received(700));
    expect(callsIn(startOf(), factsAfter([ring, end]))).toEqual(['incoming -1795, ended -1100', 'start']);
  });

  it('begins with a ring at its agent that names its customer, or nobody', () => {
    const end = ended(-1100, received(700));
    for (const customer of [CUSTOMER, WITHHELD]) {
      const ring = incoming(-1795, customer, received(5));
      expect(callsIn(startOf(), factsAfter([ring, end]))).toEqual(['start, incoming -1795, ended -1100']);
    }
  });

  it('begins with an answer that names another number: only a ring and a miss tell the customer', () => {
    const answer = answered(-1795, { customer: OTHER, ...received(5) });
    expect(callsIn(startOf(), factsAfter([answer]))).toEqual(['start, answered -1795']);
  });

  it('leaves the call that had its id before untouched', () => {
    const former = factsAfter([incoming(-HOUR, OTHER), answered(-HOUR + 5), ended(-HOUR + 60)]);
    expect(callsIn(former, startOf(), factsAfter([answered(5)]))).toEqual([
      'incoming -3600, answered -3595, ended -3540',
      'start, answered 5',
    ]);
  });

  it('goes by the time of its start when an event goes by its receipt', () => {
    expect(callsIn(startOf(), factsAfter([ended(-2 * DAY, received(HOUR))]))).toEqual([
      'start, ended -172800',
    ]);
    expect(callsIn(startOf(), factsAfter([ended(-2 * DAY, received(-60))]))).toEqual([
      'ended -172800',
      'start',
    ]);
  });
});

describe('a row from before this service', () => {
  const former = startOf(0, { kind: 'former' });

  it('has what is reported about it since it began, also what was received before', () => {
    expect(callsIn(former, factsAfter([ended(60)]))).toEqual(['former, ended 60']);
    expect(callsIn(former, factsAfter([ended(60, received(-60))]))).toEqual(['former, ended 60']);
  });

  it('began at its own time: a report does not move its beginning', () => {
    expect(callsIn(former, factsAfter([answered(-1795, received(5))]))).toEqual(['answered -1795', 'former']);
  });
});
