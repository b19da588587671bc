import type { EarlierFacts } from '../../src/modules/telephony/calls/domain/facts/earlier-facts.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { closeOpenCalls } from '../support/sweep.js';
import { CALLER, pbxTime, type Webhook, webhooksOf } from '../support/webhook-lives.js';

const call = webhooksOf('BN-CALL-1');

describe('while two versions run', () => {
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

  /** A row as an earlier version writes it. */
  async function insertEarlier(facts: EarlierFacts, status: string, startedAt: string): Promise<void> {
    await app.db.query(
      `INSERT INTO telephony_calls
         (external_call_id, customer_phone, customer_number_e164, direction, status, started_at, facts)
       VALUES ('BN-CALL-1', $1, '+8801712345678', 'inbound', $2, $3, $4)`,
      [CALLER, status, startedAt, JSON.stringify(facts)],
    );
  }

  const ANSWERED: EarlierFacts = {
    seen: { at: pbxTime(0), source: 'pbx' },
    alive: pbxTime(5),
    direction: { value: 'inbound', evidence: 'event' },
    rang: { at: pbxTime(0), source: 'pbx' },
    rungExtensions: ['201', '202'],
    customer: { phone: CALLER, e164: '+8801712345678', at: pbxTime(0) },
    answered: { at: pbxTime(5), source: 'pbx' },
    agent: { extension: '202', at: pbxTime(5), evidence: 'answered' },
    firstAgent: { extension: '202', at: pbxTime(5), evidence: 'answered' },
  };

  it('what a later version knows of a call is kept when an event changes the row', async () => {
    await deliver(call.incoming(0));
    await app.db.query(
      `UPDATE telephony_calls
          SET facts = jsonb_set(facts, '{reports,0,language}', '"bn"') || '{"mood":{"value":"good"}}'`,
    );

    await deliver(call.answered(5), call.ended(65, 60));

    expect(await app.onlyCall()).toMatchObject({
      status: 'completed',
      facts: {
        mood: { value: 'good' },
        reports: [{ type: 'incoming', language: 'bn' }, { type: 'answered' }, { type: 'ended' }],
      },
    });
  });

  it('what a later version knows of a call is kept when the sweeper closes it', async () => {
    await deliver(call.incoming(0));
    await app.db.query(`UPDATE telephony_calls SET facts = facts || '{"mood":{"value":"good"}}'`);

    await closeOpenCalls(app);

    expect(await app.onlyCall()).toMatchObject({
      status: 'failed',
      facts: { mood: { value: 'good' }, inferredEnd: { basis: 'ringing' } },
    });
  });

  it('a kind of report that a later version has is kept, and says nothing to this one', async () => {
    await deliver(call.incoming(0), call.answered(5));
    const consulted = { type: 'consulted', at: pbxTime(30), source: 'pbx', receivedAt: pbxTime(30) };
    await app.db.query(
      `UPDATE telephony_calls SET facts = jsonb_set(facts, '{reports}', facts -> 'reports' || $1::jsonb)`,
      [JSON.stringify(consulted)],
    );

    await deliver(call.ended(65, 60));

    const { status, durationSeconds, facts } = await app.onlyCall();
    expect({ status, durationSeconds }).toEqual({ status: 'completed', durationSeconds: 60 });
    expect(facts?.reports).toContainEqual(consulted);
  });

  it('a row of an earlier version goes on with the next event, in the present form', async () => {
    await insertEarlier(ANSWERED, 'answered', pbxTime(0));

    await deliver(call.ended(65, 60));

    const { facts, ...columns } = await app.onlyCall();
    expect(columns).toMatchObject({
      status: 'completed',
      direction: 'inbound',
      customerPhone: CALLER,
      customerNumberE164: '+8801712345678',
      startedAt: new Date(pbxTime(0)),
      answeredAt: new Date(pbxTime(5)),
      endedAt: new Date(pbxTime(65)),
      durationSeconds: 60,
      waitSeconds: 5,
      agentPhone: '202',
      firstAgentPhone: '202',
    });
    expect(facts).toEqual({
      reports: [
        expect.objectContaining({ type: 'incoming', extension: '201', phone: CALLER }),
        expect.objectContaining({ type: 'incoming', extension: '202' }),
        expect.objectContaining({ type: 'answered', extension: '202' }),
        expect.objectContaining({ type: 'ended', durationSeconds: 60 }),
      ],
    });
  });

  it('a ring of an earlier version takes an unnamed miss at its extension', async () => {
    const { answered: _answered, firstAgent: _first, agent: _agent, ...rang } = ANSWERED;
    await insertEarlier(rang, 'ringing', pbxTime(0));

    await deliver(call.missed(20));

    expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'missed' });
    expect(await app.tasks()).toMatchObject([{ customerId: CALLER, status: 'pending' }]);
  });

  it('a row of an earlier version that ended keeps its end when the recording comes', async () => {
    const ended: EarlierFacts = {
      ...ANSWERED,
      ended: { at: pbxTime(65), source: 'pbx' },
      endReason: { text: 'completed' },
      talkClaimed: true,
      durationSeconds: 60,
    };
    await insertEarlier({ ...ended, mood: 'good' } as EarlierFacts, 'completed', pbxTime(0));

    await deliver(call.recording(60));

    const { facts, ...columns } = await app.onlyCall();
    expect(columns).toMatchObject({
      status: 'completed',
      durationSeconds: 60,
      endReason: 'completed',
      recordingDurationSeconds: 60,
    });
    expect(facts).toMatchObject({ mood: 'good' });
    expect(facts).not.toHaveProperty('durationSeconds');
  });

  describe('a row whose number this version reads otherwise than it is stored', () => {
    const NUMBER = '+8801712345678';

    beforeEach(async () => {
      await deliver(call.incoming(0));
      await app.db.query('UPDATE telephony_calls SET customer_number_e164 = NULL');
    });

    it('goes on with the next event of its id, together with the other calls of that number', async () => {
      await deliver(call.missed(20));
      await deliver(call.ended(30, 0, 'no_answer'));
      expect(await app.onlyCall()).toMatchObject({ status: 'failed', customerNumberE164: NUMBER });
      expect(await app.tasks()).toMatchObject([{ customerId: CALLER, status: 'pending' }]);
    });

    it('is closed by the sweeper', async () => {
      await closeOpenCalls(app);
      expect(await app.onlyCall()).toMatchObject({ status: 'failed', customerNumberE164: NUMBER });
    });
  });
});
