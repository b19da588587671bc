import { jest } from '@jest/globals';
import type { RemovedRows } from '../../src/database/retention.js';
import { CallRetentionRepository } from '../../src/modules/reports/retention/call-retention.repository.js';
import { CallRetention } from '../../src/modules/reports/retention/call-retention.service.js';
import { FiguresRepository } from '../../src/modules/reports/rollup/figures.repository.js';
import { Rollup } from '../../src/modules/reports/rollup/rollup.service.js';
import { SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { forgetFigures } from '../support/figures.js';
import { PbxEvents } from '../support/pbx-events.js';
import { dayAgo, storeCalls } from '../support/reported-calls.js';

/** Days that calls are kept here; fewer than the settings allow, so that few days have to be built. */
const KEPT = 3;
/** The first is older, and is closed; the others are kept. */
const [OLD, NEW] = [dayAgo(5), dayAgo(3)];

describe('the retention of calls', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { reports: { callRetentionDays: KEPT } });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  afterEach(() => jest.restoreAllMocks());
  beforeEach(async () => {
    await app.clear();
    await forgetFigures(app);
    await storeCalls(app, [
      { at: `${OLD} 10:00:00`, queue_name: 'old', duration_seconds: 60 },
      { at: `${OLD} 10:10:00`, queue_name: 'old', status: 'ringing' },
      { at: `${NEW} 10:00:00`, queue_name: 'new', duration_seconds: 30 },
    ]);
  });

  const remove = () => app.nest.get(CallRetention).removeOld();
  const build = () => app.nest.get(Rollup).run();
  const queues = async () => (await app.calls()).map(({ queueName, status }) => `${queueName} ${status}`);

  async function figures(): Promise<[unknown, number][]> {
    const { body } = await app.get(
      `/api/telephony/reports/kpi?by=queue&from=${OLD}&to=${dayAgo(0)}`,
      SUPERVISOR,
    );
    const { items } = body as { items: { key: unknown; answered: number }[] };
    return items.map(({ key, answered }) => [key, answered]);
  }

  it('removes old calls that are over, and their figures stay', async () => {
    await build();
    const before = await figures();
    expect(await remove()).toBe(1);
    expect(await queues()).toEqual(['old ringing', 'new completed']);
    expect(await figures()).toEqual(before);
    expect(before).toEqual([
      ['new', 1],
      ['old', 1],
    ]);
    await build();
    expect(await figures()).toEqual(before);
  });

  it('examines each call once in a run, whether it is kept or removed', async () => {
    const times = [3, 2, 3, 2, 1].flatMap((hour, part) =>
      Array.from({ length: 300 }, (_, n) => ({
        at: `${OLD} 0${hour}:00:00.${String(part * 300 + n).padStart(6, '0')}`,
        status: hour === 2 ? 'completed' : 'ringing',
      })),
    );
    await storeCalls(app, times);
    await build();
    const batch = jest.spyOn(app.nest.get(CallRetentionRepository), 'removeOlderThan');
    expect(await remove()).toBe(601);
    const batches = await Promise.all(batch.mock.results.map(({ value }) => value as Promise<RemovedRows>));
    // Of the 1,502 old calls the first 900 are 300 that ring and 600 that are over.
    expect(batches.map(({ removed }) => removed)).toEqual([600, 1]);
    expect(await app.calls()).toHaveLength(900 + 2);
  });

  it('leaves calls of days whose figures are not built', async () => {
    expect(await remove()).toBe(0);
    await build();
    await app.db.query('INSERT INTO telephony_figure_marks (day) VALUES ($1)', [dayAgo(6)]);
    expect(await remove()).toBe(0);
    expect(await queues()).toHaveLength(3);
  });

  it('keeps figures of frozen days, also when an event comes for one of them or they shall be built again', async () => {
    await build();
    await remove();
    const before = await figures();
    const at = -5 * 86_400;
    await new PbxEvents(app).missed(null, at, '01712345678');
    await app.db.query('INSERT INTO telephony_figure_marks (day) VALUES ($1)', [OLD]);
    expect(await build()).toBe(0);
    expect(await figures()).toEqual(before);
    expect(await app.db.query('SELECT day FROM telephony_figure_marks')).toEqual([]);
  });

  it('keeps figures of frozen days when an event marks one while the marks are looked through', async () => {
    await build();
    await remove();
    const before = await figures();
    const repository = app.nest.get(FiguresRepository, { strict: false });
    const close = repository.close.bind(repository);
    jest.spyOn(repository, 'close').mockImplementation(async (manager) => {
      await close(manager);
      await manager.query('INSERT INTO telephony_figure_marks (day) VALUES ($1)', [OLD]);
    });
    expect(await build()).toBe(0);
    expect(await figures()).toEqual(before);
  });

  it.each([
    ['waits', 'waiting', null, null, 0],
    ['has a copy', 'stored', null, null, 0],
    ['is held', 'gone', '2026-01-01', null, 0],
    ['was removed', 'removed', null, null, 1],
    ['was held', 'removed', '2026-01-01', '2026-01-02', 1],
  ])('whose recording %s: removes as many as it may', async (_how, state, heldAt, holdUntil, removed) => {
    await build();
    await app.db.query(
      `INSERT INTO telephony_recordings (call_id, provider, reported_at, state, held_at, hold_until)
       SELECT id, 'bracknet', now(), $1, $2, $3 FROM telephony_calls WHERE queue_name = 'old'`,
      [state, heldAt, holdUntil],
    );
    expect(await remove()).toBe(removed);
  });

  it('removes what was noted of a call with it', async () => {
    await build();
    await app.db.query(
      `INSERT INTO telephony_call_notes (call_id, note, written_by)
       SELECT id, 'said so', 7 FROM telephony_calls WHERE status = 'completed'`,
    );
    await remove();
    const rows = await app.db.query<{ queue: string }[]>(
      'SELECT queue_name AS queue FROM telephony_call_notes n JOIN telephony_calls c ON c.id = n.call_id',
    );
    expect(rows).toEqual([{ queue: 'new' }]);
    expect(await app.db.query('SELECT count(*)::integer AS notes FROM telephony_call_notes')).toEqual([
      { notes: 1 },
    ]);
  });

  it('removes nothing without a setting', async () => {
    await build();
    const other = await TestApp.start(database);
    try {
      expect(await other.nest.get(CallRetention).removeOld()).toBe(0);
    } finally {
      await other.close();
    }
    expect(await queues()).toHaveLength(3);
  });
});
