import { jest } from '@jest/globals';
import type { DataSource, QueryRunner } from 'typeorm';
import { Clock } from '../../src/common/time/clock.js';
import { connect } from '../../src/database/connect.js';
import { Rollup } from '../../src/modules/reports/rollup/rollup.service.js';
import { FiguresReader } from '../../src/modules/reports/rollup/figures-reader.repository.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { DatabaseClock } from '../support/database-clock.js';
import { compareFigures, forgetFigures } from '../support/figures.js';
import { PbxEvents } from '../support/pbx-events.js';

/** Noon in Dhaka. */
const NOON = Date.parse('2026-01-10T06:00:00Z');
const DAY_SECONDS = 86_400;
const RANGE = { from: '2026-01-01', to: '2026-01-12' };

describe('the marks of days whose figures a call changes', () => {
  let database: TestDatabase;
  let clock: DatabaseClock;
  let app: TestApp;
  let pbx: PbxEvents;
  /** Another writer, whose transaction the test holds open. */
  let other: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    clock = await DatabaseClock.install(database);
    app = await TestApp.start(database);
    other = await connect(database.settings, () => {});
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await other.destroy();
    await app.close();
    await clock.close();
    await database.drop();
  });

  async function setTime(at: number | string): Promise<void> {
    const time = new Date(at);
    jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(time);
    await clock.set(time);
  }

  beforeEach(async () => {
    await app.clear();
    await forgetFigures(app);
    await setTime(NOON);
    pbx = new PbxEvents(app, NOON);
  });

  const build = () => app.nest.get(Rollup).run();
  const marks = async () => {
    const rows = await app.db.query<{ day: string }[]>(
      'SELECT day FROM telephony_figure_marks ORDER BY day, id',
    );
    return rows.map(({ day }) => day);
  };

  async function totals(): Promise<{ reported: number | undefined; counted: number }> {
    const { results } = await app.nest.get(FiguresReader).read(RANGE, [{ by: 'none', measures: ['total'] }]);
    const [row] = await app.db.query<{ count: number }[]>('SELECT count(*)::integer FROM telephony_calls');
    return { reported: results[0]?.[0]?.values.total, counted: row?.count ?? 0 };
  }

  async function expectExact(): Promise<void> {
    const { reported, counted } = await compareFigures(app, RANGE);
    expect(reported).toEqual(counted);
  }

  /** A call of a day of January, by another writer: with its mark, as every writer does. */
  async function storeCall(runner: QueryRunner, day: string): Promise<void> {
    await runner.query(
      `INSERT INTO telephony_calls (customer_phone, started_at) VALUES ('', $1::timestamp AT TIME ZONE 'Asia/Dhaka')`,
      [`${day} 12:00:00`],
    );
    await runner.query('INSERT INTO telephony_figure_marks (day) VALUES ($1)', [day]);
  }

  it.each([
    [0, []],
    [1, ['2026-01-08']],
    [2, ['2026-01-07', '2026-01-08']],
    [5, ['2026-01-04', '2026-01-05']],
  ])(
    'of a call of %i days ago are its day and the day before, but not yesterday and today',
    async (days, expected) => {
      await pbx.incoming('K-1', -days * DAY_SECONDS, '01712345678');
      expect(await marks()).toEqual(expected);
    },
  );

  it('of events that come together are one for each day', async () => {
    await Promise.all(
      [1, 2, 3, 4, 5, 6].map((minute) =>
        pbx.incoming(`K-${minute}`, -4 * DAY_SECONDS + minute * 60, `0171234567${minute}`),
      ),
    );
    const days = await marks();
    expect(new Set(days)).toEqual(new Set(['2026-01-05', '2026-01-06']));
    // At most two batches are under way at once, beside a first one.
    expect(days.length).toBeLessThan(12);
  });

  it('cost no statement when all calls began today', async () => {
    const log = jest.spyOn(app.db.logger, 'logQuery');
    await pbx.incoming('K-1', -60, '01712345678');
    await pbx.ended('K-1', -30);
    const sent = log.mock.calls.map(([sql]) => sql);
    log.mockRestore();
    expect(sent.filter((sql) => sql.includes('telephony_calls'))).not.toEqual([]);
    expect(sent.filter((sql) => sql.includes('telephony_figure_marks'))).toEqual([]);
  });

  it('are of the former day too, when a late event moves the beginning of a call to an earlier day', async () => {
    // Minutes after midnight of the 6th, and minutes before it.
    const midnight = -(4 * DAY_SECONDS + 12 * 3600);
    await pbx.answered('K-1', midnight + 120, '201');
    await build();
    await pbx.incoming('K-1', midnight - 60, '01712345678');
    expect(await marks()).toEqual(['2026-01-04', '2026-01-05', '2026-01-06']);
    await expectExact();
    await build();
    await expectExact();
  });

  it('are of the day of a row that turns out to be another call, and goes', async () => {
    await pbx.missed(null, -4 * DAY_SECONDS + 60, '01712345678');
    await build();
    expect((await totals()).counted).toBe(1);
    await pbx.incoming('K-1', -4 * DAY_SECONDS, '01712345678');
    expect(await totals()).toEqual({ reported: 1, counted: 1 });
    expect(await marks()).toEqual(['2026-01-05', '2026-01-06']);
    await build();
    await expectExact();
  });

  it('are of the days of calls whose number is erased: what made up for a miss is not known any more', async () => {
    await pbx.missed(null, -4 * DAY_SECONDS, '01712345678');
    await build();
    const { status } = await app.post(
      '/api/telephony/erasures',
      { number: '01712345678', dryRun: false },
      { userId: 1, role: 'admin' },
    );
    expect(status).toBe(200);
    expect(await marks()).toEqual(['2026-01-05', '2026-01-06']);
  });

  it('are each a row, so that a day is built once more for a writer that commits while it is built', async () => {
    await storeCallOf('2026-01-05');
    await build();
    await app.db.query(`INSERT INTO telephony_figure_marks (day) VALUES ('2026-01-05')`);
    const writer = other.createQueryRunner();
    await writer.startTransaction();
    // It finds the mark of the day that is there, and adds its own nevertheless.
    await storeCall(writer, '2026-01-05');
    await build();
    expect(await totals()).toEqual({ reported: 1, counted: 1 });
    await writer.commitTransaction();
    await writer.release();
    expect(await totals()).toEqual({ reported: 2, counted: 2 });
    await build();
    expect(await totals()).toEqual({ reported: 2, counted: 2 });
    expect(await marks()).toEqual([]);
  });

  it('are not missed by a transaction that still takes a day for yesterday when it has ceased to be', async () => {
    await storeCallOf('2026-01-05');
    // The last second of the 10th.
    await setTime('2026-01-10T17:59:59Z');
    await build();
    const late = other.createQueryRunner();
    await late.startTransaction();
    // A call of the 9th, which is yesterday as this transaction sees it: no mark.
    await late.query(
      `INSERT INTO telephony_calls (customer_phone, started_at) VALUES ('', '2026-01-09T06:00:00Z')`,
    );
    await setTime('2026-01-10T18:09:59Z');
    await build();
    expect(await totals()).toEqual({ reported: 1, counted: 1 });
    await late.commitTransaction();
    await late.release();
    expect(await totals()).toEqual({ reported: 2, counted: 2 });
    await setTime('2026-01-10T18:10:00Z');
    await build();
    expect(await app.db.query('SELECT closed_through AS day FROM telephony_figure_state')).toEqual([
      { day: '2026-01-09' },
    ]);
    expect(await totals()).toEqual({ reported: 2, counted: 2 });
  });

  async function storeCallOf(day: string): Promise<void> {
    const runner = other.createQueryRunner();
    await storeCall(runner, day);
    await runner.release();
  }
});
