import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PbxEvents } from '../support/pbx-events.js';
import { closeOpenCalls } from '../support/sweep.js';
import type { CallLifeDto, LifeEntryDto } from '../../src/modules/telephony/life/call-life.dto.js';
import { RECEIPTS_AT_EACH_END } from '../../src/modules/telephony/life/call-life.service.js';

const CALLER = '01712345678';

describe('the life of a call', () => {
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
    pbx = new PbxEvents(app, Date.now() - 300_000);
  });

  async function life(id: number): Promise<CallLifeDto> {
    const { status, body } = await app.get(`/api/telephony/calls/${id}/life`, SUPERVISOR);
    expect(status).toBe(200);
    return body as CallLifeDto;
  }

  const changed = ({ changes }: LifeEntryDto): Record<string, unknown> =>
    Object.fromEntries(changes.map(({ column, from, to }) => [column, [from, to]]));
  const why = ({ why: all }: CallLifeDto, column: string) => all.find((one) => one.column === column);

  it('tells of each receipt what it changed on the row, and why the row says what it says', async () => {
    await pbx.incoming('BN-1', 0, CALLER);
    await pbx.answered('BN-1', 10, '201');
    await pbx.ended('BN-1', 145, { duration: 135, end_reason: 'completed' });
    const call = await app.onlyCall();

    const told = await life(call.id);

    expect(told.entries.map(({ kind, receipt }) => `${kind} ${receipt?.event}`)).toEqual([
      'receipt incoming_call',
      'receipt call_answered',
      'receipt call_ended',
    ]);
    const [ring, answer, end] = told.entries as [LifeEntryDto, LifeEntryDto, LifeEntryDto];
    expect(changed(ring)).toMatchObject({
      status: [null, 'ringing'],
      agent_phone: [null, '201'],
      customer_phone: [null, '********678'],
    });
    expect(changed(answer)).toMatchObject({
      status: ['ringing', 'answered'],
      answered_at: [null, pbx.time(10)],
    });
    expect(changed(end)).toMatchObject({ status: ['answered', 'completed'], duration_seconds: [null, 135] });
    expect(end.receipt).toMatchObject({ state: 'applied', clock: null, counted: true, erased: false });
    expect(why(told, 'status')).toMatchObject({ rule: 'talk-reported', basis: 'reported', entries: [2] });
    expect(why(told, 'answered_at')).toMatchObject({ rule: 'answered-reported', entries: [1] });
    expect(why(told, 'duration_seconds')?.sentence).toMatch(/longest duration/u);
    expect(told.differences).toEqual([]);
  });

  it('tells of a missed call which task it caused, with the line in its notes', async () => {
    await pbx.incoming('BN-1', 0, CALLER);
    await pbx.missed(null, 25, CALLER);
    const call = await app.onlyCall();
    const [task] = await app.tasks();

    const told = await life(call.id);

    expect(told.effects).toMatchObject([{ effect: 'missedTask', taskIds: [task?.id], inferred: false }]);
    expect(told.tasks).toMatchObject([{ id: task?.id, status: 'pending', reason: 'missed_call' }]);
    expect(told.tasks[0]?.lines).toEqual([expect.stringMatching(/^Missed call on .*\(call \d+\)\.$/u)]);
    expect(told.identity).toMatchObject({ externalCallId: 'BN-1', unnamedMisses: 1 });
  });

  it('has acts of users and what the sweeper inferred in the same time line', async () => {
    const start = { agent_extension: '201', customer_number: CALLER };
    const { body } = await app.post('/api/call/start', start, AGENT_201);
    await app.post('/api/call/transfer', {
      bracknet_call_id: body.bracknet_call_id,
      transfer_extension: '301',
    });
    await closeOpenCalls(app);
    const call = await app.onlyCall();

    const told = await life(call.id);

    expect(told.entries.map(({ kind, act }) => [kind, act?.userId ?? null])).toEqual([
      ['start', 7],
      ['transfer', 7],
      ['inferred-end', null],
    ]);
    expect(told.entries[2]).toMatchObject({ rule: 'ended-swept' });
    expect(changed(told.entries[2] as LifeEntryDto)).toMatchObject({ status: ['initiated', 'failed'] });
    expect(why(told, 'ended_at')).toMatchObject({ rule: 'ended-swept', basis: 'inferred', entries: [2] });
    expect(why(told, 'agent_user_id')).toMatchObject({ rule: 'user-started', basis: 'requested' });
  });

  it('names the supervisor who cleared a call', async () => {
    await pbx.incoming('BN-1', 0, CALLER);
    const { id } = await app.onlyCall();
    await app.post(`/api/telephony/calls/${id}/clear`, { reason: 'Phone was unplugged' }, SUPERVISOR);

    const told = await life(id);

    expect(told.entries.at(-1)).toMatchObject({
      kind: 'inferred-end',
      rule: 'ended-cleared',
      act: { userId: SUPERVISOR.userId, outcome: 'done' },
    });
  });

  it('brings no erased customer back', async () => {
    await pbx.incoming('BN-1', 0, CALLER);
    await pbx.ended('BN-1', 20, { duration: 0, end_reason: 'no_answer' });
    const { id } = await app.onlyCall();
    await app.post('/api/telephony/erasures', { number: CALLER, dryRun: false }, SUPERVISOR);

    const told = await life(id);

    expect(JSON.stringify(told)).not.toMatch(/1712345678|\*678/u);
    expect(told.erasedAt).not.toBeNull();
    expect(told.entries.map(({ kind, receipt }) => [kind, receipt?.erased ?? null])).toEqual([
      ['receipt', true],
      ['receipt', true],
      ['erased', null],
    ]);
    expect(why(told, 'customer_phone')).toMatchObject({ rule: 'number-erased', value: null });
    expect(told.differences).toEqual([]);
  });

  it('shows the first and the last receipts of a call of which the PBX repeats itself for hours', async () => {
    await pbx.incoming('BN-1', 0, CALLER);
    const { id } = await app.onlyCall();
    const count = 3 * RECEIPTS_AT_EACH_END;
    await app.db.query(
      `INSERT INTO telephony_webhook_receipts (delivery_id, route, event_type, external_call_id, call_id, source_address,
         outcome, body, occurred_at, occurred_at_source, received_at)
       SELECT 'again-' || n, route, event_type, external_call_id, call_id, source_address, outcome, body, occurred_at,
         occurred_at_source, received_at + make_interval(secs => n)
         FROM telephony_webhook_receipts, generate_series(1, $1::int) n`,
      [count],
    );

    const told = await life(id);

    expect(told.receiptCount).toBe(count + 1);
    expect(told.receiptsLeftOut).toBe(count + 1 - 2 * RECEIPTS_AT_EACH_END);
    expect(told.entries).toHaveLength(2 * RECEIPTS_AT_EACH_END);
    expect(told.entries.filter(({ changes }) => changes.length > 0)).toHaveLength(1);
  });

  it('is for supervisors', async () => {
    await pbx.incoming('BN-1', 0, CALLER);
    const { id } = await app.onlyCall();
    expect((await app.get(`/api/telephony/calls/${id}/life`, AGENT_201)).body).toMatchObject({
      code: 'FORBIDDEN',
    });
    const unknown = await app.get('/api/telephony/calls/999/life', SUPERVISOR);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'CALL_NOT_FOUND']);
  });
});
