import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ENDED, ENDED_BODY, postSigned, startEnforcing } from '../support/enforcing-app.js';
import { inOneBatch } from '../support/held-batches.js';
import { outcomeIn } from '../support/outcome.js';
import { counted } from '../support/samples.js';
import { nowPlus } from '../support/signed-webhooks.js';

const OTHER_BODY = JSON.stringify({ ...ENDED, duration: 136 });

describe('a signed delivery', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startEnforcing(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  const post = (body: string, id: string, over: object = {}) => postSigned(app, body, {}, { id, ...over });

  it('with a known id and the same bytes is a duplicate without effect', async () => {
    expect((await post(ENDED_BODY, 'evt_1')).text).toBe('{"status":"ok","result":"accepted"}\n');
    const before = await outcomeIn(app);
    const { version } = await app.onlyCall();
    const again = await post(ENDED_BODY, 'evt_1', { timestamp: nowPlus(-20) });
    expect([again.status, again.text]).toEqual([200, '{"status":"ok","result":"duplicate"}\n']);
    expect(await app.receipts()).toHaveLength(1);
    expect(await outcomeIn(app)).toEqual(before);
    expect((await app.onlyCall()).version).toBe(version);
  });

  it('with a known id and other bytes gets 409, and its bytes are kept once', async () => {
    const sample = 'telephony_webhook_events_total{type="ended",result="conflict"}';
    const before = await counted(app, sample);
    await post(ENDED_BODY, 'evt_1');
    const outcome = await outcomeIn(app);
    for (let time = 1; time <= 2; time += 1) {
      const answer = await post(OTHER_BODY, 'evt_1');
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        409,
        {
          statusCode: 409,
          code: 'WEBHOOK_ID_REUSED',
          message: expect.stringContaining('This id came before with another body'),
          requestId: expect.any(String),
        },
      ]);
    }
    expect(await outcomeIn(app)).toEqual(outcome);
    const [applied, quarantined, ...others] = await app.receipts();
    expect(others).toEqual([]);
    expect(applied).toMatchObject({ deliveryId: 'evt_1', outcome: 'applied', body: Buffer.from(ENDED_BODY) });
    expect(quarantined).toMatchObject({
      outcome: 'quarantined',
      errorCode: 'WEBHOOK_ID_REUSED',
      errorDetails: [{ field: '(id)', problem: 'came before with another body' }],
      body: Buffer.from(OTHER_BODY),
      callId: null,
      keyId: applied?.keyId,
      sourceAddress: '127.0.0.1',
    });
    expect(await counted(app, sample)).toBe(before + 2);
    expect((await post(ENDED_BODY, 'evt_1')).text).toBe('{"status":"ok","result":"duplicate"}\n');
  });

  it('is distinguished from a conflict and from a duplicate in the same batch, whichever is first', async () => {
    const { answers, sizes } = await inOneBatch(app, [
      () => post(ENDED_BODY, 'evt_1'),
      () => post(OTHER_BODY, 'evt_1'),
      () => post(ENDED_BODY, 'evt_1'),
      () => post(OTHER_BODY, 'evt_1'),
      () => post(OTHER_BODY, 'evt_2'),
    ]);
    expect(sizes).toEqual([5]);
    expect(answers.map(({ status, text }) => [status, JSON.parse(text).result])).toEqual([
      [200, 'accepted'],
      [409, undefined],
      [200, 'duplicate'],
      [409, undefined],
      [200, 'accepted'],
    ]);
    const receipts = await app.receipts();
    expect(receipts.map(({ outcome }) => outcome).sort()).toEqual(['applied', 'applied', 'quarantined']);
    expect((await app.onlyCall()).durationSeconds).toBe(136);
  });

  it('with invalid JSON under one id gets 409 too when valid JSON was sent before, and vice versa', async () => {
    await post(ENDED_BODY, 'evt_1');
    expect((await post('not json', 'evt_1')).status).toBe(409);
    expect((await post('not json', 'evt_3')).status).toBe(400);
    expect((await post('not json', 'evt_3')).status).toBe(400);
    expect((await post(ENDED_BODY, 'evt_3')).status).toBe(409);
    const outcomes = (await app.receipts()).map(({ outcome, errorCode }) => [outcome, errorCode]);
    expect(outcomes).toEqual([
      ['applied', null],
      ['quarantined', 'WEBHOOK_ID_REUSED'],
      ['quarantined', 'WEBHOOK_INVALID'],
      ['quarantined', 'WEBHOOK_ID_REUSED'],
    ]);
  });
});
