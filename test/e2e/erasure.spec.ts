import { jest } from '@jest/globals';
import { Clock } from '../../src/common/time/clock.js';
import { CallStore } from '../../src/modules/telephony/calls/call-store.js';
import { CallRepository } from '../../src/modules/telephony/calls/call.repository.js';
import { WebhookReceiptRepository } from '../../src/modules/telephony/webhooks/inbox/receipts/webhook-receipt.repository.js';
import { CallReprojection } from '../../src/modules/telephony/webhooks/reprojection/call-reprojection.js';
import { AGENT_201, SUPERVISOR, TestApp, testConfig } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';

const NUMBER = '01712345678';
const OTHER = '01812345678';
const ADDRESS = '/api/telephony/erasures';
const TABLES = [
  'telephony_calls',
  'telephony_webhook_receipts',
  'telephony_start_keys',
  'telephony_audit',
  'crm_call_tasks',
];

describe('the erasure of a number', () => {
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
  afterEach(() => jest.restoreAllMocks());

  async function deliver(...webhooks: Webhook[]): Promise<void> {
    for (const { route, body } of webhooks) await app.webhook(route, body);
  }

  /** @returns the counts of a complete erasure */
  async function erase(body: object = { number: NUMBER, dryRun: false }) {
    const answer = await app.post(ADDRESS, body, SUPERVISOR);
    const { complete, lastReceiptId, ...counts } = answer.body;
    expect([answer.status, complete, lastReceiptId]).toEqual([200, true, null]);
    return counts;
  }

  /** Everything that is stored, as text; bodies of receipts decoded. */
  async function everything(): Promise<string> {
    const texts: string[] = [];
    for (const table of TABLES) {
      const rows: object[] = await app.db.query(`SELECT * FROM ${table}`);
      texts.push(...rows.flatMap((row) => Object.values(row).map(asText)));
    }
    return texts.join('\n');
  }

  /** A talk, a missed call with its task, a call started here, and receipts that are in no call. */
  async function live(): Promise<void> {
    const talk = webhooksOf('BN-1', `+88 ${NUMBER}`);
    await deliver(talk.incoming(0), talk.answered(5), talk.ended(65, 60), talk.recording(60));
    await deliver(webhooksOf('BN-2', NUMBER).missed(600));
    const start = { agent_extension: '201', customer_number: '০১৭১২৩৪৫৬৭৮' };
    const { body } = await app.post('/api/call/start', start, AGENT_201, { 'Idempotency-Key': 'click-1' });
    await app.post('/api/call/hangup', { bracknet_call_id: body.bracknet_call_id });
    await app.webhook('one-shot', { event: 'agent_dialled', phone: '01712-345678' });
    await app.webhook('one-shot', `{{"event":"call_missed","from":"\\u0030171 2345678"`);
    await deliver(webhooksOf('BN-3', OTHER).missed(700));
    await app.webhook('one-shot', { event: 'agent_dialled', phone: OTHER });
  }

  it('takes it out of every row, and leaves the figures and what is of others', async () => {
    await live();
    const before = await app.calls();
    expect(await erase()).toEqual({ dryRun: false, calls: 3, callsInProgress: 0, receipts: 7, tasks: 1 });
    const stored = await everything();
    for (const written of ['1712345678', '01712-345678', '০১৭১২৩৪৫৬৭৮', '171 2345678']) {
      expect(stored).not.toContain(written);
    }
    expect(stored).toContain(OTHER);
    const after = await app.calls();
    const figures = ({
      status,
      disposition,
      startedAt,
      endedAt,
      durationSeconds,
      waitSeconds,
    }: (typeof after)[0]) => ({ status, disposition, startedAt, endedAt, durationSeconds, waitSeconds });
    expect(after.map(figures)).toEqual(before.map(figures));
    expect(after[0]).toMatchObject({
      externalCallId: 'BN-1',
      customerPhone: '',
      customerNumberE164: null,
      customerId: null,
      recordingUrl: null,
      meta: { erasedAt: expect.any(String) },
    });
    const [task, others] = await app.tasks();
    expect(task).toMatchObject({ customerId: 'REMOVED', status: 'skipped' });
    expect(others).toMatchObject({ customerId: OTHER, status: 'pending' });
  });

  it('is recorded without the number, and changes nothing the second time', async () => {
    await live();
    await erase();
    expect(await erase()).toEqual({ dryRun: false, calls: 0, callsInProgress: 0, receipts: 0, tasks: 0 });
    const { body } = await app.get('/api/telephony/audit?action=number.erase', SUPERVISOR);
    expect(body.items.map(({ userId, subject }: Record<string, unknown>) => [userId, subject])).toEqual([
      [1, 'calls:0 receipts:2 tasks:0'],
      [1, 'calls:3 receipts:5 tasks:0'],
      [1, 'calls:0 receipts:0 tasks:1'],
    ]);
    const discarded = await app.get('/api/telephony/audit?action=receipt.discard', SUPERVISOR);
    const receipts = await app.receipts();
    expect(discarded.body.items.map(({ subject }: Record<string, unknown>) => subject)).toEqual(
      receipts.filter(({ outcome }) => outcome === 'discarded').map(({ id }) => `receipt:${id}`),
    );
    expect(discarded.body.items).toHaveLength(1);
    expect(JSON.stringify(app.log)).not.toContain('1712345678');
  });

  it('is recorded as refused, without what was written, when that is no number', async () => {
    await app.post(ADDRESS, { number: '0171234567' }, SUPERVISOR);
    const { body } = await app.get('/api/telephony/audit', SUPERVISOR);
    expect(body.items).toMatchObject([
      { action: 'number.erase', subject: 'number', outcome: 'refused', code: 'NUMBER_INVALID', userId: 1 },
    ]);
  });

  it('names who decided on a receipt of a call that waited for a decision', async () => {
    await deliver(webhooksOf('BN-1', NUMBER).missed(600));
    await app.db.query(`UPDATE telephony_webhook_receipts SET outcome = 'dead'`);
    await erase();
    expect(await app.receipts()).toMatchObject([{ outcome: 'discarded', decidedBy: 1 }]);
  });

  it('of a route stops after a while, and the same request goes on', async () => {
    await live();
    jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort());
    const { body } = await app.post(ADDRESS, { number: NUMBER, dryRun: false }, SUPERVISOR);
    expect(body).toMatchObject({ complete: false, lastReceiptId: null, calls: 0, receipts: 0, tasks: 1 });
    expect(await erase()).toMatchObject({ calls: 3, receipts: 7, tasks: 0 });
  });

  it('finds all receipts that are in no call, however many, or those after the one that it is told', async () => {
    await app.db.query(`
      INSERT INTO telephony_webhook_receipts (delivery_id, route, source_address, outcome, body, received_at)
      SELECT 'd-' || n, 'one-shot', '203.0.113.9', 'ignored', convert_to('{"phone":"${NUMBER}"}', 'UTF8'), now()
        FROM generate_series(1, 1001) AS n`);
    const ids = (await app.receipts()).map(({ id }) => id);
    let checks = 0;
    const signal = {
      get aborted() {
        checks += 1;
        return checks > 2;
      },
    } as AbortSignal;
    jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(signal);
    const { body } = await app.post(ADDRESS, { number: NUMBER }, SUPERVISOR);
    expect(body).toMatchObject({ complete: false, lastReceiptId: ids[99], receipts: 100 });
    const rest = await erase({ number: NUMBER, afterReceiptId: body.lastReceiptId });
    expect(rest).toMatchObject({ receipts: 901 });
    expect(await erase()).toMatchObject({ receipts: 1001 });
    const wrong = await app.post(ADDRESS, { number: NUMBER, afterReceiptId: '-1' }, SUPERVISOR);
    expect(wrong.body.code).toBe('VALIDATION_FAILED');
  });

  it('counts the same in a dry run, which is the default, and changes nothing', async () => {
    await live();
    const before = await everything();
    const load = jest.spyOn(app.nest.get(CallStore), 'load');
    const transaction = jest.spyOn(app.db, 'transaction');
    const counts = await erase({ number: '+880 1712 345678' });
    // No locks: those of calls are taken by `load`, all others need a transaction.
    expect([load, transaction].map(({ mock }) => mock.calls)).toEqual([[], []]);
    expect(counts).toEqual({ dryRun: true, calls: 3, callsInProgress: 0, receipts: 7, tasks: 1 });
    expect(await everything()).toBe(before);
  });

  it('leaves a call that is not over until it is', async () => {
    const call = webhooksOf('BN-1', NUMBER);
    await deliver(call.incoming(0));
    expect(await erase()).toMatchObject({ calls: 0, callsInProgress: 1, receipts: 0 });
    await deliver(call.answered(5), call.ended(65, 60));
    expect(await erase()).toMatchObject({ calls: 1, callsInProgress: 0, receipts: 3 });
  });

  it('lets the same delivery be recognised, and a later call be another one', async () => {
    const call = webhooksOf('BN-1', NUMBER);
    const { route, body } = call.ended(65, 60);
    await deliver(call.incoming(0), call.answered(5), { route, body });
    await erase();
    expect((await app.webhook(route, body)).body.result).toBe('duplicate');
    await deliver(webhooksOf('BN-9', NUMBER).missed(900));
    expect(await app.calls()).toMatchObject([
      { customerNumberE164: null, status: 'completed' },
      { customerNumberE164: '+8801712345678', status: 'failed' },
    ]);
    expect(await app.tasks()).toMatchObject([{ customerId: NUMBER, status: 'pending' }]);
  });

  it('lets the same delivery be recognised also while events cannot be applied', async () => {
    const { route, body } = webhooksOf('BN-1', NUMBER).ended(65, 60);
    await deliver({ route, body });
    await erase();
    jest.spyOn(app.nest.get(CallStore), 'load').mockRejectedValue(new Error('a defect'));
    const repeated = await app.webhook(route, body);
    expect([repeated.status, repeated.body.result]).toEqual([200, 'duplicate']);
    expect((await app.receipts()).map(({ outcome }) => outcome)).toEqual(['applied']);
  });

  it('holds against what the PBX reports of the call later: nothing of it is kept, and no task is made', async () => {
    const call = webhooksOf('BN-1', NUMBER);
    await deliver(call.incoming(0), call.missed(30));
    await erase();
    const erased = await app.onlyCall();
    const named = { bracknet_call_id: 'BN-1', timestamp: '2026-01-03T10:30:40Z' };
    const late = { ...named, event: 'call_ended', end_reason: `no answer from ${NUMBER}` };
    const missed = { ...named, event: 'call_missed', from: NUMBER, to_extension: '201' };
    await deliver(call.answered(20), call.recording(60));
    await deliver({ route: 'call-ended', body: late }, { route: 'call-missed', body: missed });
    expect(await app.receipts()).toMatchObject(Array.from({ length: 6 }, () => ({ outcome: 'applied' })));
    expect(await app.onlyCall()).toEqual(erased);
    expect(await app.tasks()).toMatchObject([{ customerId: 'REMOVED', status: 'skipped' }]);
    expect(await everything()).not.toMatch(/1712345678/u);
    const repeated = await app.webhook('call-ended', late);
    expect([repeated.status, repeated.body.result]).toEqual([200, 'duplicate']);
  });

  it('holds against an event that could not be applied at once', async () => {
    const call = webhooksOf('BN-1', NUMBER);
    await deliver(call.incoming(0), call.missed(30));
    await erase();
    const load = jest.spyOn(app.nest.get(CallStore), 'load').mockRejectedValue(new Error('a defect'));
    await deliver(call.answered(20), call.ended(80, 60));
    load.mockRestore();
    const failed = (await app.receipts()).filter(({ outcome }) => outcome === 'failed');
    expect(failed).toHaveLength(2);
    for (const { id } of failed) {
      const replay = { dryRun: false, reason: 'mended' };
      const { body } = await app.post(`/api/telephony/webhook-receipts/${id}/replay`, replay, SUPERVISOR);
      expect(body.result).toBe('applied');
    }
    const replayed = (await app.receipts()).slice(-2).map(({ outcome, body }) => [outcome, body.length]);
    expect(replayed).toEqual([
      ['applied', 0],
      ['applied', 0],
    ]);
    expect(await everything()).not.toMatch(/1712345678/u);
  });

  it('keeps erased calls as they are when calls are derived again', async () => {
    await live();
    await erase();
    const before = await app.calls();
    const { telephony } = testConfig(database);
    const reprojection = new CallReprojection({
      dataSource: app.db,
      calls: app.nest.get(CallRepository),
      callStore: app.nest.get(CallStore),
      receipts: app.nest.get(WebhookReceiptRepository),
      clock: new Clock(),
      rules: telephony,
    });
    const scope = await reprojection.scopeOf({ fromId: 1, includesRecent: true, isDryRun: false });
    const failures: unknown[] = [];
    for await (const batch of reprojection.run(scope, false)) failures.push(...batch.failures);
    expect(failures).toEqual([]);
    expect(await app.calls()).toEqual(before);
  });

  it('lets the same Idempotency-Key give its answer again', async () => {
    const start = { agent_extension: '201', customer_number: NUMBER };
    const key = { 'Idempotency-Key': 'click-1' };
    const first = await app.post('/api/call/start', start, AGENT_201, key);
    await app.post('/api/call/hangup', { bracknet_call_id: first.body.bracknet_call_id });
    await erase();
    expect((await app.post('/api/call/start', start, AGENT_201, key)).body).toEqual(first.body);
  });

  it('is done by supervisors alone, for one complete number', async () => {
    expect((await app.post(ADDRESS, { number: NUMBER }, AGENT_201)).status).toBe(403);
    for (const number of ['201', 'anonymous', '0171234', `${NUMBER} / ${OTHER}`]) {
      const { status, body } = await app.post(ADDRESS, { number }, SUPERVISOR);
      expect([number, status, body.code]).toEqual([number, 422, 'NUMBER_INVALID']);
    }
    for (const request of [{}, { number: 1712345678 }, { number: NUMBER, dryRun: null }]) {
      expect((await app.post(ADDRESS, request, SUPERVISOR)).body.code).toBe('VALIDATION_FAILED');
    }
  });
});

function asText(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
