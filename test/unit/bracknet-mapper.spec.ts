import fc from 'fast-check';
import {
  CALL_EVENT_TYPE_OF,
  EVENT_TYPE_OF_ROUTE,
  fieldNamed,
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
  [
    'externalCallId',
    ['bracknet_call_id', 'callId', 'id', 'call_id', 'callid', 'linkedid', 'uniqueid'],
    'BN-1',
  ],
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
  'data',
  'payload',
  ...ALIASES.flatMap(([, names]) => names),
);
const anyPayload = fc.dictionary(
  anyName,
  fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(...Object.keys(CALL_EVENT_TYPE_OF)),
    fc.constantFrom('null', '${ID}', '0', '2026-01-03 10:30:00', 1767436200, { id: 'BN-2', event: 'ended' }),
  ),
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
          const { ignoredFields } = result;
          expect(ignoredFields).toEqual([...new Set(ignoredFields)]);
          for (const field of ignoredFields) expect(fieldNamed(field)).not.toBe('other');
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('does not depend on the order of the fields', () => {
    const shuffled = anyPayload.chain((body) =>
      fc.tuple(
        fc.constant(body),
        fc.shuffledSubarray(Object.keys(body), { minLength: Object.keys(body).length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, fc.constantFrom(...WEBHOOK_ROUTES), ([body, names], route) => {
        const reordered = Object.fromEntries(names.map((name) => [name, body[name]]));
        expect(read(reordered, route)).toEqual(read(body, route));
      }),
      { numRuns: 1000 },
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

  it.each([
    ['call.ended', 'ended'],
    ['CallEnded', 'ended'],
    ['CALL-ENDED', 'ended'],
    ['call ended', 'ended'],
    ['callEnded', 'ended'],
    ['Hangup', 'ended'],
    ['call.hangup', 'ended'],
    ['IncomingCall', 'incoming'],
    ['missedCall', 'missed'],
    ['call.recording.ready', 'recording'],
  ])('reads the event %s as %s, on every route', (event, type) => {
    const body = { event, id: 'BN-1', recording_url: 'https://a.example/1.mp3' };
    expect(eventOf(body).type).toBe(type);
    const route = Object.entries(EVENT_TYPE_OF_ROUTE).find(([, ofRoute]) => ofRoute === type)?.[0];
    expect(eventOf(body, route as WebhookRoute).type).toBe(type);
  });

  it('takes the end reason from the name of the event, however written', () => {
    expect(eventOf({ event: 'NoAnswer', id: 'BN-1' }).endReason).toBe('no_answer');
    expect(eventOf({ event: 'hangup', id: 'BN-1' }).endReason).toBeNull();
  });

  it('reads the event of a route from the route when its name cannot be read', () => {
    expect(read({ event: { type: 'x' }, id: 'BN-1' }, 'call-ended')).toMatchObject({
      kind: 'event',
      event: { type: 'ended' },
      ignoredFields: ['event'],
    });
  });
});

describe('a wrapped event', () => {
  const wrapped = (wrapper: string) => ({
    event: 'call_ended',
    id: 'evt_1',
    timestamp: '2026-01-03T11:59:00Z',
    from: 'pbx-1',
    [wrapper]: { bracknet_call_id: 'BN-1', duration: 39, from: '01712345678' },
  });

  it.each(['data', 'payload'])(
    'in %s is opened: its own fields come first, the outer ones fill gaps',
    (wrapper) => {
      const body = wrapped(wrapper);
      expect(eventOf(body)).toMatchObject({
        type: 'ended',
        externalCallId: 'BN-1',
        durationSeconds: 39,
        customer: { raw: '01712345678' },
        occurredAt: new Date('2026-01-03T11:59:00Z'),
        payload: body,
      });
    },
  );

  it('has the id of its call inside: the outer id is that of the message', () => {
    expect(eventOf({ event: 'ended', id: 'evt_1', data: { id: 'BN-1' } }).externalCallId).toBe('BN-1');
    expect(read({ event: 'ended', id: 'evt_1', data: { event: 'x', duration: 3 } })).toMatchObject({
      kind: 'refused',
      details: [{ field: 'bracknet_call_id' }],
    });
  });

  it('may have its name inside', () => {
    expect(eventOf({ event: 'notification', data: { event: 'CallEnded', id: 'BN-1' } }).type).toBe('ended');
  });

  it('is opened once', () => {
    expect(read({ data: { data: { event: 'ended', id: 'BN-1' } } }).kind).toBe('refused');
  });

  it('is not what further data of an event is: the outer id is that of the call, and the data fills gaps', () => {
    for (const data of [{ note: 'x' }, [], 'text', null, {}]) {
      expect(eventOf({ event: 'ended', id: 'BN-1', data }).externalCallId).toBe('BN-1');
    }
    expect(
      eventOf({ event: 'ended', id: 'BN-1', queue: 'a', data: { queue: 'b', duration: 39 } }),
    ).toMatchObject({
      externalCallId: 'BN-1',
      queueName: 'a',
      durationSeconds: 39,
    });
  });
});

describe('a time of the PBX', () => {
  const timed = (timestamp: unknown) => eventOf({ event: 'ended', id: 'BN-1', timestamp });
  const at = (secondsAfterReceipt: number) => new Date(RECEIVED_AT.getTime() + secondsAfterReceipt * 1000);

  it('is when the event happened, up to two minutes ahead of its receipt', () => {
    for (const seconds of [-86_400, 0, 120]) {
      expect(timed(at(seconds).toISOString())).toMatchObject({
        occurredAt: at(seconds),
        timeSource: 'pbx',
        reportedAt: at(seconds),
        receivedAt: RECEIVED_AT,
      });
    }
  });

  it('from the future is kept, and the event happened when it was received', () => {
    for (const seconds of [120.5, 21_600]) {
      expect(timed(at(seconds).toISOString())).toMatchObject({
        occurredAt: RECEIVED_AT,
        timeSource: 'received',
        reportedAt: at(seconds),
      });
    }
  });

  it('that is missing or not readable is the time of receipt', () => {
    for (const timestamp of [undefined, null, '', 'now', '${EPOCH}', 7, {}]) {
      expect(timed(timestamp)).toMatchObject({
        occurredAt: RECEIVED_AT,
        timeSource: 'received',
        reportedAt: null,
      });
    }
  });
});
