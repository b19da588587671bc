import { SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { scansOf, statementsDuring } from '../support/plans.js';

/** Misses of one number, to whom nobody has talked. */
const MISSES = 3_000;

/** Each call is read a few times, and the talks after it looked up: none is read for each of the others. */
const MOST_ROWS = 10 * MISSES;

describe('a number that has called in vain without end', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, customer_number_e164, direction, status, disposition, duration_seconds, started_at)
       SELECT number, '+88' || number, 'inbound', CASE WHEN n % 2 = 0 THEN 'failed' ELSE 'completed' END,
              CASE WHEN n % 2 = 0 THEN 'missed' ELSE 'completed' END, CASE WHEN n % 2 = 1 THEN 60 END,
              timestamptz '2026-01-03T05:00:00Z' + n * interval '1 second'
         FROM generate_series(1, $1) AS n,
              LATERAL (SELECT CASE WHEN n % 2 = 0 THEN '01712345678' ELSE '018' || lpad(n::text, 8, '0') END) AS caller (number)`,
      [2 * MISSES],
    );
    await app.db.query('VACUUM ANALYZE telephony_calls');
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each([
    ['missedUnanswered=true', MISSES],
    ['missedUnanswered=false', MISSES],
  ])('costs the list of %s no more than its calls', async (query, total) => {
    const statements = await statementsDuring([app.db], async () => {
      const { status, body } = await app.get(`/api/telephony/calls?${query}`, SUPERVISOR);
      expect([status, body.total]).toEqual([200, total]);
    });
    const rows = (await scansOf(app.db, statements)).reduce((sum, { rowsRead }) => sum + rowsRead, 0);
    expect(rows).toBeLessThanOrEqual(MOST_ROWS);
  });
});
