import { jest } from '@jest/globals';
import { Clock } from '../../src/common/time/clock.js';
import { FiguresReader } from '../../src/modules/reports/rollup/figures-reader.repository.js';
import { Rollup } from '../../src/modules/reports/rollup/rollup.service.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { DatabaseClock } from '../support/database-clock.js';
import { forgetFigures } from '../support/figures.js';
import { PbxEvents } from '../support/pbx-events.js';

describe('figures where a day has 23 hours', () => {
  let database: TestDatabase;
  let clock: DatabaseClock;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    clock = await DatabaseClock.install(database);
    app = await TestApp.start(database, { telephony: { businessTimeZone: 'Europe/Berlin' } });
    await forgetFigures(app);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
    await clock.close();
    await database.drop();
  });

  async function setTime(at: string): Promise<void> {
    const time = new Date(at);
    jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(time);
    await clock.set(time);
  }

  it('a call back just after midnight counts for a miss of the day before yesterday, which is closed', async () => {
    // Saturday, 23:45 in Berlin; Sunday the clock goes from 2 to 3.
    const before = new PbxEvents(app, Date.parse('2026-03-28T22:45:00Z'));
    await setTime('2026-03-28T22:46:00Z');
    await before.missed('lost', 0, '01712345678', '201');
    // Monday, 00:15.
    await setTime('2026-03-29T22:15:00Z');
    expect(await app.nest.get(Rollup).run()).toBeGreaterThan(0);
    await setTime('2026-03-29T22:22:00Z');
    const pbx = new PbxEvents(app, Date.parse('2026-03-29T22:20:00Z'));
    await pbx.incoming('again', 0, '01712345678');
    await pbx.answered('again', 5, '201');
    await pbx.ended('again', 95);
    await app.nest.get(Rollup).run();
    const { results } = await app.nest
      .get(FiguresReader)
      .read({ from: '2026-03-28', to: '2026-03-28' }, [{ by: 'none', measures: ['lost', 'recovered'] }]);
    expect(results).toEqual([[{ key: null, values: { lost: 1, recovered: 1 } }]]);
  });
});
