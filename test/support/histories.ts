import * as fc from 'fast-check';
import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import { CALL_START, callEvent } from './call-events.js';
import type { Holding } from './extension-kinds.js';

export const CALLERS = [
  { raw: '01712345678', e164: '+8801712345678' },
  { raw: '01812345678', e164: '+8801812345678' },
] as const;

/** How the times of a history are chosen: close together, so that equal times and overlaps are frequent. */
export const second = fc.integer({ min: 0, max: 12 }).map((step) => step * 5);

/** Who sits where meanwhile: a desk changes hands, one is taken late, and one is left. */
export const HOLDINGS: readonly Holding[] = [
  { extension: '201', userId: 7, from: new Date(0), to: new Date(CALL_START + 30_000) },
  { extension: '201', userId: 8, from: new Date(CALL_START + 30_000) },
  { extension: '202', userId: 9, from: new Date(CALL_START + 20_000) },
  { extension: '301', userId: 7, from: new Date(CALL_START + 30_000), to: new Date(CALL_START + 45_000) },
];

export const extension = fc.constantFrom('201', '202', '301', '600', 'voicemail');
const maybeExtension = fc.option(extension, { nil: null, freq: 3 });
const word = fc.constantFrom(
  null,
  'completed',
  'no_answer',
  'busy',
  'abandoned',
  'normal',
  'congestion',
  'dragons',
);
const duration = fc.constantFrom(null, 0, 5, 40);
const disposition = fc.constantFrom(null, null, null, 'answered' as const, 'no_answer' as const);

/**
 * What a PBX may report about calls of two customers: with ids that come again a day later, groups, hunts, transfers,
 * machines, misses with and without an id, and words that contradict each other.
 */
export const history: fc.Arbitrary<CallEvent[]> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: ringOf() },
      { weight: 2, arbitrary: answerOf() },
      { weight: 3, arbitrary: endOf() },
      { weight: 2, arbitrary: missOf(true) },
      { weight: 3, arbitrary: missOf(false) },
      { weight: 1, arbitrary: recordingOf() },
    ),
    { minLength: 1, maxLength: 9 },
  )
  .map((events) => [...new Map(events.map((event) => [JSON.stringify(event), event])).values()])
  .map((events) => events.map((event, number) => ({ ...event, payload: { number } })));

function callIds(): fc.Arbitrary<{
  externalCallId: string;
  customer: (typeof CALLERS)[number];
  hours: number;
}> {
  // K-9 is an id that comes again for the other customer, two hours later.
  return fc.constantFrom(
    { externalCallId: 'K-1', customer: CALLERS[0], hours: 0 },
    { externalCallId: 'K-2', customer: CALLERS[0], hours: 0 },
    { externalCallId: 'K-3', customer: CALLERS[1], hours: 0 },
    { externalCallId: 'K-9', customer: CALLERS[0], hours: 0 },
    { externalCallId: 'K-9', customer: CALLERS[1], hours: 2 },
  );
}

function ringOf(): fc.Arbitrary<CallEvent> {
  return fc
    .tuple(
      callIds(),
      second,
      extension,
      fc.constantFrom('incoming' as const, 'incoming' as const, 'ringing' as const),
    )
    .map(([{ externalCallId, customer, hours }, at, ext, type]) =>
      callEvent(type, at + hours * 3600, { externalCallId, customer, extension: ext }),
    );
}

function answerOf(): fc.Arbitrary<CallEvent> {
  return fc
    .tuple(callIds(), second, maybeExtension, fc.boolean())
    .map(([{ externalCallId, customer, hours }, at, ext, isNamed]) =>
      callEvent('answered', at + hours * 3600, {
        externalCallId,
        customer: isNamed ? customer : null,
        extension: ext,
      }),
    );
}

function endOf(): fc.Arbitrary<CallEvent> {
  return fc
    .tuple(callIds(), second, fc.option(extension, { nil: null, freq: 1 }), word, duration, disposition)
    .map(([{ externalCallId, hours }, at, ext, endReason, durationSeconds, disposed]) =>
      callEvent('ended', at + 10 + hours * 3600, {
        externalCallId,
        extension: ext,
        endReason,
        durationSeconds,
        disposition: disposed,
      }),
    );
}

function missOf(isNamed: boolean): fc.Arbitrary<CallEvent> {
  return fc.tuple(callIds(), second, extension).map(([{ externalCallId, customer, hours }, at, ext]) =>
    callEvent('missed', at + hours * 3600, {
      externalCallId: isNamed ? externalCallId : null,
      customer,
      extension: ext,
    }),
  );
}

/** Of an id that is given once: where an id comes again, a recording goes by its receipt, and so by the order. */
function recordingOf(): fc.Arbitrary<CallEvent> {
  return fc
    .tuple(fc.constantFrom('K-2', 'K-3'), second, fc.constantFrom(null, 5, 40))
    .map(([externalCallId, at, recordingDurationSeconds]) =>
      callEvent('recording', at, {
        externalCallId,
        timeSource: 'received',
        recordingUrl: `https://pbx.example/${externalCallId}-${at}.mp3`,
        recordingDurationSeconds,
      }),
    );
}

/** A history and another order of its events, with repetitions. */
export const historyInTwoOrders: fc.Arbitrary<[CallEvent[], CallEvent[]]> = history.chain((events) =>
  fc.tuple(
    fc.constant(events),
    fc
      .tuple(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.constantFrom(...events), { maxLength: 3 }),
        fc.nat(),
      )
      .map(([order, repeats, at]) => order.toSpliced(at % (order.length + 1), 0, ...repeats)),
  ),
);
