import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import {
  isOrphanMiss,
  matchMisses,
  unnamedMissesOf,
} from '../../src/modules/telephony/calls/domain/correlation/missed-call-matching.js';
import { extensionKinds } from '../support/extension-kinds.js';
import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import {
  factsOfEvent,
  transferReport,
} from '../../src/modules/telephony/calls/domain/facts/facts-of-event.js';
import { merge } from '../../src/modules/telephony/calls/domain/facts/merge.js';
import { callEvent, CUSTOMER } from '../support/call-events.js';
import { factsAfter, startOf, storedCall, timeOf } from '../support/call-rows.js';

const KINDS = extensionKinds(['voicemail'], ['600:201|202', '610:202|203']);

const ring = (seconds: number, extension: string | null = '201', over: Partial<CallEvent> = {}) =>
  callEvent('incoming', seconds, { customer: CUSTOMER, extension, ...over });
const answer = (seconds: number, extension: string | null = '201') =>
  callEvent('answered', seconds, { extension });
const end = (seconds: number, over: Partial<CallEvent> = {}) => callEvent('ended', seconds, over);
const namedMiss = (seconds: number, extension = '201') =>
  callEvent('missed', seconds, { customer: CUSTOMER, extension });

/** A miss without an id at an extension, `seconds` after CALL_START. */
type Miss = readonly [seconds: number, extension: string | null];

function factsOfMiss([seconds, extension]: Miss): CallFacts {
  return factsOfEvent(
    callEvent('missed', seconds, { externalCallId: null, customer: CUSTOMER, extension }),
    KINDS,
  );
}

let rows = 0;

function inbound(externalCallId: string, ...events: CallEvent[]): CallWithFacts {
  rows += 1;
  return storedCall(rows, events.map((event) => factsOfEvent(event, KINDS)).reduce(merge, {}), {
    externalCallId,
  });
}

function started(externalCallId: string | null, before: CallFacts, ...events: CallEvent[]): CallWithFacts {
  rows += 1;
  return storedCall(rows, factsAfter(events, before), { externalCallId });
}

/** The id of the call that each miss belongs to; null: it stands alone. */
function ownersOf(calls: readonly CallWithFacts[], ...misses: Miss[]): (string | null)[] {
  const unnamed = misses.map((miss) => unnamedMissesOf(factsOfMiss(miss))[0]);
  const known = unnamed.filter((miss) => miss !== undefined);
  const owners = matchMisses(calls, known);
  expect(matchMisses(calls.toReversed(), known.toReversed())).toEqual(owners);
  return known.map(({ key }) => owners.get(key)?.externalCallId ?? null);
}

