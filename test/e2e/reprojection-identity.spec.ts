import type { EarlierFacts } from '../../src/modules/telephony/calls/domain/facts/earlier-facts.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PbxEvents } from '../support/pbx-events.js';
import { reprojectCallsOf, rowsOf } from '../support/reprojection.js';

const A = '01712345678';
const B = '01811000222';
const E164: Readonly<Record<string, string>> = { [A]: '+8801712345678', [B]: '+8801811000222' };
const DAY = 86_400;

describe('which call is which, derived again', () => {
  let database: TestDatabase;
  let app: TestApp;
  let pbx: PbxEvents;

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
    pbx = new PbxEvents(app, Date.now() - 10 * DAY * 1000);
  });

  /** Makes rows one row, as a version stored them that took them for one call; the receipts go with them. */
  async function storeAsOne(ids: readonly number[], facts: EarlierFacts): Promise<void> {
    const [kept, ...others] = ids;
    await app.db.query('DELETE FROM telephony_calls WHERE id = ANY ($1)', [others]);
    await app.db.query('UPDATE telephony_webhook_receipts SET call_id = $1 WHERE call_id = ANY ($2)', [
      kept,
      others,
    ]);
    await app.db.query('UPDATE telephony_calls SET facts = $2 WHERE id = $1', [kept, JSON.stringify(facts)]);
  }

  function factsOfCaller(from: string, at: number): EarlierFacts {
    return {
      seen: { at: pbx.time(at), source: 'pbx' },
      direction: { value: 'inbound', evidence: 'event' },
      rang: { at: pbx.time(at), source: 'pbx' },
      rungExtensions: ['201'],
      customer: { phone: from, e164: E164[from] ?? null, at: pbx.time(at) },
    };
  }

  /** The calls of their receipts, by the caller that each names. */
  async function callersOfReceipts(): Promise<[callId: number | null, from: unknown][]> {
    return (await app.receipts()).map(({ callId, body }) => [
      callId,
      (JSON.parse(body.toString()) as { from?: unknown }).from,
    ]);
  }

  it('two customers under one id, in one row, become two calls with their receipts and payloads', async () => {
    await pbx.incoming('BN-17', 0, A);
    await pbx.ended('BN-17', 20, { end_reason: 'no_answer' });
    await pbx.incoming('BN-17', 3 * DAY, B);
    await pbx.missed('BN-17', 3 * DAY + 20, B);
    await storeAsOne([1, 2], { ...factsOfCaller(A, 0), ended: { at: pbx.time(20), source: 'pbx' } });
    await app.db.query('DELETE FROM crm_call_tasks');

    const { changes } = await reprojectCallsOf(app);

    const [ofA, ofB, ...others] = await app.calls();
    expect(others).toEqual([]);
    expect(changes.map(({ kind }) => kind).sort()).toEqual(['changed', 'created']);
    expect([ofA, ofB]).toMatchObject([
      { externalCallId: 'BN-17', customerNumberE164: E164[A], status: 'failed' },
      { externalCallId: 'BN-17', customerNumberE164: E164[B], status: 'failed', disposition: 'missed' },
    ]);
    expect(JSON.stringify(ofA?.meta)).not.toContain(B);
    expect(ofB?.meta).toMatchObject({ events: [{ type: 'incoming' }, { type: 'missed' }] });
    expect((await app.receipts()).map(({ callId }) => callId)).toEqual([ofA?.id, ofA?.id, ofB?.id, ofB?.id]);
    expect(await app.tasks()).toEqual([]);
  });

  it('misses of two customers under the id "null", in one row, become calls of their own', async () => {
    await pbx.missed(null, 0, A);
    await pbx.missed(null, 600, B, '202');
    await storeAsOne([1, 2], {
      customer: { phone: A, e164: E164[A] ?? null, at: pbx.time(0) },
      direction: { value: 'inbound', evidence: 'event' },
      missed: {
        '201': { at: pbx.time(0), source: 'pbx', extension: '201' },
        '202': { at: pbx.time(600), source: 'pbx', extension: '202' },
      },
    });
    await app.db.query(`UPDATE telephony_calls SET external_call_id = 'null'`);
    await app.db.query(
      `UPDATE telephony_webhook_receipts SET external_call_id = 'null',
              body = convert_to((convert_from(body, 'UTF8')::jsonb || '{"bracknet_call_id":"null"}')::text, 'UTF8')`,
    );

    const { changes, receipts } = await reprojectCallsOf(app);

    expect(changes.map(({ kind }) => kind).sort()).toEqual(['created', 'created', 'removed']);
    expect(receipts).toBe(2);
    const calls = await app.calls();
    expect(calls).toMatchObject([
      { externalCallId: null, customerNumberE164: E164[A], disposition: 'missed' },
      { externalCallId: null, customerNumberE164: E164[B], disposition: 'missed' },
    ]);
    expect(await callersOfReceipts()).toEqual([
      [calls[0]?.id, A],
      [calls[1]?.id, B],
    ]);
    expect(await app.receipts()).toMatchObject([{ externalCallId: null }, { externalCallId: null }]);
    expect(await reprojectCallsOf(app)).toMatchObject({ changes: [], receipts: 0, failures: [] });
  });

  it('a ring and its miss in two rows, because the extension was written in two ways, become one call', async () => {
    await pbx.incoming('BN-1', 0, A, '201@pbx.local');
    await pbx.missed(null, 20, A);
    const { facts } = await app.onlyCall();
    const [ring, miss] = facts?.reports ?? [];
    await app.db.query('UPDATE telephony_calls SET facts = $1', [
      JSON.stringify({ reports: [{ ...ring, extension: '201@pbx.local' }] }),
    ]);
    const [orphan]: { id: number }[] = await app.db.query(
      `INSERT INTO telephony_calls
         (customer_phone, customer_number_e164, direction, status, disposition, started_at, ended_at, facts, effects)
       VALUES ($1, $2, 'inbound', 'failed', 'missed', $3, $3, $4, '{"missedTask":{"at":"x","taskId":1}}') RETURNING id`,
      [A, E164[A], pbx.time(20), JSON.stringify({ reports: [miss] })],
    );
    await app.db.query(`UPDATE telephony_webhook_receipts SET call_id = $1 WHERE route = 'call-missed'`, [
      orphan?.id,
    ]);
    const tasks = await app.tasks();

    const { changes } = await reprojectCallsOf(app);

    expect(changes).toContainEqual({ callId: orphan?.id, kind: 'removed', columns: [] });
    expect(await app.onlyCall()).toMatchObject({
      externalCallId: 'BN-1',
      status: 'failed',
      agentPhone: '201',
      facts: { reports: [{ extension: '201' }, { extension: '201', unnamed: true }] },
    });
    expect((await app.receipts()).map(({ callId }) => callId)).toEqual([1, 1]);
    expect(await app.tasks()).toEqual(tasks);
  });

  it('a caller whose number could not be read gets it, and the customer of the CRM', async () => {
    await app.db.query(`INSERT INTO customers (name, phone) VALUES ('Rahim', $1)`, [A]);
    await pbx.incoming('BN-1', 0, `Sales:${A}`);
    const { facts } = await app.onlyCall();
    const [report] = facts?.reports ?? [];
    const { e164: _e164, ...unread } = report ?? {};
    await app.db.query(
      'UPDATE telephony_calls SET facts = $1, customer_number_e164 = NULL, customer_id = NULL',
      [JSON.stringify({ reports: [unread] })],
    );

    await reprojectCallsOf(app);

    expect(await app.onlyCall()).toMatchObject({ customerNumberE164: E164[A], customerId: 1 });
  });

  it('a call whose facts name another number than its row is correlated with the calls of that number', async () => {
    await pbx.incoming('BN-1', 0, A);
    await pbx.missed('BN-1', 20, A);
    await pbx.incoming('BN-2', 5, A);
    await pbx.answered('BN-2', 10, '202');
    await pbx.ended('BN-2', 60, { duration: 50, end_reason: 'completed' });
    expect(await app.calls()).toMatchObject([{ disposition: 'answered_elsewhere' }, {}]);
    await app.db.query(
      `UPDATE telephony_calls SET customer_number_e164 = $1, disposition = 'missed' WHERE id = 1`,
      [E164[B]],
    );

    expect(await reprojectCallsOf(app)).toMatchObject({ failures: [] });

    expect(await app.calls()).toMatchObject([
      { customerNumberE164: E164[A], disposition: 'answered_elsewhere' },
      { customerNumberE164: E164[A], disposition: 'completed' },
    ]);
  });

  it('a time from the future becomes that of the receipt, on the receipt as well', async () => {
    await pbx.incoming('BN-1', 0, A);
    const receivedAt = new Date(pbx.beginning - 6 * 3_600_000);
    await app.db.query(`UPDATE telephony_webhook_receipts SET received_at = $1`, [receivedAt]);
    await app.db.query('UPDATE telephony_calls SET facts = $1', [JSON.stringify(factsOfCaller(A, 0))]);

    expect(await reprojectCallsOf(app)).toMatchObject({ receipts: 1, failures: [] });

    expect(await app.onlyCall()).toMatchObject({
      startedAt: receivedAt,
      inferred: ['started_at'],
      facts: { reports: [{ reportedAt: pbx.time(0) }] },
    });
    expect(await app.receipts()).toMatchObject([
      { occurredAt: receivedAt, occurredAtSource: 'received', clockSkewSeconds: 6 * 3600, callId: 1 },
    ]);
  });

  describe('a call of the last 24 hours', () => {
    /** An earlier version took the caller for somebody who was talked to. */
    async function callTakenForTalk(): Promise<void> {
      pbx = new PbxEvents(app, Date.now() - 3_600_000);
      await pbx.incoming('BN-1', 0, A);
      await pbx.ended('BN-1', 18, { duration: 18, end_reason: 'no_answer' });
      await app.db.query('DELETE FROM crm_call_tasks');
      await app.db.query(`UPDATE telephony_calls SET status = 'completed', effects = '{}'`);
    }

    it('is not derived again: its customer may still be waiting', async () => {
      await callTakenForTalk();
      const before = await rowsOf(app);

      expect(await reprojectCallsOf(app)).toMatchObject({ calls: 0, changes: [] });

      expect(await rowsOf(app)).toEqual(before);
    });

    it('gets its task when an earlier call turns out not to have answered it', async () => {
      pbx = new PbxEvents(app, Date.now() - DAY * 1000);
      await pbx.incoming('BN-1', -120, A);
      await pbx.ended('BN-1', 600, { duration: 600, end_reason: 'no_answer' });
      await pbx.incoming('BN-2', 60, A, '202');
      await pbx.ended('BN-2', 90, { end_reason: 'no_answer' });
      await app.db.query('DELETE FROM crm_call_tasks');
      await app.db.query(`UPDATE telephony_calls SET status = 'completed', effects = '{}' WHERE id = 1`);
      await app.db.query(
        `UPDATE telephony_calls SET disposition = 'answered_elsewhere', effects = '{}' WHERE id = 2`,
      );

      expect(await reprojectCallsOf(app)).toMatchObject({ calls: 1, failures: [] });

      expect(await app.calls()).toMatchObject([
        { status: 'failed', effects: { missedTask: { taskId: null } } },
        { disposition: 'missed', effects: { missedTask: { taskId: expect.any(Number) } } },
      ]);
      const [task, ...others] = await app.tasks();
      expect(others).toEqual([]);
      expect(task?.notes).toMatch(/\(call 2\)/u);
    });

    it('is derived again when that is asked for, and its customer gets a task', async () => {
      await callTakenForTalk();

      await reprojectCallsOf(app, { includesRecent: true });

      expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'missed' });
      expect(await app.tasks()).toMatchObject([{ customerId: A, status: 'pending' }]);
    });
  });
});
