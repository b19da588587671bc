import { jest } from '@jest/globals';
import { Clock } from '../../src/common/time/clock.js';
import { SUPERVISOR, TestApp } from '../support/app.js';
import { CALL_START } from '../support/call-events.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { outcomeIn } from '../support/outcome.js';
import { ADDRESS, ReceiptDesk } from '../support/receipt-desk.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';

const OTHER_SUPERVISOR = { ...SUPERVISOR, userId: 2 };

const call = webhooksOf('BN-CALL-1');

describe('receipts that were set aside', () => {
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

  describe('replayed', () => {
    afterEach(() => desk.heal());

    async function rows(): Promise<unknown> {
      return { calls: await app.calls(), tasks: await app.tasks(), receipts: await app.receipts() };
    }

    it('as a dry run, which is the default, return the result and change nothing', async () => {
      const id = await desk.quarantine(call.missed(25));
      await desk.fix(id, call.missed(25));
      const before = await rows();
      for (const body of [{}, { dryRun: true }]) {
        expect(await desk.replay(id, body)).toMatchObject({
          dryRun: true,
          result: 'applied',
          callId: null,
          details: null,
          receipt: { id, outcome: 'quarantined', decision: null },
        });
      }
      expect(await rows()).toEqual(before);
      expect(desk.auditLines()).toEqual([]);
    });

    it('as a dry run return the existing call', async () => {
      await app.webhook('incoming-call', call.incoming(0).body);
      const id = await desk.quarantine(call.ended(20, 10));
      await desk.fix(id, call.ended(20, 10));
      const { id: callId } = await app.onlyCall();
      expect(await desk.replay(id)).toMatchObject({ dryRun: true, result: 'applied', callId });
      expect((await app.onlyCall()).status).toBe('ringing');
    });

    it('as a dry run tell which columns of the call would change', async () => {
      await app.webhook('incoming-call', call.incoming(0).body);
      const id = await desk.quarantine(call.ended(20, 10));
      await desk.fix(id, call.ended(20, 10));
      const { id: callId } = await app.onlyCall();
      const { changes } = await desk.replay(id);
      expect(changes).toMatchObject([{ callId, kind: 'changed' }]);
      expect(changes[0].columns).toContainEqual({ column: 'status', from: 'ringing', to: 'completed' });
      expect((await desk.replay(id, { dryRun: false })).changes).toEqual([]);
    });

    it('as a dry run name no id for a call that would be new', async () => {
      const id = await desk.quarantine(call.incoming(0));
      await desk.fix(id, call.incoming(0));
      expect((await desk.replay(id)).changes).toEqual([{ callId: null, kind: 'created', columns: [] }]);
    });

    it.each([{ dryRun: null }, { dryRun: 'false' }, { dryRun: 0 }, { reason: '' }, { force: true }])(
      'are not, by %j',
      async (body) => {
        const id = await desk.quarantine(call.missed(25));
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
          const { body: _body, id: _id, ...wantedReceipt } = await desk.receipt(String(at + 1));
          await app.clear();

          const webhook = life[at] as Webhook;
          await deliver(life.slice(0, at));
          const id = await desk.quarantine(webhook);
          await deliver(life.slice(at + 1));
          await desk.fix(id, webhook);
          const { result, callId } = await desk.replay(id, { dryRun: false });

          expect(result).toBe('applied');
          expect(await outcomeIn(app)).toEqual(wanted);
          const named = (await app.calls()).find((row) => row.id === callId);
          const replayed = await desk.receipt(id);
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

    it('record the user, the time and the reason, in the row and in the log', async () => {
      const id = await desk.quarantine(call.missed(25));
      await desk.fix(id, call.missed(25));
      const [{ now }] = await app.db.query<[{ now: Date }]>('SELECT now()');
      const { receipt: shown } = await desk.replay(id, { dryRun: false, reason: 'release 1.4 can read it' });
      const replayed = await desk.receipt(id);
      expect(replayed).toMatchObject({
        outcome: 'applied',
        decision: 'replayed',
        decidedBy: 1,
        decisionReason: 'release 1.4 can read it',
      });
      expect(Number(replayed.decidedAt)).toBeGreaterThanOrEqual(Number(now));
      expect(shown).toMatchObject({ outcome: 'applied', decision: 'replayed', decidedBy: 1 });
      expect(desk.auditLines()).toEqual([
        expect.objectContaining({ msg: 'A receipt was replayed: applied', ids: { receipt: id, user: 1 } }),
      ]);
    });

    it('when repeated are in their call once, and the first decision is kept', async () => {
      const id = await desk.quarantine(call.missed(25));
      await desk.fix(id, call.missed(25));
      await desk.replay(id, { dryRun: false, reason: 'mine' });
      const { id: callId } = await app.onlyCall();
      const before = await rows();
      expect(await desk.replay(id, { dryRun: false, reason: 'no, mine' }, OTHER_SUPERVISOR)).toMatchObject({
        result: 'settled',
        callId,
        receipt: { outcome: 'applied', decidedBy: 1, decisionReason: 'mine' },
      });
      expect(await desk.replay(id)).toMatchObject({ dryRun: true, result: 'settled', callId });
      expect(await rows()).toEqual(before);
    });

    it('stay in quarantine as long as they violate the contract', async () => {
      const id = await desk.quarantine(call.missed(25));
      const before = await rows();
      expect(await desk.replay(id, { dryRun: false })).toMatchObject({
        dryRun: false,
        result: 'refused',
        callId: null,
        details: [{ field: '(body)', problem: 'must be valid JSON' }],
        receipt: { outcome: 'quarantined', decision: null },
      });
      expect(await rows()).toEqual(before);
    });

    it('stay in quarantine, too, when their event is unknown', async () => {
      const id = await desk.quarantine({ route: 'one-shot', body: { event: 'agent_login' } });
      await desk.fix(id, { route: 'one-shot', body: { event: 'agent_login' } });
      expect(await desk.replay(id, { dryRun: false })).toMatchObject({
        result: 'refused',
        details: [{ field: 'event', problem: expect.any(String) }],
        receipt: { outcome: 'quarantined' },
      });
    });

    it('that are dead are applied once the cause is removed; until then nothing changes', async () => {
      const id = await desk.kill(call.missed(25));
      expect(await desk.receipt(id)).toMatchObject({ outcome: 'dead', errorCode: 'INTERNAL' });
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

      await desk.heal();
      expect((await desk.replay(id, { dryRun: false })).result).toBe('applied');
      expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'missed' });
      expect(await app.tasks()).toEqual([expect.objectContaining({ status: 'pending' })]);
      expect(await desk.receipt(id)).toMatchObject({
        outcome: 'applied',
        errorCode: null,
        nextAttemptAt: null,
      });
    });
  });

  describe('discarded', () => {
    it.each(['quarantined', 'failed', 'dead'])('%s, keep the reason and who gave it', async (outcome) => {
      const id = await desk.quarantine(call.missed(25));
      await app.db.query(
        `UPDATE telephony_webhook_receipts SET outcome = $1, next_attempt_at = now() + interval '1 day'`,
        [outcome],
      );
      const answer = await desk.discard(id);
      expect([answer.status, answer.body]).toEqual([
        200,
        expect.objectContaining({ id, outcome: 'discarded', decidedBy: 1 }),
      ]);
      const { body, ...discarded } = await desk.receipt(id);
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
      expect(desk.auditLines()).toEqual([
        expect.objectContaining({ msg: 'A receipt was discarded', ids: { receipt: id, user: 1 } }),
      ]);
    });

    it('repeated by the same supervisor change nothing; by another supervisor they are settled already', async () => {
      const id = await desk.quarantine(call.missed(25));
      const { body: first } = await desk.discard(id);
      const again = await desk.discard(id, 'another reason');
      expect([again.status, again.body]).toEqual([200, first]);
      const other = await desk.discard(id, 'mine', OTHER_SUPERVISOR);
      expect([other.status, other.body.code]).toEqual([409, 'RECEIPT_ALREADY_SETTLED']);
      expect((await desk.receipt(id)).decisionReason).toBe('test call of the vendor');
      expect(desk.auditLines()).toHaveLength(1);
    });

    it('cannot be when they are in a call, or were of no account anyway', async () => {
      await app.webhook('incoming-call', call.incoming(0).body);
      await app.webhook('one-shot', { event: 'agent_login' });
      for (const id of ['1', '2']) {
        const { status, body } = await desk.discard(id);
        expect([status, body.code]).toEqual([409, 'RECEIPT_ALREADY_SETTLED']);
      }
      expect((await app.receipts()).map(({ outcome }) => outcome)).toEqual(['applied', 'ignored']);
    });

    it('are not replayed any more', async () => {
      const id = await desk.quarantine(call.missed(25));
      await desk.fix(id, call.missed(25));
      await desk.discard(id);
      expect(await desk.replay(id, { dryRun: false })).toMatchObject({
        result: 'settled',
        callId: null,
        receipt: { outcome: 'discarded' },
      });
      expect(await app.calls()).toEqual([]);
    });

    it.each([[undefined], [''], ['x'.repeat(501)], [7], ['NUL \0']])(
      'need a reason: not %j',
      async (reason) => {
        const id = await desk.quarantine(call.missed(25));
        const { status, body } = await desk.discard(id, reason ?? null);
        expect([status, body.code, body.details[0].field]).toEqual([400, 'VALIDATION_FAILED', 'reason']);
        expect((await desk.discard(id, 'x'.repeat(500))).status).toBe(200);
      },
    );
  });

  describe('discarded by a filter', () => {
    const REASON = 'test calls of the vendor';

    async function setAside(count: number, over: { outcome?: string; code?: string; address?: string } = {}) {
      const { outcome = 'quarantined', code = 'WEBHOOK_INVALID', address = '203.0.113.9' } = over;
      await app.db.query(
        `INSERT INTO telephony_webhook_receipts (delivery_id, route, source_address, outcome, error_code, body, received_at)
         SELECT gen_random_uuid()::text, 'call-ended', $2, $3, $4, '{}', now() - n * interval '1 s'
           FROM generate_series(1, $1::integer) AS n`,
        [count, address, outcome, code],
      );
    }

    const discardAll = (body: object, who = SUPERVISOR) =>
      app.post(`${ADDRESS}/discard`, { reason: REASON, ...body }, who);

    const outcomes = async (): Promise<string[]> =>
      (await app.receipts()).map(({ outcome, sourceAddress }) => `${outcome} ${sourceAddress}`).sort();

    it('are those that match it and wait for a decision, each with the user, the reason and a log line', async () => {
      await setAside(2);
      await setAside(1, { address: '203.0.113.10' });
      await setAside(1, { code: 'WEBHOOK_ID_REUSED' });
      await setAside(1, { outcome: 'applied' });
      const filter = { outcome: ['quarantined'], errorCode: 'WEBHOOK_INVALID', sourceAddress: '203.0.113.9' };

      expect((await discardAll({ ...filter, dryRun: true })).body).toEqual({
        dryRun: true,
        discarded: 2,
        remaining: 0,
      });
      expect((await outcomes()).filter((outcome) => outcome.startsWith('discarded'))).toEqual([]);

      const { status, body } = await discardAll(filter);
      expect([status, body]).toEqual([200, { dryRun: false, discarded: 2, remaining: 0 }]);
      expect(await outcomes()).toEqual([
        'applied 203.0.113.9',
        'discarded 203.0.113.9',
        'discarded 203.0.113.9',
        'quarantined 203.0.113.10',
        'quarantined 203.0.113.9',
      ]);
      const discarded = (await app.receipts()).filter(({ outcome }) => outcome === 'discarded');
      for (const receipt of discarded) {
        expect(receipt).toMatchObject({ decision: 'discarded', decidedBy: 1, decisionReason: REASON });
      }
      expect(desk.auditLines()).toEqual(
        [...discarded]
          .sort((a, b) => Number(a.receivedAt) - Number(b.receivedAt))
          .map(({ id }) =>
            expect.objectContaining({ msg: 'A receipt was discarded', ids: { receipt: id, user: 1 } }),
          ),
      );
      const audit = await app.audit();
      expect(audit.map(({ action, subject, outcome }) => [action, subject, outcome])).toEqual(
        discarded.map(({ id }) => ['receipt.discard', `receipt:${id}`, 'done']),
      );
    });

    it('are at most 1,000 of the oldest, and the answer says how many remain', async () => {
      await setAside(1_005);
      const wanted = { discarded: 1_000, remaining: 5 };
      expect((await discardAll({ to: '2100-01-01', dryRun: true })).body).toMatchObject(wanted);
      expect((await discardAll({ to: '2100-01-01' })).body).toMatchObject(wanted);
      const left = (await app.receipts()).filter(({ outcome }) => outcome === 'quarantined');
      expect(left).toHaveLength(5);
      expect((await app.receipts()).slice(-5)).toEqual(left);
      expect((await discardAll({ outcome: 'quarantined,dead' })).body).toMatchObject({
        discarded: 5,
        remaining: 0,
      });
    });

    it.each([
      [{}, /^A filter is required: one or several of outcome, errorCode, sourceAddress,/u],
      [{ dryRun: true }, /^A filter is required/u],
      [{ outcome: 'applied' }, /^each outcome must be one of quarantined, failed, dead$/u],
      [{ outcome: 'dead', reason: '' }, /^reason must not be empty/u],
      [{ outcome: 'dead', dryRun: null }, /^dryRun must be/u],
      [{ limit: 5, outcome: 'dead' }, /limit should not exist/u],
    ])('are none, by %j', async (body, message) => {
      await setAside(1);
      const answer = await discardAll(body);
      expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(answer.body.message).toMatch(message);
      expect(await outcomes()).toEqual(['quarantined 203.0.113.9']);
    });

    it('are no matter of agents', async () => {
      const agent = { userId: 7, role: 'agent', extension: '201' };
      expect((await discardAll({ outcome: 'dead' }, agent)).status).toBe(403);
    });

    it('can be listed by the same filter first', async () => {
      await setAside(1);
      await setAside(1, { address: '203.0.113.10', code: 'WEBHOOK_ID_REUSED' });
      expect(await desk.ids('?errorCode=WEBHOOK_ID_REUSED')).toEqual(['2']);
      expect(await desk.ids('?outcome=quarantined&sourceAddress=203.0.113.9')).toEqual(['1']);
      expect(await desk.ids('?errorCode=INTERNAL')).toEqual([]);
    });
  });
});