describe('a miss without an id belongs to', () => {
  it('the call that rang at its extension, and to none that rang elsewhere or later', () => {
    expect(ownersOf([inbound('K-1', ring(0))], [20, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', ring(0))], [20, '202'])).toEqual([null]);
    expect(ownersOf([inbound('K-1', ring(21))], [20, '201'])).toEqual([null]);
    expect(ownersOf([inbound('K-1', ring(20))], [20, '201'])).toEqual(['K-1']);
  });

  it('the call that rang there without being announced there', () => {
    const call = inbound('K-1', ring(0, '202'), callEvent('ringing', 5, { extension: '201' }));
    expect(ownersOf([call], [20, '201'])).toEqual(['K-1']);
  });

  it('the newest of several rings', () => {
    const calls = [inbound('K-1', ring(0)), inbound('K-2', ring(30)), inbound('K-3', ring(60))];
    expect(ownersOf(calls, [50, '201'])).toEqual(['K-2']);
  });

  it('a ring of its own: the second of two misses belongs to the older ring', () => {
    const calls = [inbound('K-1', ring(0)), inbound('K-2', ring(30))];
    expect(ownersOf(calls, [40, '201'], [50, '201'], [60, '201'])).toEqual(['K-2', 'K-1', null]);
  });

  it('the call, where it rang there twice', () => {
    const twice = inbound('K-1', ring(0), namedMiss(20), ring(40));
    expect(ownersOf([twice], [50, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', ring(0), ring(40))], [20, '201'], [60, '201'])).toEqual(['K-1', 'K-1']);
  });

  it('the call where one of the two names no extension', () => {
    expect(ownersOf([inbound('K-1', ring(0, null))], [20, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', ring(0))], [20, null])).toEqual(['K-1']);
  });

  it('a call by its rings that name an extension, where it has such', () => {
    expect(ownersOf([inbound('K-1', ring(0, null), ring(5, '202'))], [20, '201'])).toEqual([null]);
  });

  it('the call that rang at a group of its extension', () => {
    expect(ownersOf([inbound('K-1', ring(0, '600'))], [20, '201'], [21, '202'])).toEqual(['K-1', 'K-1']);
    expect(ownersOf([inbound('K-1', ring(0, '610'))], [20, '201'], [21, '203'])).toEqual([null, 'K-1']);
  });

  it('the lesser id of the PBX among rings of one time, whatever the row', () => {
    const calls = [inbound('K-9', ring(0)), inbound('K-2', ring(0)), inbound('K-5', ring(0))];
    expect(ownersOf(calls, [20, '201'])).toEqual(['K-2']);
    expect(ownersOf(calls.toReversed(), [20, '201'], [21, '201'])).toEqual(['K-2', 'K-5']);
  });
});

describe('a miss without an id where nothing rang belongs to the call', () => {
  const transferred = (seconds: number, ...events: CallEvent[]): CallWithFacts => {
    const call = inbound('K-1', ring(0), answer(5), ...events);
    call.facts = merge(call.facts, { reports: [transferReport('301', timeOf(seconds))] });
    return call;
  };
  const noTalk = (seconds: number, over: Partial<CallEvent> = {}) =>
    end(seconds, { endReason: 'no_answer', ...over });

  it('that an agent had transferred there, whatever its end says', () => {
    const proof = end(460, { endReason: 'completed', durationSeconds: 455 });
    expect(ownersOf([transferred(400)], [420, '301'])).toEqual(['K-1']);
    expect(ownersOf([transferred(400, proof)], [420, '301'])).toEqual(['K-1']);
    expect(ownersOf([transferred(400, proof)], [420, '302'])).toEqual(['K-1']);
    expect(ownersOf([transferred(400, answer(410, '301'), proof)], [700, '301'])).toEqual([null]);
  });

  it('that was answered before it and ended after it with a word for no talk', () => {
    expect(ownersOf([inbound('K-1', ring(0), answer(5), noTalk(460))], [420, '301'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', ring(0), answer(5), noTalk(415))], [420, '301'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', ring(0), answer(5), noTalk(414))], [420, '301'])).toEqual([null]);
    expect(ownersOf([inbound('K-1', ring(0), noTalk(460))], [420, '301'])).toEqual([null]);
    expect(ownersOf([inbound('K-1', ring(0), answer(421), noTalk(460))], [420, '301'])).toEqual([null]);
  });

  it('but not where a machine answered it, or where its end is that of a leg or tells nothing', () => {
    const legEnd = noTalk(460, { extension: '202' });
    expect(ownersOf([inbound('K-1', ring(0), answer(5, 'voicemail'), noTalk(460))], [420, '301'])).toEqual([
      null,
    ]);
    expect(ownersOf([inbound('K-1', ring(0), answer(5), legEnd)], [420, '301'])).toEqual([null]);
    expect(ownersOf([inbound('K-1', ring(0), answer(5), end(460))], [420, '301'])).toEqual([null]);
  });

  it('that was missed there under its id within 5 seconds: it is the same miss', () => {
    expect(ownersOf([inbound('K-1', namedMiss(20))], [15, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', namedMiss(20))], [25, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', namedMiss(20))], [14, '201'], [26, '201'])).toEqual([null, null]);
    expect(ownersOf([inbound('K-1', namedMiss(20))], [20, '202'])).toEqual([null]);
    expect(ownersOf([inbound('K-1', ring(0), namedMiss(20, '202'))], [20, '202'])).toEqual(['K-1']);
  });

  it('but not where its extension, or one that is not named, answered it', () => {
    expect(ownersOf([inbound('K-1', ring(0), answer(5, '301'), noTalk(460))], [420, '301'])).toEqual([null]);
    expect(ownersOf([inbound('K-1', ring(0), answer(5, null), noTalk(460))], [420, '301'])).toEqual([null]);
  });

  it('but not where we started it', () => {
    const call = started('K-1', {}, callEvent('ringing', 0, { extension: '201' }), answer(5), noTalk(460));
    expect(ownersOf([call], [420, '301'])).toEqual([null]);
  });
});

describe('a miss without an id may be reported', () => {
  it('30 minutes after a ring of which no end is known', () => {
    expect(ownersOf([inbound('K-1', ring(0))], [1800, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', ring(0))], [1801, '201'])).toEqual([null]);
  });

  it.each<[string, CallEvent, CallEvent]>([
    ['an end', end(50), end(60)],
    ['an answer elsewhere', answer(50, '202'), end(200)],
    ['a miss elsewhere', namedMiss(50, '202'), end(60)],
  ])('180 seconds after a ring that is over by %s', (_what, over, last) => {
    const calls = [inbound('K-1', ring(0), over, last)];
    expect(ownersOf(calls, [180, '201'])).toEqual(['K-1']);
    expect(ownersOf(calls, [181, '201'])).toEqual([null]);
    expect(ownersOf([inbound('K-1', ring(0), over)], [181, '201'])).toEqual([null]);
  });

  it('5 seconds after the end of the talk of its call: the caller has called again', () => {
    for (const talk of [
      [ring(0), answer(10, '202'), end(60)],
      [ring(0), answer(10, null), end(60)],
      [ring(0), end(60, { durationSeconds: 55, endReason: 'completed' })],
    ]) {
      expect(ownersOf([inbound('K-1', ...talk)], [65, '201'])).toEqual(['K-1']);
      expect(ownersOf([inbound('K-1', ...talk)], [66, '201'])).toEqual([null]);
    }
  });

  it('30 minutes after a ring that is over only later, or answered only by a machine', () => {
    expect(ownersOf([inbound('K-1', ring(0), end(301))], [300, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', ring(0), end(300))], [300, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', ring(0), end(299))], [300, '201'])).toEqual([null]);
    expect(ownersOf([inbound('K-1', ring(0), answer(50, 'voicemail'))], [300, '201'])).toEqual(['K-1']);
  });

  it('30 minutes after a ring although a miss without an id was assigned to its call', () => {
    const held = inbound('K-1', ring(0), ring(1, '202'));
    held.facts = merge(held.facts, factsOfMiss([20, '202']));
    expect(ownersOf([held], [300, '201'])).toEqual(['K-1']);
  });
});

describe('a ring takes no miss without an id', () => {
  it('after its extension has answered', () => {
    const tried = (answeredAt: number) =>
      inbound('K-1', ring(0), answer(answeredAt), end(25, { endReason: 'no_answer' }));
    expect(ownersOf([tried(10)], [20, '201'])).toEqual([null]);
    expect(ownersOf([tried(0)], [20, '201'])).toEqual([null]);
    expect(ownersOf([tried(20)], [20, '201'])).toEqual([null]);
    expect(ownersOf([tried(21)], [20, '201'])).toEqual(['K-1']);
  });

  it('after an answer at the extension that both mean, where one names none', () => {
    const calls = [inbound('K-1', ring(0), answer(10), end(15))];
    expect(ownersOf(calls, [40, null])).toEqual([null]);
    const unnamed = [inbound('K-1', ring(0, null), answer(10, null), end(15))];
    expect(ownersOf(unnamed, [40, null])).toEqual([null]);
  });

  it('that a miss with an id has ended, more than 5 seconds apart', () => {
    const calls = [inbound('K-1', ring(0), namedMiss(20))];
    expect(ownersOf(calls, [25, '201'])).toEqual(['K-1']);
    expect(ownersOf(calls, [15, '201'])).toEqual(['K-1']);
    expect(ownersOf(calls, [26, '201'])).toEqual([null]);
    expect(ownersOf(calls, [14, '201'])).toEqual([null]);
  });

  it('that one of several misses with an id has ended, if none is near', () => {
    const calls = [inbound('K-1', ring(0), namedMiss(20), namedMiss(60))];
    expect(ownersOf(calls, [58, '201'])).toEqual(['K-1']);
    expect(ownersOf(calls, [40, '201'])).toEqual([null]);
  });

  it('that a miss with an id at the same extension has ended: one elsewhere is of another ring', () => {
    const calls = [inbound('K-1', ring(0), ring(0, '202'), namedMiss(20, '202'))];
    expect(ownersOf(calls, [40, '201'])).toEqual(['K-1']);
  });

  it('for which a miss with an id came after the next ring: that is of the next one', () => {
    const calls = [inbound('K-1', ring(0), ring(30), namedMiss(50))];
    expect(ownersOf(calls, [20, '201'])).toEqual(['K-1']);
    expect(ownersOf(calls, [40, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', ring(0), ring(30), namedMiss(30))], [20, '201'])).toEqual(['K-1']);
    const unnamedRings = [inbound('K-1', ring(0, null), ring(30, null), namedMiss(50))];
    expect(ownersOf(unnamedRings, [20, '201'])).toEqual(['K-1']);
    const ofFirst = [inbound('K-1', ring(0), namedMiss(20), ring(60))];
    expect(ownersOf(ofFirst, [40, '201'])).toEqual([null]);
    const elsewhere = [inbound('K-1', ring(0), ring(30, '202'), namedMiss(50))];
    expect(ownersOf(elsewhere, [20, '201'])).toEqual([null]);
  });

  it('that an earlier one has taken, whichever of them its call was given first', () => {
    const held = inbound('K-1', ring(0));
    held.facts = merge(held.facts, factsOfMiss([40, '201']));
    expect(ownersOf([held], [20, '201'], [40, '201'])).toEqual(['K-1', null]);
  });

  it('for which an answer or a miss was reported before it began', () => {
    expect(ownersOf([inbound('K-1', answer(-5), ring(0))], [20, '201'])).toEqual(['K-1']);
    expect(ownersOf([inbound('K-1', namedMiss(-5), ring(0))], [20, '201'])).toEqual(['K-1']);
  });
});

describe('misses without an id of one time', () => {
  it('take the rings in the order of their extensions', () => {
    const calls = [inbound('K-1', ring(10, null)), inbound('K-2', ring(0))];
    expect(ownersOf(calls, [20, '201'], [20, '202'])).toEqual(['K-1', 'K-1']);
    expect(ownersOf([inbound('K-1', ring(0))], [20, null], [20, '201'])).toEqual(['K-1', 'K-1']);
  });
});

describe("the agent's ring of a call that we started", () => {
  const agentRing = ring(2, '201');

  it('takes the miss of the agent', () => {
    expect(ownersOf([started('K-1', startOf(), agentRing)], [20, '201'])).toEqual(['K-1']);
    expect(ownersOf([started('K-1', startOf(), agentRing)], [20, '202'])).toEqual([null]);
  });

  it('takes none where a call of the customer rang there too', () => {
    const calls = [inbound('K-1', ring(0)), started('K-2', startOf(), agentRing)];
    expect(ownersOf(calls, [20, '201'])).toEqual(['K-1']);
    expect(ownersOf(calls, [20, '201'], [25, '201'])).toEqual(['K-1', 'K-2']);
  });

  it('must be announced at an extension: what rings else is the customer', () => {
    const ringing = callEvent('ringing', 2, { extension: '201' });
    expect(ownersOf([started('K-1', startOf(), ringing)], [20, '201'])).toEqual([null]);
    expect(ownersOf([started('K-1', startOf(), ring(2, null))], [20, '201'])).toEqual([null]);
  });

  it('of the earlier of two starts without ids, where they rang at one time', () => {
    const calls = [started(null, startOf(-20), agentRing), started(null, startOf(-10), agentRing)];
    const [miss] = unnamedMissesOf(factsOfMiss([20, '201']));
    if (miss === undefined) throw new Error('There is a miss');
    for (const order of [calls, calls.toReversed()]) {
      expect(matchMisses(order, [miss]).get(miss.key)).toBe(calls[0]);
    }
  });

  it('is no sign that the customer was talking', () => {
    const talk = started('K-1', startOf(), agentRing, answer(5), end(90, { endReason: 'completed' }));
    expect(ownersOf([talk], [60, '301'])).toEqual([null]);
  });
});

describe('a miss at an extension where nothing rang', () => {
  const talk = (from: number, to: number) =>
    inbound('K-1', ring(0), answer(from), end(to, { endReason: 'completed' }));

  it('belongs to the call in which the caller was talking, from 5 seconds before the answer to the end', () => {
    expect(ownersOf([talk(10, 60)], [5, '202'])).toEqual(['K-1']);
    expect(ownersOf([talk(10, 60)], [4, '202'])).toEqual([null]);
    expect(ownersOf([talk(10, 60)], [60, '202'])).toEqual(['K-1']);
    expect(ownersOf([talk(10, 60)], [61, '202'])).toEqual([null]);
  });

  it('does so within 180 seconds of the ring of that call', () => {
    expect(ownersOf([talk(10, 600)], [180, '202'])).toEqual(['K-1']);
    expect(ownersOf([talk(10, 600)], [181, '202'])).toEqual([null]);
  });

  it('does not where that call began to ring later', () => {
    const late = inbound('K-1', ring(2), answer(3), end(60, { endReason: 'completed' }));
    expect(ownersOf([late], [1, '202'])).toEqual([null]);
    expect(ownersOf([late], [2, '202'])).toEqual(['K-1']);
  });

  it('stands alone where the caller talked to nobody', () => {
    const silent = inbound('K-1', ring(0), end(60, { endReason: 'no_answer' }));
    expect(ownersOf([silent], [20, '202'])).toEqual([null]);
  });

  it('belongs to the call that rang there, before the talk in another', () => {
    const rang = inbound('K-2', ring(5, '202'));
    expect(ownersOf([talk(10, 60), rang], [20, '202'])).toEqual(['K-2']);
  });

  it('does not itself take back the talk that it belongs to', () => {
    const held = talk(10, 60);
    held.facts = merge(held.facts, factsOfMiss([20, '202']));
    expect(ownersOf([held], [20, '202'])).toEqual(['K-1']);
    const unanswered = inbound('K-1', ring(0), end(60, { durationSeconds: 50 }));
    unanswered.facts = merge(unanswered.facts, factsOfMiss([20, '202']));
    expect(ownersOf([unanswered], [20, '202'])).toEqual(['K-1']);
  });
});

describe('the misses without an id of a call', () => {
  it('are one for each extension and time, with all reports of it', () => {
    const twice = merge(factsOfMiss([20, '201']), {
      reports: factsOfMiss([20, '201']).reports?.map((report) => ({ ...report, queueName: 'sales' })),
    });
    const [first, second, ...more] = unnamedMissesOf(
      [ring(0), namedMiss(20)].reduce(
        (facts, event) => merge(facts, factsOfEvent(event, KINDS)),
        merge(twice, factsOfMiss([21, null])),
      ),
    );
    expect(first).toMatchObject({ extension: '201', groups: ['600'], at: timeOf(20).toISOString() });
    expect(first?.reports).toHaveLength(2);
    expect(second).toMatchObject({ extension: null, groups: [], at: timeOf(21).toISOString() });
    expect(more).toEqual([]);
  });

  it('are told apart by the time that the PBX reported, where that lies in the future', () => {
    const ahead = (seconds: number) =>
      factsOfEvent(
        callEvent('missed', 20, { externalCallId: null, extension: '201', reportedAt: timeOf(seconds) }),
        KINDS,
      );
    expect(unnamedMissesOf(merge(ahead(900), ahead(901)))).toHaveLength(2);
    expect(unnamedMissesOf(merge(ahead(900), ahead(900)))).toHaveLength(1);
  });
});

describe('a row is a miss without a call', () => {
  const row = (facts: CallFacts, externalCallId: string | null = null) =>
    isOrphanMiss(storedCall(1, facts, { externalCallId }));

  it('if nothing else is known of it', () => {
    expect(row(factsOfMiss([20, '201']))).toBe(true);
    expect(row({})).toBe(false);
    expect(row(factsOfMiss([20, '201']), 'K-1')).toBe(false);
    expect(row(merge(startOf(), factsOfMiss([20, '201'])))).toBe(false);
    const asked = { reports: [transferReport('202', timeOf(10))] };
    expect(row(merge(asked, factsOfMiss([20, '201'])))).toBe(false);
  });
});
