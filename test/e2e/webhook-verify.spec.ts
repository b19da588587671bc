import { Registry } from 'prom-client';
import request from 'supertest';
import { WebhookVerification } from '../../src/modules/telephony/webhooks/ingress/webhook-verification.js';
import type { ConfigOverrides, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  CALL_ENDED,
  ENDED,
  ENDED_BODY,
  postSigned,
  REFUSED,
  startEnforcing,
  statementsDuring,
} from '../support/enforcing-app.js';
import { samplesOf } from '../support/samples.js';
import { nowPlus, OTHER_SECRET, signedHeaders } from '../support/signed-webhooks.js';

const VERIFY = '/api/webhook/bracknet/verify';

describe('the address to verify webhooks', () => {
  let database: TestDatabase;
  let app: TestApp;
  let keyId: string | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startEnforcing(database);
    [keyId] = app.nest.get(WebhookVerification).describe().keyIds;
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function verify(body: object | string, id?: string) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await postSigned(app, text, {}, { path: VERIFY, ...(id !== undefined && { id }) });
    return { status: answer.status, body: JSON.parse(answer.text) };
  }

  it('answers what it understood of the signature and of the event', async () => {
    const answer = await postSigned(
      app,
      JSON.stringify({ ...ENDED, from: '০১৭১২৩৪৫৬৭৮', agent_extension: 'Rahim <sip:201@pbx>' }),
      {},
      { path: VERIFY, timestamp: nowPlus(-5) },
    );
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      status: 'ok',
      accepted: true,
      result: 'accepted',
      address: CALL_ENDED,
      signature: {
        mode: 'enforce',
        profile: 'standard',
        result: 'valid',
        keyId,
        ageSeconds: expect.any(Number),
        reason: null,
        header: null,
      },
      event: {
        type: 'ended',
        name: 'call_ended',
        callId: 'BN-CALL-456789',
        crmCallId: null,
        time: {
          reportedAt: '2026-01-03T10:32:25.000Z',
          occurredAt: '2026-01-03T10:32:25.000Z',
          source: 'pbx',
          timeZone: 'Asia/Dhaka',
        },
        caller: { number: '+880*******678', isPhoneNumber: true },
        extension: '201',
        durationSeconds: 135,
        endReason: 'completed',
        disposition: null,
        recordingUrl: null,
        recordingDurationSeconds: null,
        queueName: null,
        trunkName: null,
        waitSeconds: null,
        holdSeconds: null,
      },
      ignoredFields: [],
      problems: [{ field: 'timestamp', problem: expect.stringMatching(/ s in the past: unless/u) }],
      error: null,
    });
    expect(JSON.parse(answer.text).signature.ageSeconds).toBeGreaterThanOrEqual(5);
  });

  it('has no effect, uses no SQL and no id, however often a webhook is posted to it', async () => {
    await app.clear();
    const statements = await statementsDuring(async () => {
      for (let i = 0; i < 3; i += 1) expect((await verify(ENDED, 'evt_1')).body.accepted).toBe(true);
    });
    expect(statements).toBe(0);
    expect([await app.receipts(), await app.calls(), await app.tasks()]).toEqual([[], [], []]);
    const real = await postSigned(app, ENDED_BODY, {}, { id: 'evt_1' });
    expect(JSON.parse(real.text)).toEqual({ status: 'ok', result: 'accepted' });
  });

  it.each([
    ['another secret', signedHeaders(ENDED_BODY, { secret: OTHER_SECRET })],
    ['no id', { 'webhook-id': undefined }],
    ['an old time', signedHeaders(ENDED_BODY, { timestamp: nowPlus(-999) })],
  ])('is protected as an event is: with %s it answers the constant 401', async (_what, headers) => {
    const { status, text } = await postSigned(app, ENDED_BODY, headers, { path: VERIFY });
    expect([status, text]).toEqual([401, REFUSED]);
    expect(app.log.at(-1)).toMatchObject({ route: VERIFY, status: 401, reason: expect.any(String) });
  });

  it('answers what the address of the event would have answered to a body it cannot use', async () => {
    const unusable: (object | string)[] = [
      { event: 'call_ended' },
      { event: 'call_recording_ready', bracknet_call_id: 'BN-1', recording_url: 'no url' },
      '{"event": broken',
      {},
      '[]',
    ];
    for (const body of unusable) {
      const { status, body: answer } = await verify(body);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const real = JSON.parse((await postSigned(app, text, {}, { path: answer.address })).text);
      const { requestId: _requestId, ...error } = real;
      expect([status, answer]).toEqual([
        200,
        expect.objectContaining({ accepted: false, result: 'refused', event: null, error }),
      ]);
    }
  });

  it.each([
    [{ event: 'CallMissed', from: '01712345678' }, 'call-missed', 'accepted'],
    [{ event: 'ringing', callId: 'BN-1' }, 'one-shot', 'accepted'],
    [{ status: 'completed', callId: 'BN-1' }, 'one-shot', 'accepted'],
    [{ data: { event: 'call_ended', callId: 'BN-1' } }, 'one-shot', 'accepted'],
    [{ event: 'coffee.ready' }, 'one-shot', 'ignored'],
  ])('names the address and the result of %j', async (body, route, result) => {
    const { body: answer } = await verify(body);
    const path = route === 'one-shot' ? '/api/telephony/webhook/bracknet' : `/api/webhook/bracknet/${route}`;
    expect([answer.address, answer.result, answer.accepted]).toEqual([path, result, true]);
  });

  it('names the fields that are left out, and why', async () => {
    const timestamp = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await verify({ ...ENDED, timestamp, duration: 'long', from: 'reception' });
    expect(body).toMatchObject({
      event: { time: { source: 'received' }, caller: { number: 'reception', isPhoneNumber: false } },
      ignoredFields: ['duration'],
      problems: [
        { field: 'duration', problem: expect.any(String) },
        { field: 'timestamp', problem: expect.stringContaining('in the future') },
      ],
    });
  });

  it('shows in which zone a time without an offset was read', async () => {
    const { body } = await verify({ ...ENDED, timestamp: '2026-01-03 16:32:25' });
    expect(body.event.time).toMatchObject({
      reportedAt: '2026-01-03T10:32:25.000Z',
      timeZone: 'Asia/Dhaka',
    });
  });

  it('counts what it verified', async () => {
    const counted = async (result: string) =>
      samplesOf(await app.nest.get(Registry).metrics()).get(
        `telephony_webhook_verify_total{result="${result}"}`,
      ) ?? 0;
    const [accepted, refused] = [await counted('accepted'), await counted('refused')];
    await verify(ENDED);
    await verify('{}');
    expect([await counted('accepted'), await counted('refused')]).toEqual([accepted + 1, refused + 1]);
  });

  describe('with other settings', () => {
    let own: TestApp;
    afterEach(() => own.close());

    async function start(settings: ConfigOverrides): Promise<void> {
      own = await startEnforcing(database, settings);
    }
    const signatureOf = async (headers: object) =>
      JSON.parse((await postSigned(own, ENDED_BODY, { ...headers }, { path: VERIFY })).text).signature;

    it('in monitor mode says what enforce mode would refuse, and why', async () => {
      await start({ webhooks: { mode: 'monitor' } });
      expect(await signatureOf({})).toMatchObject({ mode: 'monitor', result: 'valid', keyId });
      expect(await signatureOf({ 'webhook-id': '' })).toEqual({
        mode: 'monitor',
        profile: 'standard',
        result: 'would_be_refused',
        keyId: null,
        ageSeconds: null,
        reason: 'header_empty',
        header: 'webhook-id',
      });
      expect(await signatureOf(signedHeaders(ENDED_BODY, { timestamp: nowPlus(-400) }))).toMatchObject({
        result: 'would_be_refused',
        reason: 'time_too_old',
        ageSeconds: 400,
      });
      expect(await signatureOf(signedHeaders('other'))).toMatchObject({ reason: 'signature_mismatch' });
    });

    it('in off mode says that no signature is checked; events and verifications share one limit', async () => {
      await start({ webhooks: { mode: 'off', eventsPerSecond: 1 } });
      const statuses: number[] = [];
      for (const path of [VERIFY, CALL_ENDED, VERIFY, CALL_ENDED]) {
        const { status, body } = await request(own.url).post(path).send(ENDED);
        statuses.push(status);
        if (path === VERIFY && status === 200) expect(body.signature.result).toBe('not_checked');
      }
      expect(statuses[0]).toBe(200);
      expect(statuses).toContain(429);
    });
  });
});
