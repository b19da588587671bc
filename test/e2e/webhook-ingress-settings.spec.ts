import request from 'supertest';
import { WebhookVerification } from '../../src/modules/telephony/webhooks/ingress/webhook-verification.js';
import type { ConfigOverrides, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  ENDED,
  ENDED_BODY,
  ONE_SHOT,
  postSigned,
  REFUSED,
  startEnforcing,
  statementsDuring,
} from '../support/enforcing-app.js';
import { bracknetHeaders, signedHeaders } from '../support/signed-webhooks.js';

describe('a server', () => {
  let database: TestDatabase;
  let app: TestApp | null;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  beforeEach(() => {
    app = null;
  });
  afterEach(async () => {
    await app?.clear();
    await app?.close();
  });
  afterAll(() => database.drop());

  async function start(settings: ConfigOverrides): Promise<TestApp> {
    return (app = await startEnforcing(database, settings));
  }

  it('in monitor mode accepts every signature, and logs what enforce mode would reject', async () => {
    const own = await start({ webhooks: { mode: 'monitor' } });
    await postSigned(own, ENDED_BODY, {}, { id: 'evt_good' });
    const bad = JSON.stringify({ ...ENDED, bracknet_call_id: 'BN-2' });
    expect((await postSigned(own, bad, signedHeaders('other'))).status).toBe(200);
    expect((await postSigned(own, bad.replace('BN-2', 'BN-3'), { 'webhook-id': undefined })).status).toBe(
      200,
    );
    const [key] = own.nest.get(WebhookVerification).describe().keyIds;
    expect((await own.receipts()).map(({ keyId }) => keyId)).toEqual([key, null, null]);
    const logged = own.log.filter(({ msg }) => String(msg).includes('that enforce mode would refuse'));
    expect(logged.map(({ reason, header }) => [reason, header])).toEqual([
      ['signature_mismatch', undefined],
      ['header_missing', 'webhook-id'],
    ]);
  });

  it('in off mode accepts an invalid signature', async () => {
    const own = await start({ webhooks: { mode: 'off' } });
    expect((await postSigned(own, ENDED_BODY, signedHeaders('other'))).status).toBe(200);
    expect((await own.receipts())[0]?.keyId).toBeNull();
  });

  it('with the bracknet profile accepts its headers, and rejects those of the other profile', async () => {
    const own = await start({ webhooks: { profile: 'bracknet' } });
    const post = (headers: object) =>
      request(own.url)
        .post(ONE_SHOT)
        .set('Content-Type', 'application/json')
        .set({ ...headers })
        .send(ENDED_BODY);
    expect((await post(bracknetHeaders(ENDED_BODY))).status).toBe(200);
    expect((await post(signedHeaders(ENDED_BODY))).status).toBe(401);
  });

  it('rejects webhooks from addresses that are not allowed: 403, the same body, no SQL', async () => {
    const own = await start({ webhooks: { allowedIps: ['203.0.113.0/24', '2001:db8::/32'] } });
    const statements = await statementsDuring(async () => {
      const answer = await postSigned(own);
      expect([answer.status, answer.text]).toEqual([403, REFUSED]);
      expect(own.log.at(-1)).toMatchObject({
        requestId: answer.headers['x-request-id'],
        status: 403,
        reason: 'address_not_allowed',
      });
    });
    expect(statements).toBe(0);
    await own.close();
    const other = await start({ webhooks: { allowedIps: ['127.0.0.0/8'] } });
    expect((await postSigned(other)).status).toBe(200);
    expect((await request(other.url).get('/health/live')).status).toBe(200);
  });

  describe('with a limit on failures', () => {
    it('responds 429 beyond it, but accepts a valid signature from the same address', async () => {
      const own = await start({ webhooks: { failuresPerMinute: 3 } });
      const statuses: number[] = [];
      for (let i = 0; i < 5; i += 1)
        statuses.push((await postSigned(own, ENDED_BODY, signedHeaders('x'))).status);
      expect(statuses).toEqual([401, 401, 401, 429, 429]);
      const early = await postSigned(own, ENDED_BODY, { 'webhook-id': undefined });
      expect(early.status).toBe(429);
      expect(Number(early.headers['retry-after'])).toBeGreaterThan(50);
      expect(JSON.parse(early.text)).toEqual({
        statusCode: 429,
        code: 'TOO_MANY_REQUESTS',
        message: expect.any(String),
        requestId: early.headers['x-request-id'],
      });
      expect((await postSigned(own)).status).toBe(200);
    });
  });

  describe('with a limit on events', () => {
    it('responds 429 beyond it, and stores nothing of rejected events', async () => {
      const own = await start({ webhooks: { eventsPerSecond: 1 } });
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          postSigned(own, JSON.stringify({ ...ENDED, bracknet_call_id: `BN-${i}` })),
        ),
      );
      const taken = answers.filter(({ status }) => status === 200);
      const refused = answers.filter(({ status }) => status === 429);
      expect(taken.length + refused.length).toBe(8);
      expect(refused.length).toBeGreaterThan(0);
      const [keyId] = own.nest.get(WebhookVerification).describe().keyIds;
      const logged = own.log.filter(({ reason }) => reason === 'too_many_events');
      expect(logged.map(({ status, keyId: key }) => [status, key])).toEqual(refused.map(() => [429, keyId]));
      expect(refused.map(({ headers }) => headers['retry-after'])).toEqual(refused.map(() => '1'));
      expect(await own.receipts()).toHaveLength(taken.length);
    });
  });
});
