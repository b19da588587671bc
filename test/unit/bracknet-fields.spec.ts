import fc from 'fast-check';
import type { WebhookRoute } from '../../src/modules/telephony/bracknet/bracknet-event.js';
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

describe('a field that says nothing', () => {
  // prettier-ignore
  const PLACEHOLDERS: readonly unknown[] = [
    null, '', '  ', 'null', 'NULL', ' Null ', 'undefined', 'None', 'N/A', 'n/a', 'nil', '(null)', '<null>',
    '${UNIQUEID}', '${CALLERID(num)}', '{{call_id}}', '{{ call.id }}', 'BN-${UNIQUEID}',
    '#{id}', '%{CALLID}', 'NaN', '[object Object]',
  ];

  it.each(PLACEHOLDERS)('%j is not said, in any field, and gives way to the next name', (placeholder) => {
    for (const [field, names, value] of ALIASES) {
      const [first = '', second = ''] = names;
      const needed = field === 'externalCallId' ? { from: '01712345678' } : { id: 'BN-1' };
      const body = { event: 'call_missed', ...needed, [first]: placeholder };
      expect(read(body)).toMatchObject({ event: { [field]: null }, ignoredFields: [] });
      const said = field === 'customer' ? { raw: value } : value;
      expect(read({ ...body, [second]: value })).toMatchObject({
        event: { [field]: said },
        ignoredFields: [],
      });
    }
  });

  it.each([...PLACEHOLDERS, '0', '-', '00', '--', 'unknown', 0])(
    'an id of %j does not join the misses of two customers',
    (bracknet_call_id) => {
      const event = eventOf({ event: 'call_missed', bracknet_call_id, from: '01712345678' });
      expect(event.externalCallId).toBeNull();
    },
  );

  it('is "0" and "-" in ids and phone numbers alone', () => {
    const event = eventOf({
      event: 'ended',
      id: 'BN-1',
      from: '0',
      crm_call_id: '-',
      to_extension: '0',
      end_reason: '0',
      queue: '-',
      duration: '0',
    });
    expect(event).toMatchObject({
      customer: null,
      crmCallId: null,
      extension: '0',
      endReason: '0',
      queueName: '-',
      durationSeconds: 0,
    });
  });

  it('leaves a withheld caller what he is', () => {
    expect(eventOf({ event: 'call_missed', from: 'Unknown' }).customer).toEqual({
      raw: 'Unknown',
      e164: null,
    });
  });
});

describe('a number in place of text', () => {
  it('is an id, a phone number, an extension, an end reason', () => {
    expect(
      eventOf({
        event: 'ended',
        bracknet_call_id: 456789,
        crm_call_id: 55,
        from: 8801712345678,
        agent_extension: 201,
        end_reason: 486,
      }),
    ).toMatchObject({
      externalCallId: '456789',
      crmCallId: '55',
      customer: { raw: '8801712345678', e164: '+8801712345678' },
      extension: '201',
      endReason: '486',
    });
  });

  it.each([2 ** 53, 2 ** 60, -7, 1.5, 1e300])('%d has lost digits, or is none: it is not read', (id) => {
    expect(read({ event: 'ended', bracknet_call_id: id })).toMatchObject({
      kind: 'refused',
      details: [{ field: 'bracknet_call_id', problem: expect.stringContaining('whole number') }],
    });
    expect(read({ event: 'ended', bracknet_call_id: id, uniqueid: '17.1' })).toMatchObject({
      event: { externalCallId: '17.1' },
      ignoredFields: ['bracknet_call_id'],
    });
  });
});

