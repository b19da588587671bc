import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { connect } from '../../src/database/connect.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Program } from '../support/program.js';

const quietly = (): void => {};

describe('the data source', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await connect(database.settings, quietly);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it.each(['America/New_York', 'Asia/Dhaka', 'UTC'])(
    "keeps the CRM's wall-clock times as the text they are, and instants as instants, in a process of %s",
    async (TZ) => {
      const times = {
        // In New York the clocks jumped over this moment.
        completedAt: '2026-03-08 02:30:00',
        createdAt: '2026-01-03 10:30:00.123456',
        taskDate: '2026-03-08',
        scheduledTime: '02:30:00',
      };
      const startedAt = '2026-03-08T07:30:00.000Z';
      const program = new Program(
        'programs/keep-wall-clock-time.ts',
        [database.url, JSON.stringify({ ...times, startedAt })],
        { env: { TZ } },
      );
      const [line = ''] = await program.printed(1);
      await program.exit;
      expect(JSON.parse(line)).toMatchObject({ task: times, call: { startedAt } });

      const stored = await dataSource.query(
        `DELETE FROM crm_call_tasks
          RETURNING completed_at::text AS "completedAt", created_at::text AS "createdAt",
                    task_date::text AS "taskDate", scheduled_time::text AS "scheduledTime"`,
      );
      expect(stored).toEqual([[times], 1]);
      expect(await dataSource.query('DELETE FROM telephony_calls RETURNING started_at')).toEqual([
        [{ started_at: new Date(startedAt) }],
        1,
      ]);
    },
  );

  it('returns wall-clock times of any statement as text', async () => {
    expect(
      await dataSource.query(`SELECT timestamp '2026-03-08 02:30:00' AS at, date '2026-03-08' AS day`),
    ).toEqual([{ at: '2026-03-08 02:30:00', day: '2026-03-08' }]);
  });

  it('sets each session to UTC, the time limit and the legacy time zone', async () => {
    const another = await connect({ ...database.settings, legacyTimeZone: 'Asia/Kolkata' }, quietly);
    const settings = await another.query(
      `SELECT current_setting('TimeZone') AS zone, current_setting('statement_timeout') AS limit,
              current_setting('telephony.legacy_time_zone') AS legacy`,
    );
    await another.destroy();
    expect(settings).toEqual([{ zone: 'UTC', limit: '10s', legacy: 'Asia/Kolkata' }]);
  });

  describe('about a statement that PostgreSQL rejected', () => {
    const PHONE = '01712345678';

    afterEach(() => jest.restoreAllMocks());

    it('logs the statement and the SQLSTATE, but neither its parameters nor their echo', async () => {
      const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
      await expect(dataSource.query('SELECT $1::text::uuid', [PHONE])).rejects.toThrow(PHONE);
      expect(error.mock.calls).toEqual([['22P02, in: SELECT $1::text::uuid']]);
    });

    it('does not raise an alarm for a constraint, which callers handle', async () => {
      const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
      const debug = jest.spyOn(Logger.prototype, 'debug').mockReturnValue();
      const insert = `INSERT INTO crm_call_tasks (customer_id, priority) VALUES ($1, 'lukewarm')`;
      await expect(dataSource.query(insert, [PHONE])).rejects.toThrow('violates check constraint');
      expect(error).not.toHaveBeenCalled();
      expect(debug.mock.calls).toEqual([[`23514 ck_crm_call_tasks_priority, in: ${insert}`]]);
    });
  });
});
