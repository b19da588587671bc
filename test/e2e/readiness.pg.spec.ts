import { Client } from 'pg';
import request from 'supertest';
import { MetricsServer } from '../../src/modules/metrics/metrics-server.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { samplesOf } from '../support/samples.js';

/** A response takes at most a second; the rest allows for a busy machine. */
const LONGEST_MS = 1_500;

describe('a database that hangs', () => {
  let database: TestDatabase;
  let app: TestApp;
  let other: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { metrics: { port: 0 } });
    other = new Client({ connectionString: database.url });
    await other.connect();
  });
  afterAll(async () => {
    await other.end();
    await app.close();
    await database.drop();
  });

  async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
    const begun = performance.now();
    return [await work(), performance.now() - begun];
  }

  const ready = async () => request(app.url).get('/health/ready');

  it('makes readiness red in time, does not block the scrape, and is detected again when it is back', async () => {
    await other.query('BEGIN');
    await other.query('LOCK TABLE telephony_webhook_receipts IN ACCESS EXCLUSIVE MODE');
    try {
      const [answer, took] = await timed(ready);
      expect([answer.status, answer.body.code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
      expect(took).toBeLessThan(LONGEST_MS);
      const [scrape, scrapeTook] = await timed(async () =>
        request(app.nest.get(MetricsServer).url ?? '').get(''),
      );
      expect(samplesOf(scrape.text).get('telephony_database_up')).toBe(0);
      expect(samplesOf(scrape.text).get('process_resident_memory_bytes')).toBeGreaterThan(0);
      expect(scrapeTook).toBeLessThan(LONGEST_MS);
    } finally {
      await other.query('ROLLBACK');
    }
    await eventually(async () => expect((await ready()).status).toBe(200));
  });
});
