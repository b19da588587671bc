import { SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { counted } from '../support/samples.js';

const ENDED = { event: 'call_ended', bracknet_call_id: 'BN-1', duration: 39, end_reason: 'completed' };

describe('what a PBX sends otherwise than the contract says', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

  /** Posts and expects it to be accepted. */
  async function post(route: string, body: object): Promise<void> {
    const answer = await app.webhook(route, body);
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok', result: 'accepted' }]);
  }

  it.each([
    'null',
    'undefined',
    'none',
    'N/A',
    '0',
    '-',
    '${UNIQUEID}',
    '{{call_id}}',
    '{callid}',
    '$CALLID',
    '%ID%',
    'not available',
    '-1',
    0,
  ])('a call id of %j does not join the missed calls of two customers', async (bracknet_call_id) => {
    for (const from of ['01711000701', '01711000702']) {
      await post('call-missed', {
        event: 'call_missed',
        bracknet_call_id,
        from,
        to_extension: '201',
        timestamp: at(-5),
      });
    }
    expect((await app.calls()).map(({ externalCallId }) => externalCallId)).toEqual([null, null]);
    expect((await app.tasks()).map(({ customerId }) => customerId).sort()).toEqual([
      '01711000701',
      '01711000702',
    ]);
  });

  it.each([
    'sip:201@pbx.local',
    'SIP/201-0000a1',
    'PJSIP/201-0000002a',
    'Local/201@ctx-0000;1',
    '"Rahim" <201>',
  ])('a ring at %s and a miss at 201 are one call', async (extension) => {
    const caller = { from: '01711000703' };
    await post('incoming-call', {
      event: 'incoming_call',
      ...caller,
      bracknet_call_id: 'BN-1',
      to_extension: extension,
      timestamp: at(-30),
    });
    await post('call-missed', { event: 'call_missed', ...caller, to_extension: '201', timestamp: at(-5) });
    expect(await app.onlyCall()).toMatchObject({ agentPhone: '201', disposition: 'missed' });
    expect(await app.tasks()).toHaveLength(1);
  });

  it('an extension that is too long is left out, kept in meta and named on the receipt', async () => {
    const to_extension = 'the-extension-of-the-whole-sales-team';
    await post('incoming-call', {
      event: 'incoming_call',
      from: '01711000704',
      bracknet_call_id: 'BN-1',
      to_extension,
    });
    const call = await app.onlyCall();
    expect(call).toMatchObject({ agentPhone: null, status: 'ringing' });
    expect(JSON.stringify(call.meta)).toContain(to_extension);
    expect(await app.receipts()).toMatchObject([{ outcome: 'applied', ignoredFields: ['to_extension'] }]);
  });

  it('a JSON number is the call id that the same digits in quotes are', async () => {
    await post('incoming-call', {
      event: 'incoming_call',
      from: 8801711000705,
      bracknet_call_id: 456789,
      to_extension: 201,
    });
    await post('call-ended', { ...ENDED, bracknet_call_id: '456789' });
    expect(await app.onlyCall()).toMatchObject({
      externalCallId: '456789',
      customerNumberE164: '+8801711000705',
      agentPhone: '201',
      durationSeconds: 39,
    });
  });

  it.each([
    ['966501234567', '+966501234567'],
    [' 966501234567', '+966501234567'],
    ['sip:966501234567@10.0.0.1', '+966501234567'],
    ['Sales:01711000705', '01711000705'],
    ['PJSIP/01711000705-0000002a', '01711000705'],
    ['01711000705#', '01711000705'],
    ['01711000705 (CID)', '01711000705'],
    ['8801711000705%40sbc', '01711000705'],
  ])('a missed caller written %j leaves a task for %s', async (from, customerId) => {
    await post('call-missed', { event: 'call_missed', from, to_extension: '201' });
    expect(await app.onlyCall()).toMatchObject({ customerPhone: from.trim() });
    expect(await app.tasks()).toMatchObject([{ customerId, status: 'pending' }]);
  });

  it('a number without its + is not dialled', async () => {
    const answer = await app.post('/api/call/start', {
      agent_extension: '201',
      customer_number: '966501234567',
    });
    expect([answer.status, answer.body.code]).toEqual([422, 'NUMBER_INVALID']);
  });

  it.each<[string, unknown]>([
    ['in local time', '2026-11-25 21:56:13'],
    ['with an offset', '2026-11-25 15:56:13+0000'],
    ['in Unix seconds', 1795622173],
    ['in digits of Unix seconds', '1795622173'],
    ['in Unix milliseconds', 1795622173000],
    ['in digits of Unix milliseconds', '1795622173000'],
  ])('a time %s is read', async (_form, timestamp) => {
    await post('call-ended', { ...ENDED, timestamp });
    expect((await app.onlyCall()).endedAt).toEqual(new Date('2026-11-25T15:56:13Z'));
    expect(await app.receipts()).toMatchObject([{ occurredAtSource: 'pbx', ignoredFields: null }]);
  });

  it('a time from the future counts as the time of receipt, and the skew is kept', async () => {
    await post('call-ended', { ...ENDED, timestamp: at(21_600) });
    const [receipt] = await app.receipts();
    expect(receipt).toMatchObject({ occurredAtSource: 'received', occurredAt: receipt?.receivedAt });
    expect(receipt?.clockSkewSeconds).toBeGreaterThan(21_590);
    expect((await app.onlyCall()).endedAt).toEqual(receipt?.receivedAt);
    expect(await counted(app, 'telephony_event_clock_skew_seconds')).toBeGreaterThan(21_590);
  });

  it('a miss without a call id, stamped in the future, is a duplicate when it is sent again', async () => {
    const miss = { event: 'call_missed', from: '01711000706', to_extension: '201', timestamp: at(21_600) };
    await post('call-missed', miss);
    expect((await app.webhook('call-missed', miss)).body.result).toBe('duplicate');
    expect(await app.calls()).toHaveLength(1);
  });

  it.each<[string, unknown, object]>([
    ['recording_url', '/var/spool/asterisk/monitor/1.wav', { recordingUrl: null }],
    ['duration', 90_000, { status: 'completed' }],
    ['duration', 'long', { status: 'completed' }],
    ['timestamp', '31/02/2026', { status: 'completed' }],
    ['from', { name: 'Rahim' }, { customerPhone: '' }],
    ['wait_seconds', -1, { waitSeconds: null }],
  ])('a %s of %j costs the event nothing else, and is named', async (field, value, columns) => {
    const name = `telephony_webhook_ignored_fields_total{field="${field}"}`;
    const before = await counted(app, name);
    await post('call-ended', { ...ENDED, [field]: value });
    const call = await app.onlyCall();
    expect(call).toMatchObject({ externalCallId: 'BN-1', status: 'completed', ...columns });
    const { body } = await app.get('/api/telephony/webhook-receipts', SUPERVISOR);
    expect(body.items).toMatchObject([{ outcome: 'applied', errorCode: null, ignoredFields: [field] }]);
    const detail = await app.get(`/api/telephony/calls/${call.id}`, SUPERVISOR);
    expect(detail.body.receipts).toMatchObject([{ ignoredFields: [field] }]);
    expect(await counted(app, name)).toBe(before + 1);
  });

  it.each(['00:00:39', '0:39', '39s', '39'])('a duration of %s is 39 seconds', async (duration) => {
    await post('call-ended', { ...ENDED, duration });
    expect(await app.onlyCall()).toMatchObject({ durationSeconds: 39 });
    expect(await app.receipts()).toMatchObject([{ ignoredFields: null }]);
  });

  it('a recording URL that says nothing is no URL, and no fault', async () => {
    await post('call-ended', { ...ENDED, recording_url: 'null' });
    expect(await app.onlyCall()).toMatchObject({ recordingUrl: null });
    expect(await app.receipts()).toMatchObject([{ ignoredFields: null }]);
  });

  it.each(['call.ended', 'CallEnded', 'CALL-ENDED', 'hangup', 'call_hangup'])(
    '%s ends a call',
    async (event) => {
      await post('one-shot', { ...ENDED, event });
      expect(await app.onlyCall()).toMatchObject({ status: 'completed' });
      expect(await app.receipts()).toMatchObject([{ eventType: event }]);
    },
  );

  it.each(['call_id', 'callid', 'linkedid', 'uniqueid'])('%s names a call too', async (name) => {
    await post('one-shot', { event: 'ringing', [name]: '1767436345.7' });
    expect(await app.onlyCall()).toMatchObject({ externalCallId: '1767436345.7' });
  });

  it.each(['data', 'payload'])('an event in %s is opened', async (wrapper) => {
    await post('one-shot', { event: 'call.ended', id: 'evt_1', [wrapper]: { ...ENDED, event: undefined } });
    expect(await app.onlyCall()).toMatchObject({ externalCallId: 'BN-1', durationSeconds: 39 });
  });

  it('a form is read on every address as its fields in JSON are, and replayed from its bytes', async () => {
    const asForm = (route: string, fields: Record<string, string>) =>
      app
        .webhook(route, new URLSearchParams(fields).toString())
        .set('Content-Type', 'application/x-www-form-urlencoded');
    const miss = { event: 'call_missed', from: '+8801711000707', to_extension: '201', timestamp: at(-5) };
    expect((await asForm('call-missed', miss)).body.result).toBe('accepted');
    expect((await asForm('one-shot', miss)).body.result).toBe('duplicate');
    expect(await app.tasks()).toMatchObject([{ customerId: '01711000707' }]);

    expect((await asForm('call-ended', { event: 'call_ended', duration: '39' })).status).toBe(400);
    await app.db.query(`UPDATE telephony_webhook_receipts SET body = $1 WHERE outcome = 'quarantined'`, [
      Buffer.from('event=call_ended&callid=BN-7&duration=39&wait_seconds=x'),
    ]);
    const quarantined = (await app.receipts()).find(({ outcome }) => outcome === 'quarantined');
    const replay = await app.post(
      `/api/telephony/webhook-receipts/${quarantined?.id}/replay`,
      { dryRun: false },
      SUPERVISOR,
    );
    expect(replay.body).toMatchObject({
      result: 'applied',
      receipt: { outcome: 'applied', externalCallId: 'BN-7', ignoredFields: ['wait_seconds'] },
    });
  });

  it('an event that nobody knows is ignored, counted by name and logged once', async () => {
    app.log.length = 0;
    for (const nth of [1, 2]) {
      const answer = await app.webhook('one-shot', { event: 'coffee.ready', nth });
      expect([answer.status, answer.body.result]).toEqual([200, 'ignored']);
    }
    expect(await counted(app, 'telephony_webhook_unknown_events_total{name="coffee_ready"}')).toBe(2);
    expect(app.log.filter(({ msg }) => String(msg).includes('coffee.ready'))).toHaveLength(1);
  });
});
