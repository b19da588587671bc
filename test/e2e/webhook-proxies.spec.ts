import request from 'supertest';
import { AGENT_201, SUPERVISOR, type TestApp, tokenOf } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ENDED, postSigned, startEnforcing } from '../support/enforcing-app.js';

/** The peer of each connection is the test: 127.0.0.1. */
const FORGED = '203.0.113.66';
const REAL = '198.51.100.9';
const SECOND_PROXY = '10.0.0.2';

describe('the source address of a webhook', () => {
  let database: TestDatabase;
  let app: TestApp;
  let calls = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await app.clear();
    await app.close();
  });
  afterAll(() => database.drop());

  async function start(trustedProxies: string[], allowedIps: string[] = []): Promise<void> {
    app = await startEnforcing(database, { http: { trustedProxies }, webhooks: { allowedIps } });
  }

  async function addressOf(forwarded: string | readonly string[]): Promise<string | undefined> {
    const body = JSON.stringify({ ...ENDED, bracknet_call_id: `BN-${(calls += 1)}` });
    const { status } = await postSigned(app, body, { 'x-forwarded-for': forwarded });
    expect(status).toBe(200);
    return (await app.receipts()).at(-1)?.sourceAddress;
  }

  it('is that of the peer when no proxy is trusted, regardless of X-Forwarded-For', async () => {
    await start([]);
    expect(await addressOf(FORGED)).toBe('127.0.0.1');
    expect(await addressOf([FORGED, REAL])).toBe('127.0.0.1');
  });

  it('is that of the peer when only another proxy is trusted', async () => {
    await start([SECOND_PROXY]);
    expect(await addressOf(FORGED)).toBe('127.0.0.1');
  });

  it('is the one that the trusted proxy added, not the one that the client claimed', async () => {
    await start(['127.0.0.0/8']);
    expect(await addressOf(`${FORGED}, ${REAL}`)).toBe(REAL);
    expect(await addressOf([FORGED, REAL])).toBe(REAL);
    expect(await addressOf(`127.0.0.1, ${REAL}`)).toBe(REAL);
    expect(await addressOf('2001:db8::7')).toBe('2001:db8::7');
    expect(await addressOf(`::ffff:${REAL}`)).toBe(REAL);
  });

  it('is found in the same way for the requests of users, and never what is no address', async () => {
    await start(['127.0.0.0/8']);
    const junk = 'x'.repeat(300);
    for (const forwarded of [`${FORGED}, ${REAL}`, `::ffff:${REAL}`, junk]) {
      const refused = await request(app.url)
        .get('/api/telephony/audit')
        .set('Authorization', `Bearer ${await tokenOf(AGENT_201)}`)
        .set('X-Forwarded-For', forwarded);
      expect(refused.status).toBe(403);
    }
    const { body } = await app.get('/api/telephony/audit', SUPERVISOR);
    const addresses = body.items.map(({ address }: { address: string }) => address);
    expect(addresses).toEqual(['127.0.0.1', REAL, REAL]);
    expect(JSON.stringify(app.log)).not.toContain(junk);
  });

  it('is the one that the outer of two trusted proxies added', async () => {
    await start(['127.0.0.1', `${SECOND_PROXY}/32`]);
    expect(await addressOf(`${FORGED}, ${REAL}, ${SECOND_PROXY}`)).toBe(REAL);
    expect(await addressOf(`${SECOND_PROXY}, ${REAL}, ${SECOND_PROXY}`)).toBe(REAL);
  });

  it('is that of the first proxy that is not trusted', async () => {
    await start(['127.0.0.1']);
    expect(await addressOf(`${FORGED}, ${REAL}, ${SECOND_PROXY}`)).toBe(SECOND_PROXY);
  });

  it('is that of the proxy when the header contains no valid address', async () => {
    await start(['127.0.0.1']);
    for (const invalid of ['unknown', `${REAL}:5060`, 'x'.repeat(500), `'; drop table calls`]) {
      expect(await addressOf(invalid)).toBe('127.0.0.1');
    }
  });

  it('is compared with the allowed addresses only as derived from trusted proxies', async () => {
    await start(['127.0.0.1'], [`${REAL}/32`]);
    const statusFor = async (forwarded?: string) =>
      (await postSigned(app, undefined, { 'x-forwarded-for': forwarded })).status;
    expect(await statusFor(`${FORGED}, ${REAL}`)).toBe(200);
    expect(await statusFor(`${REAL}, ${FORGED}`)).toBe(403);
    expect(await statusFor(undefined)).toBe(403);
    await app.close();
    await start([], [`${REAL}/32`]);
    expect(await statusFor(REAL)).toBe(403);
  });
});
