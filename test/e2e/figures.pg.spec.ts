import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Clock } from '../../src/common/time/clock.js';
import { Rollup } from '../../src/modules/reports/rollup/rollup.service.js';
import { TestApp } from '../support/app.js';
import { CALL_START } from '../support/call-events.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { DatabaseClock } from '../support/database-clock.js';
import { compareFigures, forgetFigures } from '../support/figures.js';
import { history } from '../support/histories.js';
import { closeOpenCalls } from '../support/sweep.js';
import { propertyRuns } from '../support/property-runs.js';
import { webhookOf } from '../support/webhook-of-event.js';

const DAY_MS = 86_400_000;
const RANGE = { from: '2025-12-20', to: '2026-02-20' };

/** A history of the PBX, some days after the first one; its ids are those of that day. */
const eventsOfADay = fc.tuple(history, fc.integer({ min: 0, max: 6 })).map(([events, day]) =>
  events.map((event) =>
    webhookOf({
      ...event,
      occurredAt: new Date(event.occurredAt.getTime() + day * DAY_MS),
      externalCallId: event.externalCallId === null ? null : `${event.externalCallId}-${day}`,
    }),
  ),
);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('events' as const), events: eventsOfADay }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('job' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('day' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
);

describe('the figures of reports', () => {
  let database: TestDatabase;
  let clock: DatabaseClock;
  let apps: [TestApp, TestApp];
  let now: Date;

  beforeAll(async () => {
    database = await createTestDatabase();
    clock = await DatabaseClock.install(database);
    apps = [await TestApp.start(database), await TestApp.start(database)];
    for (const app of apps) jest.spyOn(app.nest.get(Clock), 'now').mockImplementation(() => now);
  });

  afterAll(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.map((app) => app.close()));
    await clock.close();
    await database.drop();
  });

  async function setTime(at: Date): Promise<void> {
    now = at;
    await clock.set(at);
  }

  async function expectExact(app: TestApp): Promise<void> {
    const { reported, counted } = await compareFigures(app, RANGE);
    expect(reported).toEqual(counted);
  }

  const buildAll = () => Promise.all(apps.map((app) => app.nest.get(Rollup).run()));

  it('equal a count of all calls at every moment, whatever the PBX reports, and while two instances build them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
        await apps[0].clear();
        await forgetFigures(apps[0]);
        // Every event of a history is over by then: no time of it is from the future.
        await setTime(new Date(CALL_START + 7 * DAY_MS));
        for (const each of steps) {
          if (each.kind === 'day') await setTime(new Date(now.getTime() + DAY_MS));
          if (each.kind === 'job') await buildAll();
          if (each.kind === 'events') {
            const deliveries = each.events.map(({ route, body }, index) =>
              (apps[index % 2] as TestApp).webhook(route, body),
            );
            const answers = await Promise.all([
              ...deliveries,
              buildAll(),
              expectExact(apps[0]),
              expectExact(apps[1]),
            ]);
            expect(
              answers.slice(0, deliveries.length).map((answer) => (answer as { status: number }).status),
            ).toEqual(deliveries.map(() => 200));
          }
          if (each.kind === 'sweep') await closeOpenCalls(apps[0]);
          await expectExact(apps[1]);
        }
        await buildAll();
        await expectExact(apps[0]);
        expect(await apps[0].db.query('SELECT day FROM telephony_figure_marks')).toEqual([]);
      }),
      { numRuns: propertyRuns(12), seed: Number(process.env.HISTORY_SEED ?? 20260103) },
    );
  }, 600_000);
});
