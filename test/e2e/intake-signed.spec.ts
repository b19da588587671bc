import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  ENDED,
  ENDED_BODY,
  EVERY_ADDRESS,
  ONE_SHOT,
  postSigned,
  startEnforcing,
} from '../support/enforcing-app.js';
import { inOneBatch } from '../support/held-batches.js';
import { outcomeIn } from '../support/outcome.js';
import { ReceiptDesk } from '../support/receipt-desk.js';
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

  describe('that names no event', () => {
    const { event: _event, ...UNNAMED } = {
      ...ENDED,
      from: '01712345678',
      recording_url: 'https://pbx.example/1.mp3',
    };

    it.each([
      ['without a name', JSON.stringify(UNNAMED)],
      ['with an empty name', JSON.stringify({ ...UNNAMED, event: '' })],
      ['with the name in status', JSON.stringify({ ...UNNAMED, status: 'call_ended' })],
      ['in a wrapper', JSON.stringify({ id: 'm1', data: UNNAMED })],
      ['as a form', 'bracknet_call_id=BN-1&from=01712345678&recording_url=https%3A%2F%2Fpbx.example%2F1.mp3'],
    ])(
      'is no event on any address of one event, %s: the signature does not cover the address',
      async (_how, body) => {
        for (const path of EVERY_ADDRESS.filter((address) => address !== ONE_SHOT)) {
          const answer = await post(body, `evt_${EVERY_ADDRESS.indexOf(path)}`, { path });
          expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
            400,
            {
              code: 'WEBHOOK_INVALID',
              details: [{ field: 'event', problem: expect.stringContaining('is required') }],
            },
          ]);
        }
        expect(await app.calls()).toEqual([]);
        const outcomes = (await app.receipts()).map(({ outcome }) => outcome);
        expect(outcomes).toEqual(Array<string>(5).fill('quarantined'));
      },
    );

    it('may name it in status on the address of all events', async () => {
      const body = JSON.stringify({ ...UNNAMED, status: 'call_ended' });
      expect((await post(body, 'evt_1', { path: ONE_SHOT })).text).toContain('accepted');
    });

    it('says what is wrong with a name that is no text', async () => {
      const { text } = await post(JSON.stringify({ ...UNNAMED, event: 5 }), 'evt_1');
      expect(JSON.parse(text).message).toContain('event must be text in quotes');
    });

    it('is that of its address when a supervisor replays it', async () => {
      await post(JSON.stringify(UNNAMED), 'evt_1');
      const { result } = await new ReceiptDesk(app).replay('1', { dryRun: false });
      expect([result, (await app.onlyCall()).status]).toEqual(['applied', 'completed']);
    });
  });

  it('without a name is that of its address where signatures are not enforced', async () => {
    const own = await startEnforcing(database, { webhooks: { mode: 'monitor' } });
    try {
      const { event: _event, ...unnamed } = ENDED;
      expect((await postSigned(own, JSON.stringify(unnamed))).text).toContain('accepted');
    } finally {
      await own.close();
    }
  });
});
