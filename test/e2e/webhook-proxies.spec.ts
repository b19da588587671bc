import type { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ENDED, postSigned, startEnforcing } from '../support/enforcing-app.js';

/** The test itself is the nearest peer: 127.0.0.1. */
const FORGED = '203.0.113.66';
const REAL = '198.51.100.9';
const SECOND_PROXY = '10.0.0.2';

describe('the address of a sender', () => {
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

  it('is that of the peer when no proxy is listed, whatever a header says', async () => {
    await start([]);
    expect(await addressOf(FORGED)).toBe('127.0.0.1');
    expect(await addressOf([FORGED, REAL])).toBe('127.0.0.1');
  });

  it('is that of the peer when another proxy is listed', async () => {
    await start([SECOND_PROXY]);
    expect(await addressOf(FORGED)).toBe('127.0.0.1');
  });

  it('is what the one listed proxy saw, not what the sender claimed', async () => {
    await start(['127.0.0.0/8']);
    expect(await addressOf(`${FORGED}, ${REAL}`)).toBe(REAL);
    expect(await addressOf([FORGED, REAL])).toBe(REAL);
    expect(await addressOf(`127.0.0.1, ${REAL}`)).toBe(REAL);
    expect(await addressOf('2001:db8::7')).toBe('2001:db8::7');
    expect(await addressOf(`::ffff:${REAL}`)).toBe(REAL);
  });

  it('is what the outer of two listed proxies saw', async () => {
    await start(['127.0.0.1', `${SECOND_PROXY}/32`]);
    expect(await addressOf(`${FORGED}, ${REAL}, ${SECOND_PROXY}`)).toBe(REAL);
    expect(await addressOf(`${SECOND_PROXY}, ${REAL}, ${SECOND_PROXY}`)).toBe(REAL);
  });

  it('stops at the first proxy that is not listed', async () => {
    await start(['127.0.0.1']);
    expect(await addressOf(`${FORGED}, ${REAL}, ${SECOND_PROXY}`)).toBe(SECOND_PROXY);
  });

  it('is never what is no address: the proxy that forwards it answers for it', async () => {
    await start(['127.0.0.1']);
    for (const nonsense of ['unknown', `${REAL}:5060`, 'x'.repeat(500), `'; drop table calls`]) {
      expect(await addressOf(nonsense)).toBe('127.0.0.1');
    }
  });

  it('opens the door only if it is true', async () => {
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