describe('a field that cannot be read', () => {
  it.each<[string, unknown, keyof CallEvent]>([
    ['timestamp', '2026-02-31T10:00:00Z', 'reportedAt'],
    ['timestamp', '2026-01-03', 'reportedAt'],
    ['timestamp', true, 'reportedAt'],
    ['duration', 90_000, 'durationSeconds'],
    ['duration', -1, 'durationSeconds'],
    ['duration', 'long', 'durationSeconds'],
    ['duration', '1:99', 'durationSeconds'],
    ['recording_duration', [], 'recordingDurationSeconds'],
    ['wait_seconds', '24:00:01', 'waitSeconds'],
    ['holdSeconds', {}, 'holdSeconds'],
    ['recording_url', '/var/spool/asterisk/monitor/1.wav', 'recordingUrl'],
    ['recording_url', 'C:\\rec\\1.wav', 'recordingUrl'],
    ['recordingUrl', 'file:///rec/1.wav', 'recordingUrl'],
    ['recording_url', 'https://u:p@a.example/1.wav', 'recordingUrl'],
    ['recording_url', 'http://169.254.169.254/latest', 'recordingUrl'],
    ['recording_url', 17, 'recordingUrl'],
    ['from', 'x'.repeat(101), 'customer'],
    ['from', { number: '017' }, 'customer'],
    ['from', 'a\0b', 'customer'],
    ['to_extension', 'x'.repeat(31), 'extension'],
    ['to_extension', [201], 'extension'],
    ['end_reason', 'x'.repeat(256), 'endReason'],
    ['disposition', false, 'disposition'],
    ['queue', 'x'.repeat(101), 'queueName'],
    ['trunk_name', '\ud800', 'trunkName'],
    ['crm_call_id', 2 ** 60, 'crmCallId'],
  ])('%s of %j is left out and named, and the event is read', (name, value, field) => {
    const body = { event: 'call_ended', id: 'BN-1', [name]: value };
    expect(read(body)).toMatchObject({
      kind: 'event',
      event: { type: 'ended', externalCallId: 'BN-1', [field]: null, payload: body },
      ignoredFields: [name],
    });
  });

  it('gives way to the next of its names that can be read', () => {
    expect(
      read({ event: 'ended', id: 'BN-1', recording_url: '/a.wav', recordingUrl: 'https://a.example/1' }),
    ).toMatchObject({
      event: { recordingUrl: 'https://a.example/1' },
      ignoredFields: ['recording_url'],
    });
  });

  it('decides when the event is about nothing without it', () => {
    const detailsOf = (body: object) => {
      const result = read(body);
      return result.kind === 'refused' ? result.details.map(({ field }) => field) : result.kind;
    };
    expect(detailsOf({ event: 'ended', duration: 'x' })).toEqual(['bracknet_call_id']);
    expect(detailsOf({ event: 'ended', callId: [] })).toEqual(['callId']);
    expect(detailsOf({ event: 'call_missed', from: 'null' })).toEqual(['from']);
    expect(detailsOf({ event: 'call_missed', id: {}, from: [] })).toEqual(['id', 'from']);
    expect(detailsOf({ event: 'call_missed', id: {}, from: '01712345678' })).toBe('event');
    expect(detailsOf({ event: 'call_recording', id: 'BN-1', recording_url: 'null' })).toEqual([
      'recording_url',
    ]);
    expect(detailsOf({ event: 'call_recording', id: 'BN-1', recording_url: 'http://localhost/1' })).toEqual([
      'recording_url',
    ]);
    expect(detailsOf({ event: 'call_recording', id: 'BN-1', recording_url: '/a.wav' })).toEqual([
      'recording_url',
    ]);
    expect(detailsOf({ event: 7, id: 'BN-1' })).toEqual(['event']);
  });
});

describe('a duration', () => {
  it.each([
    [39, 39],
    ['39', 39],
    [' 39 ', 39],
    ['39.6', 40],
    [39.4, 39],
    ['00:00:39', 39],
    ['0:39', 39],
    ['00:39', 39],
    ['1:02:03', 3723],
    ['90:00', 5400],
    ['39s', 39],
    ['39 sec', 39],
    ['39 seconds', 39],
    ['0', 0],
    [86_400, 86_400],
  ])('%j is %d seconds', (duration, seconds) => {
    expect(eventOf({ event: 'ended', id: 'BN-1', duration }).durationSeconds).toBe(seconds);
  });

  it('is the same as a number and as hours, minutes and seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400 }), (seconds) => {
        const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60];
        const clock = parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
        for (const duration of [seconds, String(seconds), clock]) {
          expect(eventOf({ event: 'ended', id: 'BN-1', duration }).durationSeconds).toBe(seconds);
        }
      }),
    );
  });
});

describe('an extension', () => {
  it('is one, however the PBX writes it', () => {
    for (const to_extension of ['201', 201, 'sip:201@pbx.local', 'SIP/201-0000a1', '"Desk" <201>', '২০১']) {
      expect(eventOf({ event: 'ended', id: 'BN-1', to_extension }).extension).toBe('201');
    }
  });

  it('is measured without what is written around it', () => {
    const to_extension = `"${'x'.repeat(300)}" <sip:201@pbx.local>`;
    expect(eventOf({ event: 'ended', id: 'BN-1', to_extension }).extension).toBe('201');
  });
});
