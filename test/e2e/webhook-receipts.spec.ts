import request from 'supertest';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ADDRESS, ReceiptDesk } from '../support/receipt-desk.js';
import { CALLER, webhooksOf } from '../support/webhook-lives.js';

const call = webhooksOf('BN-CALL-1');

describe('the receipts of webhooks, for supervisors', () => {
  let database: TestDatabase;
  let app: TestApp;
  let desk: ReceiptDesk;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    desk = new ReceiptDesk(app);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    app.log.length = 0;
  });

  it.each([
    ['get', ''],
    ['get', '/1'],
    ['post', '/1/replay'],
    ['post', '/1/discard'],
  ] as const)('are not accessible to other users: %s %s', async (method, path) => {
    const nobody = await request(app.url)[method](ADDRESS + path);
    expect([nobody.status, nobody.body.code]).toEqual([401, 'UNAUTHENTICATED']);
    const agent =
      method === 'get'
        ? await app.get(ADDRESS + path, AGENT_201)
        : await app.post(ADDRESS + path, { reason: 'mine' }, AGENT_201);
    expect([agent.status, agent.body.code]).toEqual([403, 'FORBIDDEN']);
  });

  it.each([
    ['get', ''],
    ['post', '/replay'],
    ['post', '/discard'],
  ] as const)('need a valid and existing id: %s %s', async (method, path) => {
    const ask = (id: string) =>
      method === 'get'
        ? app.get(`${ADDRESS}/${id}${path}`, SUPERVISOR)
        : app.post(`${ADDRESS}/${id}${path}`, path === '/discard' ? { reason: 'x' } : {}, SUPERVISOR);
    for (const id of ['9223372036854775807', '77', '077']) {
      const { status, body } = await ask(id);
      expect([status, body.code]).toEqual([404, 'RECEIPT_NOT_FOUND']);
    }
    for (const id of ['0', '-1', 'abc', '1.5', '9223372036854775808', '10000000000000000000']) {
      const { status, body } = await ask(id);
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    }
  });

  describe('in a list', () => {
    /** Ten of each outcome in turn, a minute apart, from midnight of 3 January in Dhaka; three of a moment. */
    async function fill(): Promise<void> {
      await app.db.query(`
        INSERT INTO telephony_webhook_receipts
               (delivery_id, route, event_type, external_call_id, call_id, source_address, outcome, body, received_at)
        SELECT 'delivery-' || n, 'one-shot',
               CASE WHEN n % 2 = 0 THEN 'call_ended' ELSE 'incoming_call' END,
               'BN-' || n % 10, CASE WHEN n % 6 = 0 THEN n % 4 + 1 END, '203.0.113.9',
               (ARRAY['applied', 'ignored', 'quarantined', 'failed', 'dead', 'discarded'])[n % 6 + 1],
               'x', timestamptz '2026-01-02T18:00:00Z' + n / 3 * interval '1 min'
          FROM generate_series(0, 59) AS n`);
    }

    /** The ids of those that match, newest first: ids begin with 1. */
    function expected(matches: (n: number) => boolean): string[] {
      return Array.from({ length: 60 }, (_, n) => n)
        .filter(matches)
        .map((n) => String(n + 1))
        .reverse();
    }

    it('are returned newest first, without bodies, fifty per page', async () => {
      await fill();
      const { items, nextCursor } = await desk.get('');
      expect(items.map(({ id }: { id: string }) => id)).toEqual(expected((n) => n >= 10));
      expect(nextCursor).toEqual(expect.any(String));
      expect(items[0]).toEqual({
        id: '60',
        route: 'one-shot',
        eventType: 'incoming_call',
        externalCallId: 'BN-9',
        callId: null,
        sourceAddress: '203.0.113.9',
        keyId: null,
        outcome: 'discarded',
        errorCode: null,
        errorDetails: null,
        occurredAt: null,
        occurredAtSource: null,
        clockSkewSeconds: null,
        ignoredFields: [],
        receivedAt: '2026-01-02T18:19:00.000Z',
        attempts: 0,
        nextAttemptAt: null,
        decision: null,
        decidedBy: null,
        decidedAt: null,
        decisionReason: null,
      });
    });

    const minute = (n: number): number => Math.floor(n / 3);
    const FILTERS: [string, (n: number) => boolean][] = [
      ['outcome=quarantined', (n) => n % 6 === 2],
      ['outcome=dead,quarantined,failed', (n) => [2, 3, 4].includes(n % 6)],
      ['outcome=dead&outcome=ignored', (n) => [1, 4].includes(n % 6)],
      ['outcome=applied', (n) => n % 6 === 0],
      ['outcome=applied,dead', (n) => [0, 4].includes(n % 6)],
      ['event=call_ended', (n) => n % 2 === 0],
      ['outcome=dead,discarded&event=call_ended', (n) => n % 6 === 4],
      ['externalCallId=BN-3', (n) => n % 10 === 3],
      ['externalCallId=BN-4&outcome=dead', (n) => n % 10 === 4 && n % 6 === 4],
      ['externalCallId=BN-4&event=incoming_call', () => false],
      ['callId=3', (n) => n % 6 === 0 && n % 4 === 2],
      ['callId=3&externalCallId=BN-8', (n) => n % 6 === 0 && n % 4 === 2 && n % 10 === 8],
      ['from=2026-01-02T18:05:00Z', (n) => minute(n) >= 5],
      ['to=2026-01-02T18:05:00Z', (n) => minute(n) < 5],
      [
        'from=2026-01-03T00:04:00%2B06:00&to=2026-01-03T00:06:00&outcome=dead,failed',
        (n) => [4, 5].includes(minute(n)) && [3, 4].includes(n % 6),
      ],
      ['from=2026-01-03&to=2026-01-03&outcome=dead', (n) => n % 6 === 4],
      ['to=2026-01-02', () => false],
      ['from=0000-01-01&to=9999-12-31&outcome=dead', (n) => n % 6 === 4],
    ];

    it.each(FILTERS)('that is narrowed by %s hold those, whole or page by page', async (filter, matches) => {
      await fill();
      expect(await desk.ids(`?limit=200&${filter}`)).toEqual(expected(matches));
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await desk.get(`?limit=4&${filter}${cursor === null ? '' : `&cursor=${cursor}`}`);
        expect(page.items.length).toBeLessThanOrEqual(4);
        found.push(...page.items.map(({ id }: { id: string }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(found).toEqual(expected(matches));
    });

    it('contain each receipt once although new ones are inserted between pages', async () => {
      await fill();
      const found: string[] = [];
      let cursor: string | null = '';
      for (let page = 0; cursor !== null; page += 1) {
        const { items, nextCursor } = await desk.get(`?limit=7${cursor}`);
        found.push(...items.map(({ id }: { id: string }) => id));
        const { route, body } = webhooksOf(`BN-NEW-${page}`).ended(0, 5);
        await app.webhook(route, body);
        cursor = nextCursor === null ? null : `&cursor=${nextCursor}`;
      }
      expect(found).toEqual(expected(() => true));
    });

    it('show no full number, even of invalid receipts', async () => {
      await app.webhook('one-shot', { event: `dial ${CALLER}`, from: CALLER });
      await app.webhook('call-answered', { event: 'call_ended', from: CALLER });
      await app.db.query(
        `UPDATE telephony_webhook_receipts SET decision_reason = 'asked ${CALLER}',
                error_details = '[{"field":"from","problem":"not ${CALLER}"}]' WHERE id = 2`,
      );
      const listed = await desk.get('');
      expect(listed.items).toHaveLength(2);
      expect(JSON.stringify(listed)).not.toContain('1712345');
      expect(listed.items[0].errorDetails).toEqual([{ field: 'from', problem: 'not ********678' }]);
    });

    it.each([
      ['limit=0', 'limit'],
      ['outcome=lost', 'outcome'],
      ['outcome=dead,', 'outcome'],
      ['callId=BN-1', 'callId'],
      ['from=yesterday', 'from'],
      ['to=2026-02-31', 'to'],
      ['cursor=4711', 'cursor'],
      [`cursor=${Buffer.from('2026-02-31T00:00:00.000000Z 1').toString('base64url')}`, 'cursor'],
      [`cursor=${Buffer.from('0000-01-01T00:00:00.000000Z 1').toString('base64url')}`, 'cursor'],
      ['page=2', 'page'],
    ])('reject %s', async (query, field) => {
      const { status, body } = await app.get(`${ADDRESS}?${query}`, SUPERVISOR);
      expect([status, body.code, body.details[0].field]).toEqual([400, 'VALIDATION_FAILED', field]);
    });
  });

  describe('one by one', () => {
    it('show the body with masked numbers', async () => {
      const id = await desk.quarantine(call.incoming(0));
      const shown = await desk.get(`/${id}`);
      expect(shown).toMatchObject({ id, outcome: 'quarantined', masked: true, bodyBase64: null });
      expect(shown.errorDetails).toEqual([{ field: '(body)', problem: 'must be valid JSON' }]);
      expect(shown.body).toContain('"from":"********678"');
      expect(shown.body).toContain('"timestamp":"2026-01-03T10:30:00.000Z"');
      expect(desk.auditLines()).toEqual([]);
    });

    it('show full numbers on request, and log the user', async () => {
      const id = await desk.quarantine(call.incoming(0));
      const shown = await desk.get(`/${id}?unmasked=true`);
      expect(shown).toMatchObject({ masked: false, bodyBase64: null });
      expect(shown.body).toBe((await desk.receipt(id)).body.toString());
      expect(desk.auditLines()).toEqual([
        expect.objectContaining({
          msg: 'A receipt was shown with numbers in full',
          ids: { receipt: id, user: 1 },
        }),
      ]);
      expect(JSON.stringify(app.log)).not.toContain(CALLER);
    });

    it('show a body that is no text as far as possible, and its bytes on a request for full numbers', async () => {
      const bytes = Buffer.concat([Buffer.from(`{"from":"${CALLER}"`), Buffer.from([0xff])]);
      await request(app.url)
        .post('/api/webhook/bracknet/call-ended')
        .set('Content-Type', 'application/json')
        .serialize((body) => body as unknown as string)
        .send(bytes);
      const [stored] = await app.receipts();
      expect(stored?.body).toEqual(bytes);
      const masked = await desk.get(`/${stored?.id}`);
      expect([masked.body, masked.bodyBase64]).toEqual(['{"from":"***********"\ufffd', null]);
      const { bodyBase64 } = await desk.get(`/${stored?.id}?unmasked=true`);
      expect(Buffer.from(bodyBase64, 'base64')).toEqual(bytes);
    });

    it('are masked unless the word is true or false', async () => {
      const id = await desk.quarantine(call.incoming(0));
      expect((await desk.get(`/${id}?unmasked=false`)).masked).toBe(true);
      const { status, body } = await app.get(`${ADDRESS}/${id}?unmasked=1`, SUPERVISOR);
      expect([status, body.details[0].field]).toEqual([400, 'unmasked']);
    });
  });
});
