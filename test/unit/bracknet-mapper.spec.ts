import fc from 'fast-check';
import {
  CALL_EVENT_TYPE_OF,
  EVENT_TYPE_OF_ROUTE,
  type ReadPayload,
  WEBHOOK_ROUTES,
  type WebhookRoute,
} from '../../src/modules/telephony/bracknet/bracknet-event.js';
import { readPayload } from '../../src/modules/telephony/bracknet/bracknet-mapper.js';
import type { CallEvent } from '../../src/modules/telephony/calls/domain/call-event.js';

const RECEIVED_AT = new Date('2026-01-03T12:00:00Z');

function read(body: unknown, route: WebhookRoute = 'one-shot') {
  return readPayload(body, { route, receivedAt: RECEIVED_AT, timeZone: 'Asia/Dhaka' });
}

function eventOf(body: unknown, route?: WebhookRoute): CallEvent {
  const result = read(body, route);
  if (result.kind !== 'event') throw new Error(`Not an event: ${JSON.stringify(result)}`);
  return result.event;
}

/** All names of each field, and a value for it. */
const ALIASES: [keyof CallEvent, string[], unknown][] = [
  ['externalCallId', ['bracknet_call_id', 'callId', 'id'], 'BN-1'],
  ['customer', ['from', 'customer_number', 'customerPhone'], '01712345678'],
  ['extension', ['to_extension', 'agent_extension'], '201'],
  ['recordingUrl', ['recording_url', 'recordingUrl'], 'https://a.example/1.mp3'],
  ['queueName', ['queue_name', 'queueName', 'queue'], 'sales'],
  ['trunkName', ['trunk_name', 'trunkName', 'trunk'], 'gp'],
  ['waitSeconds', ['wait_seconds', 'waitSeconds'], 4],
  ['holdSeconds', ['hold_seconds', 'holdSeconds'], 5],
  ['disposition', ['disposition', 'call_disposition'], 'busy'],
];

const anyName = fc.constantFrom(
  'event',
  'status',
  'timestamp',
  'duration',
  'end_reason',
  'crm_call_id',
  'recording_duration',
  ...ALIASES.flatMap(([, names]) => names),
);
const anyPayload = fc.dictionary(
  anyName,
  fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.keys(CALL_EVENT_TYPE_OF))),
);

describe('reading a payload', () => {
  it('never throws: it returns an event, an unknown event, or the invalid fields', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anyPayload), fc.constantFrom(...WEBHOOK_ROUTES), (body, route) => {
        const result = read(body, route);
        if (result.kind === 'refused') {
          expect(result.details.length).toBeGreaterThan(0);
          for (const { field, problem } of result.details) expect(field && problem).toBeTruthy();
        }
        if (result.kind === 'event') {
          expect(result.event.occurredAt.getTime()).not.toBeNaN();
          expect(result.event.externalCallId !== null || result.event.type === 'missed').toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('returns the same event for every name of its fields and every route', () => {
    const choices = fc.tuple(...ALIASES.map(([, names]) => fc.constantFrom(...names)));
    fc.assert(
      fc.property(
        choices,
        fc.constantFrom(...Object.entries(EVENT_TYPE_OF_ROUTE)),
        (names, [route, type]) => {
          const fields = Object.fromEntries(names.map((name, index) => [name, ALIASES[index]?.[2]]));
          const named = Object.entries(CALL_EVENT_TYPE_OF).find(([, meant]) => meant === type)?.[0];
          const { payload: _payload, ...plain } = eventOf({ ...fields, event: named });
          const { payload: _same, ...byRoute } = eventOf({ ...fields, event: named }, route as WebhookRoute);
          expect(byRoute).toEqual(plain);
          expect(plain).toMatchObject({
            type,
            externalCallId: 'BN-1',
            customer: { raw: '01712345678', e164: '+8801712345678' },
            extension: '201',
            recordingUrl: 'https://a.example/1.mp3',
            queueName: 'sales',
            trunkName: 'gp',
            waitSeconds: 4,
            holdSeconds: 5,
            disposition: 'busy',
          });
        },
      ),
    );
  });

  it.each(ALIASES)('reads %s from the first of its names that has a value', (field, names, value) => {
    const said = Object.fromEntries(
      names.map((name, index) => [name, index === names.length - 1 ? value : null]),
    );
    const body = { id: 'BN-1', event: 'ended', ...said };
    expect(eventOf(body)[field]).toEqual(
      field === 'customer' ? { raw: value, e164: '+8801712345678' } : value,
    );
  });

  it('reads the instant of every offset', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('2000-01-02T00:00:00Z'),
          max: new Date('2100-12-30T00:00:00Z'),
          noInvalidDate: true,
        }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (instant, offset) => {
          const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1);
          const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
          const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
          expect(eventOf({ event: 'ended', id: 'BN-1', timestamp: `${local}${zone}` }).occurredAt).toEqual(
            instant,
          );
        },
      ),
    );
  });

  it('reads a time with Z as the same one with an offset of nothing, be there such a time or not', () => {
    const digits = (most: number): fc.Arbitrary<string> =>
      fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'));
    const usual = fc
      .tuple(
        digits(99),
        digits(19),
        digits(39),
        digits(29),
        digits(59),
        digits(59),
        fc.constantFrom('', '.0', '.123'),
      )
      .map(([year, month, day, hour, minute, second, fraction]) => {
        return `20${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}`;
      });
    const readOf = (timestamp: string): ReadPayload | Date => {
      const payload = read({ event: 'ended', id: 'BN-1', timestamp });
      return payload.kind === 'event' ? payload.event.occurredAt : payload;
    };
    fc.assert(
      fc.property(usual, (time) => expect(readOf(`${time}Z`)).toEqual(readOf(`${time}+00:00`))),
      { numRuns: 1000 },
    );
  });

  it.each([
    '2026-02-31T10:00:00Z',
    '2026-01-03',
    '10:00',
    'now',
    '1767436200',
    '2026-01-03T25:00:00Z',
    '2026-W01T1',
  ])('rejects the time %s', (timestamp) => {
    expect(read({ event: 'ended', id: 'BN-1', timestamp })).toMatchObject({
      kind: 'refused',
      details: [{ field: 'timestamp' }],
    });
  });

  it('reads the event from status when the event field is unknown', () => {
    expect(eventOf({ event: 'call_update', status: 'connected', id: 'BN-1' }).type).toBe('answered');
    expect(read({ event: 'call_update', status: 'thinking', id: 'BN-1' })).toEqual({
      kind: 'unknown-event',
      name: 'call_update',
    });
  });

  it('does not accept property names of JavaScript objects as events', () => {
    for (const event of ['constructor', '__proto__', 'toString']) {
      expect(read({ event, id: 'BN-1' }).kind).toBe('unknown-event');
    }
  });

  it('accepts integers as extensions and end reasons, but not as ids', () => {
    const event = eventOf({ event: 'ended', id: 'BN-1', agent_extension: 201, end_reason: 486 });
    expect(event).toMatchObject({ extension: '201', endReason: '486' });
    expect(read({ event: 'ended', id: 1 }).kind).toBe('refused');
  });
});
