import { jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { Clock } from '../../src/common/time/clock.js';
import type { Call } from '../../src/modules/telephony/calls/call.entity.js';
import { CallSweeper } from '../../src/modules/telephony/calls/call-sweeper.service.js';
import { AGENT_201, TestApp } from '../support/app.js';
import { CALL_START } from '../support/call-events.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { samplesOf } from '../support/samples.js';
import { CALLER, type Webhook, webhooksOf } from '../support/webhook-lives.js';

const NOW = new Date(CALL_START + 3_600_000);
const call = webhooksOf('BN-CALL-1');

describe('calls that the PBX has forgotten', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(NOW);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  async function deliver(...webhooks: Webhook[]): Promise<void> {
    for (const { route, body } of webhooks) expect((await app.webhook(route, body)).status).toBe(200);
  }

  /** Simulates that no call had activity for that time. */
  async function age(seconds: number, column = 'updated_at'): Promise<void> {
    await app.db.query(`UPDATE telephony_calls SET ${column} = now() - make_interval(secs => $1)`, [seconds]);
  }

  const sweep = () => app.nest.get(CallSweeper).sweepAll();

  async function start(): Promise<void> {
    const body = { agent_extension: '201', customer_number: CALLER, crm_call_id: '1' };
    expect((await app.post('/api/call/start', body, AGENT_201)).status).toBe(200);
  }

  /** A start that is linked to a task. */
  async function startFromTask(): Promise<void> {
    await app.db.query(
      `INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status) VALUES ($1, 'warm', 'follow_up', 'pending')`,
      [CALLER],
    );
    await start();
  }

  interface Case {
    readonly rule: string;
    readonly what: string;
    readonly limit: number;
    readonly column?: string;
    readonly make: () => Promise<unknown>;
    readonly ends: Partial<Call>;
    readonly tasks?: readonly object[];
  }

  const CASES: Case[] = [
    {
      rule: 'unplaced',
      what: 'started, without an id of the PBX',
      limit: 60,
      async make() {
        await startFromTask();
        await app.db.query('UPDATE telephony_calls SET external_call_id = NULL');
      },
      ends: { status: 'failed', disposition: 'failed', endReason: 'provider_error' },
      tasks: [{ status: 'pending', notes: expect.stringContaining('could not be placed') }],
    },
    {
      rule: 'silent',
      what: 'started, with an id, and never heard of',
      limit: 120,
      make: startFromTask,
      ends: { status: 'failed', disposition: 'no_answer', endReason: 'no_answer' },
      tasks: [{ status: 'in_progress', notes: expect.stringContaining('outbound failed (no_answer)') }],
    },
    {
      rule: 'ringing',
      what: 'ringing, inbound',
      limit: 120,
      make: () => deliver(call.incoming(0)),
      ends: { status: 'failed', disposition: 'missed', endReason: 'no_answer' },
      tasks: [{ status: 'pending', priority: 'warm', customerId: CALLER }],
    },
    {
      rule: 'ringing',
      what: 'ringing, outbound',
      limit: 120,
      make: () => deliver(call.ringing(0)),
      ends: { status: 'failed', disposition: 'no_answer', endReason: 'no_answer' },
    },
    {
      rule: 'hangup',
      what: 'hung up by an agent, without talk',
      limit: 30,
      column: 'hangup_requested_at',
      make: () => deliver(call.ringing(0)),
      ends: { status: 'failed', disposition: 'no_answer', endReason: 'agent_hangup' },
    },
    {
      rule: 'hangup',
      what: 'hung up by an agent, with talk',
      limit: 30,
      column: 'hangup_requested_at',
      make: () => deliver(call.incoming(0), call.answered(5)),
      ends: { status: 'completed', disposition: 'completed', endReason: 'agent_hangup' },
    },
    {
      rule: 'answered',
      what: 'answered',
      limit: 4 * 3600,
      make: () => deliver(call.incoming(0), call.answered(5)),
      ends: { status: 'completed', disposition: 'completed', endReason: 'unknown' },
    },
  ];

  it.each(CASES)('$rule: $what for $limit s', async ({ rule, limit, column, make, ends, tasks }) => {
    const sample = `telephony_swept_calls_total{rule="${rule}"}`;
    const count = async () => samplesOf(await app.nest.get(Registry).metrics()).get(sample) ?? 0;
    const before = await count();
    await make();
    await age(limit - 5, column);
    expect(await sweep()).toBe(0);
    await age(limit + 1, column);
    expect(await sweep()).toBe(1);

    const swept = await app.onlyCall();
    expect(swept).toMatchObject({ ...ends, endedAt: NOW, durationSeconds: null });
    expect(swept.inferred).toEqual(expect.arrayContaining(['status', 'ended_at']));
    expect(await app.tasks()).toMatchObject(tasks ?? []);
    expect(await app.tasks()).toHaveLength(tasks?.length ?? 0);
    expect(await count()).toBe(before + 1);

    await age(10 * 86_400);
    expect(await sweep()).toBe(0);
    expect((await app.onlyCall()).version).toBe(swept.version);
  });

  it.each<[string, Webhook[], Webhook[], Partial<Call>]>([
    [
      'an answer',
      [call.incoming(0)],
      [call.answered(12)],
      { status: 'answered', disposition: null, endedAt: null, endReason: null },
    ],
    [
      'an end after talk',
      [call.incoming(0)],
      [call.ended(70, 60)],
      {
        status: 'completed',
        durationSeconds: 60,
        endedAt: new Date(CALL_START + 70_000),
        endReason: 'completed',
      },
    ],
    [
      'an end without talk',
      [call.incoming(0)],
      [call.ended(30, 0, 'busy')],
      { status: 'failed', disposition: 'busy', endedAt: new Date(CALL_START + 30_000), endReason: 'busy' },
    ],
    [
      'a miss',
      [call.incoming(0)],
      [call.missed(25)],
      { status: 'failed', disposition: 'missed', endedAt: new Date(CALL_START + 25_000) },
    ],
    [
      'the end of a talk',
      [call.incoming(0), call.answered(5)],
      [call.ended(65, 60)],
      { status: 'completed', durationSeconds: 60, endedAt: new Date(CALL_START + 65_000) },
    ],
    [
      'life after it',
      [call.incoming(0), call.answered(5)],
      [call.answered(3_660, '301')],
      { status: 'answered', endedAt: null, agentPhone: '301' },
    ],
  ])('yield to %s', async (_what, before, late, columns) => {
    await deliver(...before);
    await age(86_400);
    expect(await sweep()).toBe(1);
    await deliver(...late);
    const corrected = await app.onlyCall();
    expect(corrected).toMatchObject(columns);
    expect(corrected.inferred).not.toContain('status');
    expect(corrected.inferred).not.toContain('ended_at');
  });

  it('have the task of their miss withdrawn when they turn out to have been answered', async () => {
    await deliver(call.incoming(0));
    await age(121);
    await sweep();
    expect(await app.tasks()).toMatchObject([{ status: 'pending' }]);
    await deliver(call.answered(12));
    expect(await app.tasks()).toMatchObject([{ status: 'skipped' }]);
  });

  it('have the line of their miss, and of their end, put right when the PBX reports it', async () => {
    await startFromTask();
    const { externalCallId } = await app.onlyCall();
    await age(121);
    await sweep();
    await deliver(webhooksOf(externalCallId ?? '').ended(3700, 42));
    const [task] = await app.tasks();
    expect(task?.notes?.split('\n')).toEqual([expect.stringContaining('outbound completed, talked 42 s')]);

    await app.clear();
    await deliver(call.incoming(0));
    await age(121);
    await sweep();
    expect((await app.tasks())[0]?.notes).toContain('17:30:00');
    await deliver(call.missed(25));
    expect((await app.tasks())[0]?.notes).toBe('Missed call on 2026-01-03 16:30:25 (call 1).');
  });

  it('create no task when they are more than a day old: a callback is too late', async () => {
    await deliver(webhooksOf('BN-OLD').incoming(-24 * 3600), webhooksOf('BN-NEW', '01812345678').incoming(0));
    await age(121);
    expect(await sweep()).toBe(2);
    expect(await app.tasks()).toMatchObject([{ customerId: '01812345678' }]);
    const [old] = await app.calls();
    expect(old?.effects).toEqual({ missedTask: { at: NOW.toISOString(), taskId: null } });
  });

  it('complete no missed-call task when the length of the talk is unknown', async () => {
    await deliver(call.missed(0));
    const back = webhooksOf('BN-CALL-2');
    await deliver(back.ringing(300), back.answered(310));
    await age(86_400);
    expect(await sweep()).toBe(1);
    expect(await app.tasks()).toMatchObject([{ status: 'pending' }]);
    await deliver(back.ended(380, 70));
    expect(await app.tasks()).toMatchObject([{ status: 'completed', callOutcome: 'connected' }]);
  });

  it('are not closed while they have activity', async () => {
    await deliver(call.incoming(0));
    await age(121);
    await deliver(call.incoming(100, '202'));
    expect(await sweep()).toBe(0);
  });

  it('are not changed when they have ended, even with a hangup request', async () => {
    await deliver(call.incoming(0), call.missed(25));
    await age(86_400);
    await age(86_400, 'hangup_requested_at');
    expect(await sweep()).toBe(0);
  });

  it('are all closed, a hundred per transaction', async () => {
    await app.db.query(
      `INSERT INTO telephony_calls (external_call_id, customer_phone, direction, status, started_at, updated_at, facts)
       SELECT 'BN-' || n, '', 'outbound', 'ringing', $1, now() - interval '1 day',
              jsonb_build_object('rang', stamp, 'seen', stamp, 'alive', stamp -> 'at')
         FROM generate_series(1, 250) AS n, jsonb_build_object('at', $2::text, 'source', 'pbx') AS stamp`,
      [new Date(CALL_START), new Date(CALL_START).toISOString()],
    );
    expect(await sweep()).toBe(250);
    expect(new Set((await app.calls()).map(({ status }) => status))).toEqual(new Set(['failed']));
    expect(await sweep()).toBe(0);
  });
});
