import * as fc from 'fast-check';
import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';
import {
  boundedMeta,
  storedMeta,
  withEventPayload,
  withPayloadsAgain,
} from '../../src/modules/telephony/calls/domain/call-meta.js';
import {
  type KeptEvent,
  PAYLOAD_LIMIT,
  PAYLOADS_LIMIT,
} from '../../src/modules/telephony/calls/domain/payloads/kept-events.js';
import { callEvent } from '../support/call-events.js';
import { propertyRuns } from '../support/property-runs.js';

type Meta = Record<string, unknown> | null;

function eventOf(seconds: number, bytes: number, over: Partial<CallEvent> = {}): CallEvent {
  return callEvent('incoming', seconds, { payload: { at: seconds, text: 'x'.repeat(bytes) }, ...over });
}

/** As it is read back after each batch of events. */
function storedAfter(before: Meta, ...batches: (readonly CallEvent[])[]): Meta {
  return batches.reduce<Meta>((meta, batch) => {
    const text = storedMeta(batch.reduce<Meta>(withEventPayload, meta));
    return text === null ? null : (JSON.parse(text) as Meta);
  }, before);
}

function eventsIn(meta: Meta): KeptEvent[] {
  return (meta?.events ?? []) as KeptEvent[];
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

describe('the payloads of a call', () => {
  it('are kept as they came while they are small', () => {
    const meta = storedAfter(null, [eventOf(0, 100)], [eventOf(1, 8_000)]);
    expect(eventsIn(meta).map(({ payload, leftOut }) => [bytesOf(payload), leftOut])).toEqual([
      [118, undefined],
      [8_018, undefined],
    ]);
  });

  it('say how many bytes were left out of one that is larger than 8 KiB, and keep what the event is', () => {
    const large = eventOf(0, 60_000, { extension: '201', customer: { raw: '01712345678', e164: null } });
    expect(eventsIn(storedAfter(null, [large]))).toEqual([
      {
        type: 'incoming',
        at: '2026-01-03T10:30:00.000Z',
        extension: '201',
        from: '01712345678',
        payload: null,
        leftOut: {
          reason: 'payload_too_large',
          bytes: 60_018,
          digest: expect.stringMatching(/^[\da-f]{32}$/u),
        },
      },
    ]);
  });

  it('are counted in bytes, not in characters', () => {
    const bangla = callEvent('incoming', 0, { payload: { text: 'ক'.repeat(3_000) } });
    expect(eventsIn(storedAfter(null, [bangla]))[0]?.leftOut).toMatchObject({ bytes: 9_011 });
  });

  it('keep numbers that jsonb would write out with all their digits as text', () => {
    const payload = { huge: 1e300, tiny: 1e-300, plain: [1.5, -2e20, 0] };
    const [event] = eventsIn(storedAfter(null, [callEvent('incoming', 0, { payload })]));
    expect(event?.payload).toEqual({ huge: '1e+300', tiny: '1e-300', plain: [1.5, -2e20, 0] });
  });

  it.each([
    ['the longest', '\uFFFF'],
    ['control characters', '\u0001'],
  ])(
    'give way to newer ones when a row is full, which stays below 64 KiB with %s as number',
    (_, character) => {
      const phone = { raw: character.repeat(100), e164: null };
      const extension = character.repeat(30);
      const batches = Array.from({ length: 80 }, (_, at) => [
        eventOf(at, 7_000, { customer: phone, extension, externalCallId: null }),
      ]);
      const meta = storedAfter(null, ...batches);
      const events = eventsIn(meta);
      expect(events.map(({ at }) => at)).toEqual(
        batches.slice(-50).map(([e]) => e?.occurredAt.toISOString()),
      );
      expect(events.slice(-4).every(({ leftOut }) => leftOut === undefined)).toBe(true);
      expect(events.slice(0, -4).every(({ leftOut }) => leftOut?.reason === 'row_full')).toBe(true);
      expect(bytesOf(meta)).toBeLessThan(64 * 1024);
    },
  );

  it('are bounded at the next change of a row that a former version let grow, whatever changes', () => {
    const former = Array.from({ length: 50 }, (_, at) => eventOf(at, at === 49 ? 10 : 60_000));
    const large = former.reduce<Meta>(withEventPayload, { start: { request: { agent_id: 'A102' } } });
    const text = storedMeta(large) ?? '';
    expect(text.length).toBeLessThan(64 * 1024);
    expect(JSON.parse(text)).toMatchObject({ start: { request: { agent_id: 'A102' } } });
    expect(eventsIn(JSON.parse(text) as Meta).at(-1)?.payload).toEqual({ at: 49, text: 'x'.repeat(10) });
  });

  const events = fc.array(
    fc.record({
      at: fc.nat(6),
      bytes: fc.constantFrom(10, 3_000, 8_000, 9_000, 20_000),
      text: fc.constantFrom('a', 'b'),
    }),
    { minLength: 1, maxLength: 14 },
  );

  it('end the same in any order, any batches and with any repetition of the events', () => {
    fc.assert(
      fc.property(
        events.chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }),
            fc.integer({ min: 1, max: 4 }),
          ),
        ),
        ([all, shuffled, size]) => {
          const read = ({ at, bytes, text }: (typeof all)[number]) =>
            callEvent('incoming', at, { payload: { text: text.repeat(bytes) } });
          const batches = Array.from({ length: Math.ceil(shuffled.length / size) }, (_, index) =>
            shuffled.slice(index * size, (index + 1) * size).map(read),
          );
          expect(storedAfter(null, ...batches)).toEqual(storedAfter(null, all.map(read)));
        },
      ),
      { numRuns: propertyRuns(200) },
    );
  });

  it('stay as they are when their events are read again from the receipts', () => {
    fc.assert(
      fc.property(events, (all) => {
        const read = all.map(({ at, bytes, text }) =>
          callEvent('incoming', at, { payload: { text: text.repeat(bytes) } }),
        );
        const stored = storedAfter(null, read);
        expect(boundedMeta(withPayloadsAgain(stored, read))).toEqual(stored);
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it('are as large together as the limits say', () => {
    const full = storedAfter(
      null,
      Array.from({ length: 40 }, (_, at) => eventOf(at, 1_000)),
    );
    const kept = eventsIn(full).flatMap(({ payload }) => (payload === null ? [] : [bytesOf(payload)]));
    const bytes = kept.reduce((sum, own) => sum + own, 0);
    expect(bytes).toBeLessThanOrEqual(PAYLOADS_LIMIT);
    expect(bytes).toBeGreaterThan(PAYLOADS_LIMIT - PAYLOAD_LIMIT);
  });
});
