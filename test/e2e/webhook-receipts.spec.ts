import { jest } from '@jest/globals';
import request from 'supertest';
import { Clock } from '../../src/common/clock.js';
import type { WebhookReceipt } from '../../src/modules/telephony/webhooks/webhook-receipt.entity.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { CALL_START } from '../support/call-events.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { outcomeIn } from '../support/outcome.js';
import { CALLER, type Webhook, webhooksOf } from '../support/webhook-lives.js';

const ADDRESS = '/api/telephony/webhook-receipts';
const OTHER_SUPERVISOR = { ...SUPERVISOR, userId: 2 };

const call = webhooksOf('BN-CALL-1');

describe('the receipts of webhooks, for supervisors', () => {
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
  beforeEach(async () => {
    await app.clear();
    app.log.length = 0;
  });

  async function get(query: string, who = SUPERVISOR) {
    const { status, body } = await app.get(ADDRESS + query, who);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  }

  async function ids(query: string): Promise<string[]> {
    const { items } = await get(query);
    return items.map(({ id }: { id: string }) => id);
  }

  async function receipt(id: string): Promise<WebhookReceipt> {
    const found = (await app.receipts()).find((each) => each.id === id);
    if (found === undefined) throw new Error(`There is no receipt ${id}`);
    return found;
  }

  async function replay(id: string, body: object = {}, who = SUPERVISOR) {
    const answer = await app.post(`${ADDRESS}/${id}/replay`, body, who);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
    return answer.body;
  }

  function discard(id: string, reason: unknown = 'test call of the vendor', who = SUPERVISOR) {
    return app.post(`${ADDRESS}/${id}/discard`, { reason }, who);
  }

  /** Sends it with a fault in it. @returns the id of its receipt */
  async function quarantine({ route, body }: Webhook): Promise<string> {
    const faulty = JSON.stringify(body).replace('{', '{{');
    expect((await app.webhook(route, faulty)).body.code).toBe('WEBHOOK_INVALID');
    return (await app.receipts()).find(({ outcome }) => outcome === 'quarantined')?.id ?? '';
  }

  /** As a release would that understands what was sent. */
  async function fix(id: string, { body }: Webhook): Promise<void> {
    await app.db.query('UPDATE telephony_webhook_receipts SET body = $2 WHERE id = $1', [
      id,
      Buffer.from(JSON.stringify(body)),
    ]);
  }

  /** Sends an event while no call may be written. @returns the id of its receipt, which nobody tries again by himself */
  async function kill({ route, body }: Webhook): Promise<string> {
    await app.db.query('ALTER TABLE telephony_calls ADD CONSTRAINT ck_none CHECK (false) NOT VALID');
    expect((await app.webhook(route, body)).status).toBe(200);
    const [row] = await app.db.query<{ id: string }[][]>(
      `UPDATE telephony_webhook_receipts SET outcome = 'dead', attempts = 12, next_attempt_at = NULL
        WHERE outcome = 'failed' RETURNING id`,
    );
    return row?.[0]?.id ?? '';
  }

  function heal(): Promise<unknown> {
    return app.db.query('ALTER TABLE telephony_calls DROP CONSTRAINT IF EXISTS ck_none');
  }

  function auditLines(): unknown[] {
    return app.log.filter(({ context }) => context === 'WebhookReceiptsService');
  }

  it.each([
    ['get', ''],
    ['get', '/1'],
    ['post', '/1/replay'],
    ['post', '/1/discard'],
  ] as const)('are for nobody else: %s %s', async (method, path) => {
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
  ] as const)('are asked for by an id that may be and is: %s %s', async (method, path) => {
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

    it('come newest first, without what was said, fifty at a time', async () => {
      await fill();
      const { items, nextCursor } = await get('');
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
      expect(await ids(`?limit=200&${filter}`)).toEqual(expected(matches));
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await get(`?limit=4&${filter}${cursor === null ? '' : `&cursor=${cursor}`}`);
        expect(page.items.length).toBeLessThanOrEqual(4);
        found.push(...page.items.map(({ id }: { id: string }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(found).toEqual(expected(matches));
    });

    it('hold each receipt once though new ones come in from page to page', async () => {
      await fill();
      const found: string[] = [];
      let cursor: string | null = '';
      for (let page = 0; cursor !== null; page += 1) {
        const { items, nextCursor } = await get(`?limit=7${cursor}`);
        found.push(...items.map(({ id }: { id: string }) => id));
        const { route, body } = webhooksOf(`BN-NEW-${page}`).ended(0, 5);
        await app.webhook(route, body);
        cursor = nextCursor === null ? null : `&cursor=${nextCursor}`;
      }
      expect(found).toEqual(expected(() => true));
    });

    it('show no number in full, whatever is wrong with it', async () => {
      await app.webhook('one-shot', { event: `dial ${CALLER}`, from: CALLER });
      await app.webhook('call-answered', { event: 'call_ended', from: CALLER });
      await app.db.query(
        `UPDATE telephony_webhook_receipts SET decision_reason = 'asked ${CALLER}',
                error_details = '[{"field":"from","problem":"not ${CALLER}"}]' WHERE id = 2`,
      );
      const listed = await get('');
      expect(listed.items).toHaveLength(2);
      expect(JSON.stringify(listed)).not.toContain('1712345');
      expect(listed.items[0].errorDetails).toEqual([{ field: 'from', problem: 'not ********678' }]);
    });

    it.each([
      ['limit=201', 'limit'],
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
    ])('are not asked for by %s', async (query, field) => {
      const { status, body } = await app.get(`${ADDRESS}?${query}`, SUPERVISOR);
      expect([status, body.code, body.details[0].field]).toEqual([400, 'VALIDATION_FAILED', field]);
    });
  });

  describe('one by one', () => {
    it('show what was sent, with numbers masked', async () => {
      const id = await quarantine(call.incoming(0));
      const shown = await get(`/${id}`);
      expect(shown).toMatchObject({ id, outcome: 'quarantined', masked: true, bodyBase64: null });
      expect(shown.errorDetails).toEqual([{ field: '(body)', problem: 'must be valid JSON' }]);
      expect(shown.body).toContain('"from":"********678"');
      expect(shown.body).toContain('"timestamp":"2026-01-03T10:30:00.000Z"');
      expect(auditLines()).toEqual([]);
    });

    it('show the numbers to who asks for them, and the log says who did', async () => {
      const id = await quarantine(call.incoming(0));
      const shown = await get(`/${id}?unmasked=true`);
      expect(shown).toMatchObject({ masked: false, bodyBase64: null });
      expect(shown.body).toBe((await receipt(id)).body.toString());
      expect(auditLines()).toEqual([
        expect.objectContaining({
          msg: 'A receipt was shown with numbers in full',
          ids: { receipt: id, user: 1 },
        }),
      ]);
      expect(JSON.stringify(app.log)).not.toContain(CALLER);
    });

    it('show what is no text as far as it can be, and its bytes to who may see all', async () => {
      const bytes = Buffer.concat([Buffer.from(`{"from":"${CALLER}"`), Buffer.from([0xff])]);
      await request(app.url)
        .post('/api/webhook/bracknet/call-ended')
        .set('Content-Type', 'application/json')
        .serialize((body) => body as unknown as string)
        .send(bytes);
      const [stored] = await app.receipts();
      expect(stored?.body).toEqual(bytes);
      const masked = await get(`/${stored?.id}`);
      expect([masked.body, masked.bodyBase64]).toEqual(['{"from":"***********"\ufffd', null]);
      const { bodyBase64 } = await get(`/${stored?.id}?unmasked=true`);
      expect(Buffer.from(bodyBase64, 'base64')).toEqual(bytes);
    });

    it('are masked unless the word is true or false', async () => {
      const id = await quarantine(call.incoming(0));
      expect((await get(`/${id}?unmasked=false`)).masked).toBe(true);
      const { status, body } = await app.get(`${ADDRESS}/${id}?unmasked=1`, SUPERVISOR);
      expect([status, body.details[0].field]).toEqual([400, 'unmasked']);
    });
  });

  describe('replayed', () => {
    afterEach(heal);

    async function rows(): Promise<unknown> {
      return { calls: await app.calls(), tasks: await app.tasks(), receipts: await app.receipts() };
    }

    it('for a try, which is what happens unless told otherwise, say what would be and change nothing', async () => {
      const id = await quarantine(call.missed(25));
      await fix(id, call.missed(25));
      const before = await rows();
      for (const body of [{}, { dryRun: true }]) {
        expect(await replay(id, body)).toMatchObject({
          dryRun: true,
          result: 'applied',
          callId: null,
          details: null,
          receipt: { id, outcome: 'quarantined', decision: null },
        });
      }
      expect(await rows()).toEqual(before);
      expect(auditLines()).toEqual([]);
    });

    it('for a try, name the call that is there already', async () => {
      await app.webhook('incoming-call', call.incoming(0).body);
      const id = await quarantine(call.ended(20, 10));
      await fix(id, call.ended(20, 10));
      const { id: callId } = await app.onlyCall();
      expect(await replay(id)).toMatchObject({ dryRun: true, result: 'applied', callId });
      expect((await app.onlyCall()).status).toBe('ringing');
    });

    it.each([{ dryRun: null }, { dryRun: 'false' }, { dryRun: 0 }, { reason: '' }, { force: true }])(
      'are not, by %j',
      async (body) => {
        const id = await quarantine(call.missed(25));
        const answer = await app.post(`${ADDRESS}/${id}/replay`, body, SUPERVISOR);
        expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
      },
    );

    describe('after a fix', () => {
      beforeEach(() => {
        jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(new Date(CALL_START + 3_600_000));
      });
      afterEach(() => jest.restoreAllMocks());

      /** An answered call and a missed one of the same customer, who was called back, each with its recording. */
      const later = webhooksOf('BN-CALL-2');
      const life = [
        call.incoming(0),
        call.missed(25),
        later.ringing(300),
        later.answered(308),
        later.ended(373, 65),
        later.recording(65),
      ];

      async function deliver(webhooks: readonly Webhook[]): Promise<void> {
        for (const { route, body } of webhooks) expect((await app.webhook(route, body)).status).toBe(200);
      }

      it.each(life.map((webhook, at) => [String(webhook.body.event), at] as const))(
        'of %s leave the rows that there would have been',
        async (_event, at) => {
          await deliver(life);
          const wanted = await outcomeIn(app);
          const { body: _body, id: _id, ...wantedReceipt } = await receipt(String(at + 1));
          await app.clear();

          const webhook = life[at] as Webhook;
          await deliver(life.slice(0, at));
          const id = await quarantine(webhook);
          await deliver(life.slice(at + 1));
          await fix(id, webhook);
          const { result, callId } = await replay(id, { dryRun: false });

          expect(result).toBe('applied');
          expect(await outcomeIn(app)).toEqual(wanted);
          const named = (await app.calls()).find((row) => row.id === callId);
          const replayed = await receipt(id);
          expect(replayed).toMatchObject({
            eventType: wantedReceipt.eventType,
            externalCallId: wantedReceipt.externalCallId,
            occurredAt: wantedReceipt.occurredAt,
            occurredAtSource: wantedReceipt.occurredAtSource,
            clockSkewSeconds: wantedReceipt.clockSkewSeconds,
            outcome: 'applied',
            errorCode: null,
            errorDetails: null,
            callId: named?.id,
          });
          expect(named).toBeDefined();
        },
      );
    });

    it('say who decided, when and why, in the row and in the log', async () => {
      const id = await quarantine(call.missed(25));
      await fix(id, call.missed(25));
      const [{ now }] = await app.db.query<[{ now: Date }]>('SELECT now()');
      const { receipt: shown } = await replay(id, { dryRun: false, reason: 'release 1.4 can read it' });
      const replayed = await receipt(id);
      expect(replayed).toMatchObject({
        outcome: 'applied',
        decision: 'replayed',
        decidedBy: 1,
        decisionReason: 'release 1.4 can read it',
      });
      expect(Number(replayed.decidedAt)).toBeGreaterThanOrEqual(Number(now));
      expect(shown).toMatchObject({ outcome: 'applied', decision: 'replayed', decidedBy: 1 });
      expect(auditLines()).toEqual([
        expect.objectContaining({ msg: 'A receipt was replayed: applied', ids: { receipt: id, user: 1 } }),
      ]);
    });

    it('twice are in their call once, and the first decision stands', async () => {
      const id = await quarantine(call.missed(25));
      await fix(id, call.missed(25));
      await replay(id, { dryRun: false, reason: 'mine' });
      const { id: callId } = await app.onlyCall();
      const before = await rows();
      expect(await replay(id, { dryRun: false, reason: 'no, mine' }, OTHER_SUPERVISOR)).toMatchObject({
        result: 'settled',
        callId,
        receipt: { outcome: 'applied', decidedBy: 1, decisionReason: 'mine' },
      });
      expect(await replay(id)).toMatchObject({ dryRun: true, result: 'settled', callId });
      expect(await rows()).toEqual(before);
    });

    it('stay in quarantine as long as they are not the contract', async () => {
      const id = await quarantine(call.missed(25));
      const before = await rows();
      expect(await replay(id, { dryRun: false })).toMatchObject({
        dryRun: false,
        result: 'refused',
        callId: null,
        details: [{ field: '(body)', problem: 'must be valid JSON' }],
        receipt: { outcome: 'quarantined', decision: null },
      });
      expect(await rows()).toEqual(before);
    });

    it('stay in quarantine, too, when nobody knows what they name', async () => {
      const id = await quarantine({ route: 'one-shot', body: { event: 'agent_login' } });
      await fix(id, { route: 'one-shot', body: { event: 'agent_login' } });
      expect(await replay(id, { dryRun: false })).toMatchObject({
        result: 'refused',
        details: [{ field: 'event', problem: expect.any(String) }],
        receipt: { outcome: 'quarantined' },
      });
    });

    it('though dead, come to life when what killed them is gone; until then nothing changes', async () => {
      const id = await kill(call.missed(25));
      expect(await receipt(id)).toMatchObject({ outcome: 'dead', errorCode: 'INTERNAL' });
      const before = await rows();
      for (const dryRun of [true, false]) {
        const { status, body } = await app.post(`${ADDRESS}/${id}/replay`, { dryRun }, SUPERVISOR);
        expect({ status, body }).toEqual({
          status: 500,
          body: {
            statusCode: 500,
            code: 'INTERNAL',
            message: 'Internal server error',
            requestId: expect.any(String),
          },
        });
      }
      expect(await rows()).toEqual(before);

      await heal();
      expect((await replay(id, { dryRun: false })).result).toBe('applied');
      expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'missed' });
      expect(await app.tasks()).toEqual([expect.objectContaining({ status: 'pending' })]);
      expect(await receipt(id)).toMatchObject({ outcome: 'applied', errorCode: null, nextAttemptAt: null });
    });
  });

  describe('discarded', () => {
    it.each(['quarantined', 'failed', 'dead'])('%s, keep the reason and who gave it', async (outcome) => {
      const id = await quarantine(call.missed(25));
      await app.db.query(
        `UPDATE telephony_webhook_receipts SET outcome = $1, next_attempt_at = now() + interval '1 day'`,
        [outcome],
      );
      const answer = await discard(id);
      expect([answer.status, answer.body]).toEqual([
        200,
        expect.objectContaining({ id, outcome: 'discarded', decidedBy: 1 }),
      ]);
      const { body, ...discarded } = await receipt(id);
      expect(discarded).toMatchObject({
        outcome: 'discarded',
        errorCode: 'WEBHOOK_INVALID',
        nextAttemptAt: null,
        decision: 'discarded',
        decidedBy: 1,
        decidedAt: expect.any(Date),
        decisionReason: 'test call of the vendor',
      });
      expect(body.length).toBeGreaterThan(0);
      expect(auditLines()).toEqual([
        expect.objectContaining({ msg: 'A receipt was discarded', ids: { receipt: id, user: 1 } }),
      ]);
    });

    it('again by the same supervisor stay as they are; by another they are settled', async () => {
      const id = await quarantine(call.missed(25));
      const { body: first } = await discard(id);
      const again = await discard(id, 'another reason');
      expect([again.status, again.body]).toEqual([200, first]);
      const other = await discard(id, 'mine', OTHER_SUPERVISOR);
      expect([other.status, other.body.code]).toEqual([409, 'RECEIPT_ALREADY_SETTLED']);
      expect((await receipt(id)).decisionReason).toBe('test call of the vendor');
      expect(auditLines()).toHaveLength(1);
    });

    it('cannot be when they are in a call, or were of no account anyway', async () => {
      await app.webhook('incoming-call', call.incoming(0).body);
      await app.webhook('one-shot', { event: 'agent_login' });
      for (const id of ['1', '2']) {
        const { status, body } = await discard(id);
        expect([status, body.code]).toEqual([409, 'RECEIPT_ALREADY_SETTLED']);
      }
      expect((await app.receipts()).map(({ outcome }) => outcome)).toEqual(['applied', 'ignored']);
    });

    it('are not replayed any more', async () => {
      const id = await quarantine(call.missed(25));
      await fix(id, call.missed(25));
      await discard(id);
      expect(await replay(id, { dryRun: false })).toMatchObject({
        result: 'settled',
        callId: null,
        receipt: { outcome: 'discarded' },
      });
      expect(await app.calls()).toEqual([]);
    });

    it.each([[undefined], [''], ['x'.repeat(501)], [7], ['NUL \0']])(
      'need a reason: not %j',
      async (reason) => {
        const id = await quarantine(call.missed(25));
        const { status, body } = await discard(id, reason ?? null);
        expect([status, body.code, body.details[0].field]).toEqual([400, 'VALIDATION_FAILED', 'reason']);
        expect((await discard(id, 'x'.repeat(500))).status).toBe(200);
      },
    );
  });
});
