import { Rollup } from '../../src/modules/reports/rollup/rollup.service.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { forgetFigures } from '../support/figures.js';
import { dayAgo, type ReportedCall, storeCalls } from '../support/reported-calls.js';

/** A day that is closed, and the day after it, which is closed too. */
const DAY = dayAgo(5);
const NEXT_DAY = dayAgo(4);

const SUPPORT = { queue_name: 'support', agent_phone: '201', agent_user_id: 7 };
const CALLS: readonly ReportedCall[] = [
  {
    at: `${DAY} 10:00:00`,
    ...SUPPORT,
    wait_seconds: 10,
    duration_seconds: 100,
    recording_url: 'https://pbx.example/1',
  },
  { at: `${DAY} 10:10:00`, ...SUPPORT, wait_seconds: 30, duration_seconds: 201, inferred: ['ended_at'] },
  { at: `${DAY} 10:20:00`, ...SUPPORT, status: 'failed', disposition: 'missed', wait_seconds: 3 },
  {
    at: `${DAY} 10:30:00`,
    ...SUPPORT,
    status: 'failed',
    disposition: 'abandoned',
    wait_seconds: 40,
    ended_after: 40,
    customer_number_e164: '+8801712345678',
  },
  // Another extension took it, the PBX never took it, and it is not over: none of these counts.
  { at: `${DAY} 11:00:00`, ...SUPPORT, status: 'failed', disposition: 'answered_elsewhere' },
  {
    at: `${DAY} 11:10:00`,
    direction: 'outbound',
    status: 'failed',
    end_reason: 'provider_error',
    agent_user_id: 8,
  },
  { at: `${DAY} 11:20:00`, ...SUPPORT, status: 'ringing' },
  // Calls back, without and with a talk.
  {
    at: `${DAY} 10:35:40`,
    direction: 'outbound',
    status: 'failed',
    disposition: 'no_answer',
    agent_phone: '202',
    agent_user_id: 8,
    customer_number_e164: '+8801712345678',
  },
  {
    at: `${NEXT_DAY} 10:29:59`,
    direction: 'outbound',
    duration_seconds: 10,
    agent_phone: '202',
    agent_user_id: 8,
    customer_number_e164: '+8801712345678',
  },
];

const OF_SUPPORT = {
  offered: 4,
  answered: 2,
  lost: 2,
  lostBy: { missed: 1, abandoned: 1, busy: 0, failed: 0 },
  shortAbandoned: 1,
  answeredInTime: 1,
  answerRate: 0.5,
  serviceLevel: 1 / 3,
  asaSeconds: 20,
  ahtSeconds: 150.5,
  dialled: 0,
  reached: 0,
  recorded: 1,
  inferredEnds: 1,
  calledBack: 1,
  recovered: 1,
  firstAttemptSeconds: 300,
};

const NOTHING = {
  offered: 0,
  answered: 0,
  lost: 0,
  lostBy: { missed: 0, abandoned: 0, busy: 0, failed: 0 },
  shortAbandoned: 0,
  answeredInTime: 0,
  answerRate: null,
  serviceLevel: null,
  asaSeconds: null,
  ahtSeconds: null,
  dialled: 0,
  reached: 0,
  recorded: 0,
  inferredEnds: 0,
  calledBack: 0,
  recovered: 0,
  firstAttemptSeconds: null,
};

interface Report {
  readonly items: readonly ({ readonly key: unknown; readonly links: unknown } & Record<string, unknown>)[];
  readonly total: Record<string, unknown>;
}

