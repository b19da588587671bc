import type { CallFacts } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import type { EarlierFacts } from '../../src/modules/telephony/calls/domain/facts/earlier-facts.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { reprojectCallsOf, rowsOf } from '../support/reprojection.js';
import { CALLER, LIVES, pbxTime, type Webhook, webhooksOf } from '../support/webhook-lives.js';

const CALLER_E164 = '+8801712345678';
const OTHER = '01811000222';
const OTHER_E164 = '+8801811000222';
const call = webhooksOf('BN-CALL-1');
const UNCHANGED = { changes: [], receipts: 0, failures: [] };

/** Facts of an inbound call in the form of versions before the reports. */
function earlierFacts(over: EarlierFacts = {}): EarlierFacts {
  return {
    seen: { at: pbxTime(0), source: 'pbx' },
    alive: pbxTime(0),
    direction: { value: 'inbound', evidence: 'event' },
    rang: { at: pbxTime(0), source: 'pbx' },
    rungExtensions: ['201'],
    customer: { phone: CALLER, e164: CALLER_E164, at: pbxTime(0) },
    agent: { extension: '201', at: pbxTime(0), evidence: 'rang' },
    ...over,
  };
}

describe('calls that are derived again', () => {
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

  async function deliver(...webhooks: Webhook[]): Promise<void> {
    for (const { route, body } of webhooks) expect((await app.webhook(route, body)).status).toBe(200);
  }

  /** Makes a row what an earlier version stored. */
  async function store(id: number, facts: object, columns: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(columns).map((name, index) => `${name} = $${index + 3}`);
    await app.db.query(`UPDATE telephony_calls SET ${['facts = $2', ...names].join(', ')} WHERE id = $1`, [
      id,
      JSON.stringify(facts),
      ...Object.values(columns),
    ]);
  }

  /** A call that rang for 18 s and that an earlier version took for a talk, because its end has a figure. */
  async function callTakenForTalk(): Promise<void> {
    await deliver(call.incoming(0), call.ended(18, 18, 'no_answer'));
    await app.db.query('DELETE FROM crm_call_tasks');
    await store(
      1,
      earlierFacts({
        ended: { at: pbxTime(18), source: 'pbx' },
        endReason: { text: 'no_answer' },
        durationSeconds: 18,
      }),
      {
        status: 'completed',
        disposition: 'completed',
        answered_at: pbxTime(0),
        duration_seconds: 18,
        effects: { customerReached: { at: pbxTime(18), taskId: null } },
      },
    );
  }

  it('a call taken for a talk by former rules becomes a missed one, and makes no task', async () => {
    await callTakenForTalk();

    const { changes, failures } = await reprojectCallsOf(app);

    expect(failures).toEqual([]);
    expect(changes).toMatchObject([{ callId: 1, kind: 'changed' }]);
    expect(await app.onlyCall()).toMatchObject({
      status: 'failed',
      disposition: 'missed',
      answeredAt: null,
      durationSeconds: null,
      waitSeconds: 18,
      facts: { reports: [{ type: 'incoming' }, { type: 'ended', durationSeconds: 18 }] },
      effects: { missedTask: { taskId: null } },
    });
    expect(await app.tasks()).toEqual([]);
  });

  it('a call keeps the task that it was on', async () => {
    await callTakenForTalk();
    const mark = { at: pbxTime(18), taskId: 5 };
    await app.db.query('UPDATE telephony_calls SET effects = $1', [
      JSON.stringify({ missedTask: mark, missedTaskSkipped: mark }),
    ]);

    await reprojectCallsOf(app);

    const { missedTask, missedTaskSkipped } = (await app.onlyCall()).effects;
    expect({ missedTask, missedTaskSkipped }).toEqual({ missedTask: { at: expect.any(String), taskId: 5 } });
  });

  it('what would change is said column by column, without telephone numbers', async () => {
    await callTakenForTalk();
    await store(1, (await app.onlyCall()).facts ?? {}, { customer_number_e164: OTHER_E164 });

    const [change] = (await reprojectCallsOf(app, { isDryRun: true })).changes;

    expect(change?.columns).toEqual(
      expect.arrayContaining([
        { column: 'status', values: { from: 'completed', to: 'failed' } },
        { column: 'answered_at', values: { from: pbxTime(0), to: 'null' } },
        { column: 'duration_seconds', values: { from: '18', to: 'null' } },
        { column: 'customer_number_e164', values: { from: '(a number)', to: '(a number)' } },
        { column: 'facts', values: null },
      ]),
    );
    expect(JSON.stringify(change)).not.toMatch(/1712345678|1811000222/u);
  });

  it('a dry run changes nothing', async () => {
    await callTakenForTalk();
    const before = await rowsOf(app);

    expect((await reprojectCallsOf(app, { isDryRun: true })).changes).toHaveLength(1);

    expect(await rowsOf(app)).toEqual(before);
  });

  it('a second run changes nothing', async () => {
    await callTakenForTalk();
    await reprojectCallsOf(app);
    const before = await rowsOf(app);

    expect(await reprojectCallsOf(app)).toEqual({ calls: 1, ...UNCHANGED });

    expect(await rowsOf(app)).toEqual(before);
  });

  it.each(Object.keys(LIVES))('%s stays as it is', async (name) => {
    await deliver(...(LIVES[name]?.webhooks ?? []));
    const before = await rowsOf(app);

    expect(await reprojectCallsOf(app)).toMatchObject(UNCHANGED);

    expect(await rowsOf(app)).toEqual(before);
  });

  it('a row whose receipts are gone keeps its facts, in the present form', async () => {
    await callTakenForTalk();
    await app.db.query('DELETE FROM telephony_webhook_receipts');

    await reprojectCallsOf(app);

    const { status, facts } = await app.onlyCall();
    expect(status).toBe('failed');
    expect(facts).toEqual({
      reports: [
        expect.objectContaining({ type: 'incoming', at: pbxTime(0), extension: '201' }),
        expect.objectContaining({ type: 'ended', at: pbxTime(18), durationSeconds: 18 }),
      ],
    });
  });

  it('a report whose receipt is gone stays beside those that are read again', async () => {
    await callTakenForTalk();
    await app.db.query(`DELETE FROM telephony_webhook_receipts WHERE route = 'incoming-call'`);

    await reprojectCallsOf(app);

    const [ring, end, ...others] = (await app.onlyCall()).facts?.reports ?? [];
    const [receipt] = await app.receipts();
    expect(ring).toMatchObject({ type: 'incoming', receivedAt: pbxTime(0) });
    expect(end).toMatchObject({ type: 'ended', receivedAt: receipt?.receivedAt.toISOString() });
    expect(others).toEqual([]);
  });

  it('a transfer, an inferred end and a fact of a later version stay', async () => {
    await deliver(call.incoming(0), call.answered(5));
    const { facts } = await app.onlyCall();
    const transfer = {
      type: 'transfer',
      at: pbxTime(20),
      source: 'crm',
      receivedAt: pbxTime(20),
      extension: '301',
    };
    const stored = {
      ...facts,
      reports: [...(facts?.reports ?? []), transfer],
      inferredEnd: { at: pbxTime(60), basis: 'answered', reason: 'unknown' },
      mood: 'good',
    };
    await store(1, stored, {});

    await reprojectCallsOf(app);

    expect(await app.onlyCall()).toMatchObject({ status: 'completed', facts: stored });
  });

  it('what was configured about an extension when its event came stays', async () => {
    await deliver(call.incoming(0, '201'), call.answered(10, '777'), call.ended(40, 30, 'hangup'));
    const stored = JSON.parse(JSON.stringify((await app.onlyCall()).facts)) as { reports: object[] };
    stored.reports = stored.reports.map((report) =>
      'extension' in report && report.extension === '777' ? { ...report, unattended: true } : report,
    );
    await store(1, stored, {});

    await reprojectCallsOf(app);

    expect(await app.onlyCall()).toMatchObject({ status: 'failed', facts: stored as CallFacts });
  });

  it('a row of the former code, without facts, is left alone', async () => {
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, direction, status, started_at) VALUES ($1, 'inbound', 'ringing', $2)`,
      [CALLER, pbxTime(0)],
    );
    const before = await rowsOf(app);

    expect(await reprojectCallsOf(app)).toEqual({ calls: 0, ...UNCHANGED });

    expect(await rowsOf(app)).toEqual(before);
  });

  it('a call whose receipt cannot be read any more is named and left as it is, the others are derived', async () => {
    await callTakenForTalk();
    await deliver(webhooksOf('BN-CALL-2', OTHER).incoming(60));
    await app.db.query(`UPDATE telephony_webhook_receipts SET body = '{"from":"01"}' WHERE call_id = 2`);
    const { facts } = (await app.calls())[1] ?? {};

    const { changes, failures } = await reprojectCallsOf(app);

    expect(failures).toEqual([
      { callId: 2, reason: expect.stringMatching(/^receipt \d+ cannot be read any more: \S+ /u) },
    ]);
    expect(changes).toMatchObject([{ callId: 1 }]);
    expect((await app.calls())[1]?.facts).toEqual(facts);
  });

  it('a call that cannot be written does not hold up the others of its batch', async () => {
    await callTakenForTalk();
    await deliver(webhooksOf('BN-CALL-2', OTHER).incoming(60));
    const report = { type: 'incoming', at: pbxTime(60), receivedAt: pbxTime(61), source: 'pbx' };
    await store(2, { reports: [{ ...report, queueName: 'longer than its column '.repeat(5) }] }, {});

    const { changes, failures } = await reprojectCallsOf(app);

    expect(failures).toMatchObject([{ callId: 2, reason: expect.stringContaining('value too long') }]);
    expect(changes).toMatchObject([{ callId: 1 }]);
  });

  it('a run begins with the call that it is told', async () => {
    await callTakenForTalk();

    expect(await reprojectCallsOf(app, { fromId: 2 })).toEqual({ calls: 0, ...UNCHANGED });
    expect(await reprojectCallsOf(app, { fromId: 1 })).toMatchObject({ calls: 1 });
  });
});
