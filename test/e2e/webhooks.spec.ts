import { withoutReceipts } from '../support/outcome.js';
import request from 'supertest';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const INCOMING = {
  event: 'incoming_call',
  from: '01712345678',
  to_extension: '201',
  bracknet_call_id: 'BN-CALL-111222',
  timestamp: '2026-01-03T10:30:00Z',
};
const ANSWERED = {
  event: 'call_answered',
  bracknet_call_id: 'BN-CALL-111222',
  agent_extension: '201',
  timestamp: '2026-01-03T10:30:10Z',
};
const ENDED = {
  event: 'call_ended',
  bracknet_call_id: 'BN-CALL-111222',
  duration: 135,
  end_reason: 'completed',
  timestamp: '2026-01-03T10:32:25Z',
};
const RECORDING = {
  event: 'call_recording_ready',
  bracknet_call_id: 'BN-CALL-111222',
  recording_url: 'https://bracknet.com/records/BN-CALL-111222.mp3',
  recording_duration: 135,
};
const MISSED = {
  event: 'call_missed',
  from: '01712345678',
  to_extension: '201',
  timestamp: '2026-01-03T11:05:00Z',
};

describe('webhooks', () => {
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

  it('get their result as response, after the commit', async () => {
    const first = await app.webhook('incoming-call', INCOMING);
    expect([first.status, first.body]).toEqual([200, { status: 'ok', result: 'accepted' }]);
    const again = await app.webhook('incoming-call', INCOMING);
    expect([again.status, again.body]).toEqual([200, { status: 'ok', result: 'duplicate' }]);
    expect(await app.receipts()).toHaveLength(1);
  });

  it('leave a receipt with the unchanged bytes, the route, the source address and the call', async () => {
    const body = ` ${JSON.stringify({ ...INCOMING, extra: 'kept' })}\n`;
    await app.webhook('incoming-call', body);
    const call = await app.onlyCall();
    const [receipt] = await app.receipts();
    expect(receipt).toMatchObject({
      route: 'incoming-call',
      eventType: 'incoming_call',
      externalCallId: 'BN-CALL-111222',
      callId: call.id,
      sourceAddress: '127.0.0.1',
      outcome: 'applied',
      occurredAt: new Date('2026-01-03T10:30:00Z'),
      occurredAtSource: 'pbx',
    });
    expect(receipt?.body.toString()).toBe(body);
    expect(call.meta?.events).toEqual([
      expect.objectContaining({ payload: expect.objectContaining({ extra: 'kept' }) }),
    ]);
  });

  it('make the same row by the event-wise routes and by the one-shot route', async () => {
    const rowOf = async (): Promise<object> => {
      const { id: _id, createdAt: _c, updatedAt: _u, effects: _e, facts, ...row } = await app.onlyCall();
      return { ...row, facts: withoutReceipts(facts) };
    };
    await app.webhook('incoming-call', INCOMING);
    await app.webhook('call-answered', ANSWERED);
    await app.webhook('call-ended', ENDED);
    const eventWise = await rowOf();
    await app.clear();
    for (const event of [INCOMING, ANSWERED, ENDED]) await app.webhook('one-shot', event);
    expect(await rowOf()).toEqual(eventWise);
  });

  it('are the same event on every route', async () => {
    await app.webhook('call-ended', ENDED);
    expect((await app.webhook('one-shot', ENDED)).body.result).toBe('duplicate');
  });

  it.each([
    ['incoming_call', 'ringing'],
    ['ringing', 'ringing'],
    ['call_answered', 'answered'],
    ['answered', 'answered'],
    ['connected', 'answered'],
    ['Connected', 'answered'],
    ['call_ended', 'failed'],
    ['ended', 'failed'],
    ['completed', 'completed'],
    ['failed', 'failed'],
    ['busy', 'failed'],
    ['no_answer', 'failed'],
    ['call_missed', 'failed'],
    ['missed_call', 'failed'],
    ['call_recording_ready', 'initiated'],
    ['call_recording', 'initiated'],
  ])('called %s on the one-shot route, in event or in status, make a call %s', async (name, status) => {
    const body = { bracknet_call_id: 'BN-1', recording_url: 'https://a.example/1.mp3' };
    expect((await app.webhook('one-shot', { ...body, event: name })).body.result).toBe('accepted');
    expect((await app.onlyCall()).status).toBe(status);
    await app.clear();
    await app.webhook('one-shot', { ...body, status: name });
    expect((await app.onlyCall()).status).toBe(status);
  });

  it('store how a call ended when only the name of the event contains it', async () => {
    await app.webhook('one-shot', { bracknet_call_id: 'BN-1', status: 'busy' });
    expect(await app.onlyCall()).toMatchObject({ disposition: 'busy', endReason: 'busy' });
  });

  it('understand every alias of every field', async () => {
    await app.webhook('one-shot', {
      event: 'incoming_call',
      callId: 'BN-2',
      customerPhone: '০১৭১২৩৪৫৬৭৮',
      agent_extension: '201',
      queue: 'sales',
      trunkName: 'gp-1',
      waitSeconds: 4,
      hold_seconds: '7',
    });
    await app.webhook('one-shot', {
      event: 'call_recording',
      id: 'BN-2',
      recordingUrl: 'https://a.example/2.mp3',
    });
    await app.webhook('one-shot', { event: 'ended', id: 'BN-2', call_disposition: 'Answered' });
    expect(await app.onlyCall()).toMatchObject({
      externalCallId: 'BN-2',
      customerPhone: '০১৭১২৩৪৫৬৭৮',
      customerNumberE164: '+8801712345678',
      agentPhone: '201',
      queueName: 'sales',
      trunkName: 'gp-1',
      waitSeconds: 4,
      holdSeconds: 7,
      recordingUrl: 'https://a.example/2.mp3',
      disposition: 'answered',
      status: 'completed',
    });
  });

  it('of unknown kinds are kept on the one-shot route, and change nothing', async () => {
    const answer = await app.webhook('one-shot', { event: 'agent_login', agent: '201' });
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok', result: 'ignored' }]);
    expect(await app.calls()).toHaveLength(0);
    expect(await app.receipts()).toEqual([
      expect.objectContaining({ outcome: 'ignored', eventType: 'agent_login' }),
    ]);
  });

  it('with another event than their route are rejected and kept', async () => {
    const answer = await app.webhook('call-answered', ENDED);
    expect([answer.status, answer.body.code]).toEqual([400, 'WEBHOOK_EVENT_MISMATCH']);
    expect(answer.body.details).toEqual([{ field: 'event', problem: expect.stringContaining('call_ended') }]);
    expect(await app.calls()).toHaveLength(0);
    expect(await app.receipts()).toEqual([expect.objectContaining({ outcome: 'quarantined' })]);
  });

  it('may omit the event on its own route', async () => {
    const { event: _event, ...body } = ENDED;
    expect((await app.webhook('call-ended', body)).body.result).toBe('accepted');
    expect((await app.onlyCall()).status).toBe('completed');
  });

  it.each([
    ['no call id', { ...ENDED, bracknet_call_id: undefined }, 'bracknet_call_id'],
    ['an empty call id', { ...ENDED, bracknet_call_id: '' }, 'bracknet_call_id'],
    ['a number that lost digits for a call id', { ...ENDED, bracknet_call_id: 2 ** 60 }, 'bracknet_call_id'],
    ['a call id with a NUL', { ...ENDED, bracknet_call_id: 'BN\0' }, 'bracknet_call_id'],
    ['half a surrogate pair', '{"event":"call_ended","bracknet_call_id":"BN\\ud800"}', 'bracknet_call_id'],
    ['no JSON', '{"event":', '(body)'],
    ['a list', '[1]', '(body)'],
    ['nothing', '', '(body)'],
    ['9,000 levels', `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`, '(body)'],
  ])('with %s are rejected with the name of the field, and kept', async (_what, body, field) => {
    const answer = await app.webhook('call-ended', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'WEBHOOK_INVALID']);
    expect(answer.body.details).toEqual([{ field, problem: expect.any(String) }]);
    expect(await app.calls()).toHaveLength(0);
    const [receipt] = await app.receipts();
    expect(receipt).toMatchObject({ outcome: 'quarantined', errorCode: 'WEBHOOK_INVALID' });
    expect(receipt?.body.toString()).toBe(typeof body === 'string' ? body : JSON.stringify(body));
  });

  it('without an event are rejected', async () => {
    const answer = await request(app.url).post('/api/webhook/bracknet/call-ended');
    expect([answer.status, answer.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect(await app.receipts()).toEqual([]);
  });

  it('accept every ISO 8601 offset, and read a time without one in the business time zone', async () => {
    await app.webhook('call-ended', { ...ENDED, timestamp: '2026-01-03T16:32:25+06:00' });
    await app.webhook('call-ended', { ...ENDED, bracknet_call_id: 'BN-2', timestamp: '2026-01-03T16:32:25' });
    const [first, second] = await app.calls();
    expect(first?.endedAt).toEqual(new Date('2026-01-03T10:32:25Z'));
    expect(second?.endedAt).toEqual(first?.endedAt);
  });

  it('without a timestamp get the time of receipt, marked as inferred in the row', async () => {
    const before = Date.now();
    await app.webhook('call-ended', { ...ENDED, timestamp: undefined });
    const call = await app.onlyCall();
    expect(call.endedAt?.getTime()).toBeGreaterThanOrEqual(before);
    expect(call.inferred).toContain('ended_at');
    expect((await app.receipts())[0]).toMatchObject({ occurredAtSource: 'received', clockSkewSeconds: null });
  });

  it('of a clock more than ten minutes behind have the skew recorded, and are still ordered by that clock', async () => {
    const timestamp = new Date(Date.now() - 3_600_000).toISOString();
    await app.webhook('call-ended', { ...ENDED, timestamp });
    expect((await app.receipts())[0]?.clockSkewSeconds).toBeLessThan(-3_500);
    expect((await app.onlyCall()).endedAt?.toISOString()).toBe(timestamp);
  });

  it('cannot inject SQL, prototypes or NUL in additional fields', async () => {
    const body = `{"event":"call_ended","bracknet_call_id":"'; drop table telephony_calls; --","__proto__":{"x":1},"extra":"a\\u0000b","deep":{"\\ud800":1}}`;
    expect((await app.webhook('call-ended', body)).body).toEqual({ status: 'ok', result: 'accepted' });
    expect((await app.onlyCall()).externalCallId).toBe(`'; drop table telephony_calls; --`);
  });

  it('larger than 64 KiB, or with another content type than JSON, are rejected', async () => {
    const large = await app.webhook('call-ended', JSON.stringify({ ...ENDED, pad: 'x'.repeat(64 * 1024) }));
    expect([large.status, large.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const fits = JSON.stringify({ ...ENDED, pad: '' });
    const full = fits.replace('"pad":""', `"pad":"${'x'.repeat(64 * 1024 - fits.length)}"`);
    expect((await app.webhook('call-ended', full)).status).toBe(200);
    const text = await app.webhook('call-ended', 'hello').set('Content-Type', 'text/plain');
    expect([text.status, text.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  describe('of a missed call', () => {
    it('close the call that rang, although they have no call id', async () => {
      await app.webhook('incoming-call', { ...INCOMING, timestamp: '2026-01-03T11:04:30Z' });
      await app.webhook('call-missed', MISSED);
      expect(await app.onlyCall()).toMatchObject({
        externalCallId: 'BN-CALL-111222',
        status: 'failed',
        disposition: 'missed',
        endedAt: new Date('2026-01-03T11:05:00Z'),
      });
    });

    it('are one row too when they are received before the call they close', async () => {
      await app.webhook('call-missed', MISSED);
      await app.webhook('incoming-call', { ...INCOMING, timestamp: '2026-01-03T11:04:30Z' });
      const call = await app.onlyCall();
      expect(call).toMatchObject({ externalCallId: 'BN-CALL-111222', disposition: 'missed' });
      expect((await app.receipts()).map(({ callId }) => callId)).toEqual([call.id, call.id]);
      expect(await app.tasks()).toHaveLength(1);
    });

    it('are a row of their own when nothing rang, another extension did, or it was too long ago', async () => {
      await app.webhook('call-missed', MISSED);
      await app.webhook('incoming-call', {
        ...INCOMING,
        to_extension: '202',
        timestamp: '2026-01-03T11:04:30Z',
      });
      await app.webhook('incoming-call', {
        ...INCOMING,
        bracknet_call_id: 'BN-3',
        timestamp: '2026-01-03T11:01:59Z',
      });
      await app.webhook('call-ended', {
        event: 'call_ended',
        bracknet_call_id: 'BN-3',
        timestamp: '2026-01-03T11:02:30Z',
      });
      expect(await app.calls()).toHaveLength(3);
    });

    it('close the newest of several calls', async () => {
      await app.webhook('incoming-call', {
        ...INCOMING,
        bracknet_call_id: 'BN-A',
        timestamp: '2026-01-03T11:03:00Z',
      });
      await app.webhook('incoming-call', {
        ...INCOMING,
        bracknet_call_id: 'BN-B',
        timestamp: '2026-01-03T11:04:00Z',
      });
      await app.webhook('call-missed', MISSED);
      expect((await app.calls()).map(({ status }) => status)).toEqual(['ringing', 'failed']);
    });

    it('without a call id and a timestamp each count as new', async () => {
      const { timestamp: _timestamp, ...bare } = MISSED;
      const answers = [await app.webhook('call-missed', bare), await app.webhook('call-missed', bare)];
      expect(answers.map(({ body }) => body.result)).toEqual(['accepted', 'accepted']);
      expect(await app.calls()).toHaveLength(2);
    });

    it('need a number or a call id', async () => {
      const answer = await app.webhook('call-missed', { event: 'call_missed', to_extension: '201' });
      expect([answer.status, answer.body.details]).toEqual([
        400,
        [{ field: 'from', problem: expect.any(String) }],
      ]);
    });
  });

  it('of a recording change no status, and may be received first', async () => {
    await app.webhook('call-recording', RECORDING);
    await app.webhook('call-ended', ENDED);
    expect(await app.onlyCall()).toMatchObject({
      status: 'completed',
      recordingUrl: RECORDING.recording_url,
    });
  });
});