describe('GET /api/telephony/reports/kpi', () => {
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
    await forgetFigures(app);
  });

  async function report(query: string): Promise<Report> {
    const { status, body } = await app.get(`/api/telephony/reports/kpi?${query}`, SUPERVISOR);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body as Report;
  }

  /** Key and figures of each item. */
  const figuresOf = ({ items }: Report) => items.map(({ links: _links, ...figures }) => figures);

  describe.each(['computed from the calls', 'built'])('of closed days that are %s', (how) => {
    beforeEach(async () => {
      await storeCalls(app, CALLS);
      if (how === 'built') await app.nest.get(Rollup).run();
    });

    it('counts what the formulas say, by queue, and all together', async () => {
      const answer = await report(`by=queue&from=${DAY}&to=${DAY}`);
      expect(figuresOf(answer)).toEqual([
        { key: 'support', ...OF_SUPPORT },
        { key: null, ...NOTHING, dialled: 1 },
      ]);
      expect(answer.total).toMatchObject({ ...OF_SUPPORT, key: null, dialled: 1 });
    });

    it.each([
      [
        'extension',
        [
          ['201', 4, 0],
          ['202', 0, 1],
          [null, 0, 0],
        ],
      ],
      [
        'agent',
        [
          [7, 4, 0],
          [8, 0, 1],
        ],
      ],
      [
        'hour',
        [
          [10, 4, 1],
          [11, 0, 0],
        ],
      ],
      ['day', [[DAY, 4, 1]]],
    ])('tells calls apart by %s', async (by, expected) => {
      const { items } = await report(`by=${by}&from=${DAY}&to=${DAY}`);
      expect(items.map(({ key, offered, dialled }) => [key, offered, dialled])).toEqual(expected);
    });

    it('tells days of the week apart, Monday being the first', async () => {
      const weekday = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
      const { items } = await report(`by=weekday&from=${DAY}&to=${NEXT_DAY}`);
      expect(new Map(items.map(({ key, dialled }) => [key, dialled]))).toEqual(
        new Map([
          [weekday(DAY), 1],
          [weekday(NEXT_DAY), 1],
        ]),
      );
    });

    it('counts by other thresholds, also for days of before', async () => {
      const { total } = await report(`from=${DAY}&to=${DAY}&serviceLevelSeconds=30&shortAbandonSeconds=60`);
      expect(total).toMatchObject({ answeredInTime: 2, shortAbandoned: 2, serviceLevel: 1 });
    });
  });

  it('names the formula of each figure', async () => {
    const { formulas, total } = (await report('')) as Report & { formulas: object };
    const { key: _key, links: _links, lostBy: _lostBy, ...figures } = total;
    expect(Object.keys(formulas).sort()).toEqual(Object.keys(figures).sort());
    expect(formulas).toMatchObject({ serviceLevel: 'answeredInTime / (offered - shortAbandoned)' });
  });

  it('says since when it counts, while more than 31 of the days are not built, and nothing else of a year without calls', async () => {
    const year = `from=${dayAgo(364)}&to=${dayAgo(0)}`;
    expect(await report(year)).toMatchObject({ builtFrom: null, total: NOTHING });
    await storeCalls(
      app,
      Array.from({ length: 40 }, (_, days) => ({ at: `${dayAgo(days)} 00:00:00` })),
    );
    expect(await report(year)).toMatchObject({ builtFrom: dayAgo(30), total: { answered: 31 } });
    await app.nest.get(Rollup).run();
    expect(await report(year)).toMatchObject({ builtFrom: null, total: { answered: 40 } });
  });

  it('links each figure to the calls behind it', async () => {
    await storeCalls(app, [{ at: `${DAY} 10:00:00`, queue_name: 'A & B' }, { at: `${DAY} 11:00:00` }]);
    const linkOf = async (by: string) =>
      (await report(`by=${by}&from=${DAY}&to=${NEXT_DAY}`)).items.map(
        ({ links }) => (links as { lost: string } | null)?.lost,
      );
    const days = `from=${DAY}&to=${NEXT_DAY}`;
    expect(await linkOf('queue')).toEqual([
      `figure=lost&queueName=A+%26+B&${days}`,
      `figure=lost&queueName=-&${days}`,
    ]);
    expect(await linkOf('hour')).toEqual([`figure=lost&hour=10&${days}`, `figure=lost&hour=11&${days}`]);
    expect(await linkOf('day')).toEqual([`figure=lost&from=${DAY}&to=${DAY}`]);
    expect(await linkOf('agent')).toEqual([undefined]);
    expect(await linkOf('none')).toEqual([`figure=lost&${days}`]);
  });

  it('without days is about today alone', async () => {
    const { from, to } = (await report('')) as Report & { from: string; to: string };
    expect(from).toBe(to);
  });

  it.each([
    ['by=team', 'by', 'the teams of users are not known'],
    ['by=trunk', 'by', 'must be one of'],
    ['serviceLevelSeconds=25', 'serviceLevelSeconds', '5, 10, 15, 20, 30, 45, 60, 120'],
    ['shortAbandonSeconds=6', 'shortAbandonSeconds', '5, 10, 15, 20, 30, 45, 60, 120'],
    ['from=2026-02-30', 'from', 'must be a day'],
    ['from=0000-01-01', 'from', 'must be a day'],
    ['to=0005-01-01&rangeDays=3660', 'to', 'must be a day'],
    ['from=2026-02-03&to=2026-02-02', 'to', 'must not be before from'],
    ['rangeDays=0', 'rangeDays', 'must not be less than 1'],
  ])('refuses %s and says what to change', async (query, field, problem) => {
    const { status, body } = await app.get(`/api/telephony/reports/kpi?${query}`, SUPERVISOR);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', details: [{ field, problem: expect.stringContaining(problem) }] },
    });
  });

  it('is not for agents', async () => {
    expect((await app.get('/api/telephony/reports/kpi')).status).toBe(403);
    expect((await app.get('/api/telephony/reports/kpi', AGENT_201)).body).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('adds up the agents of a team of the CRM, and those without one under null', async () => {
    await app.db.query('CREATE TABLE users (id integer PRIMARY KEY, team_id integer)');
    try {
      await app.db.query('INSERT INTO users VALUES (7, 3), (8, 3), (9, NULL)');
      const call = { at: `${DAY} 10:00:00`, duration_seconds: 10 };
      await storeCalls(app, [
        { ...call, agent_user_id: 7 },
        { ...call, agent_user_id: 8 },
        { ...call, agent_user_id: 9 },
        call,
      ]);
      const { items } = await report(`by=team&from=${DAY}&to=${DAY}`);
      expect(items.map(({ key, answered, links }) => [key, answered, links])).toEqual([
        [3, 2, null],
        [null, 2, null],
      ]);
    } finally {
      await app.db.query('DROP TABLE users');
    }
  });
});
