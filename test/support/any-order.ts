import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Clock } from '../../src/common/time/clock.js';
import { TestApp } from './app.js';
import { CALL_START } from './call-events.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { closeOpenCalls } from './sweep.js';
import { outcomeIn } from './outcome.js';
import { CALLER, type Life, LIVES, type Webhook } from './webhook-lives.js';

/** Ways to deliver an event again: unchanged, on the one-shot route, or as other bytes with the same meaning. */
const REPEATS: readonly ((webhook: Webhook) => Webhook)[] = [
  (webhook) => webhook,
  ({ body }) => ({ route: 'one-shot', body }),
  ({ route, body }) => ({ route, body: Object.fromEntries(Object.entries(body).reverse()) }),
];

/** Every event at least once, in any order, up to three of them repeated. */
function deliveriesOf(webhooks: readonly Webhook[]): fc.Arbitrary<Webhook[]> {
  const repeat = fc
    .tuple(fc.constantFrom(...webhooks), fc.constantFrom(...REPEATS))
    .map(([webhook, again]) => again(webhook));
  return fc
    .tuple(
      fc.shuffledSubarray([...webhooks], { minLength: webhooks.length }),
      fc.array(repeat, { maxLength: 3 }),
      fc.nat(webhooks.length),
    )
    .map(([all, repeats, at]) => all.toSpliced(at, 0, ...repeats));
}

/** Inserts sweeps before, between or after the deliveries; each closes all open calls. */
function sweptBetween(deliveries: fc.Arbitrary<Webhook[]>): fc.Arbitrary<(Webhook | 'sweep')[]> {
  return deliveries.chain((webhooks) =>
    fc
      .array(fc.nat(webhooks.length), { minLength: 1, maxLength: 4 })
      .map((moments) =>
        moments
          .toSorted((a, b) => b - a)
          .reduce<(Webhook | 'sweep')[]>((steps, moment) => steps.toSpliced(moment, 0, 'sweep'), webhooks),
      ),
  );
}

/** The CRM's data after these steps, run one by one on empty tables. */
async function outcomeOf(app: TestApp, steps: readonly (Webhook | 'sweep')[]) {
  await app.clear();
  await app.db.query(`INSERT INTO customers (name, phone, assigned_to) VALUES ('Rahim', $1, 7)`, [CALLER]);
  for (const step of steps) {
    if (step === 'sweep') await closeOpenCalls(app);
    else expect((await app.webhook(step.route, step.body)).status).toBe(200);
  }
  return outcomeIn(app);
}

type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

/** Removes the end that a sweep inferred: it stays in the facts after a reported end, but has no effect. */
function observed({ calls, tasks }: Outcome) {
  return {
    tasks,
    calls: calls.map(({ facts, ...call }) => {
      const { inferredEnd: _inferred, ...reported } = facts ?? {};
      return { ...call, facts: reported };
    }),
  };
}

/** Declares a test for each life. @param checkOf returns the check, given access to the application */
function testLives(checkOf: (app: () => TestApp) => (life: Life) => Promise<void>): void {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    // The time of events without a timestamp.
    jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(new Date(CALL_START + 3_600_000));
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
    await database.drop();
  });

  const check = checkOf(() => app);
  it.each(Object.entries(LIVES))('%s has the same result', (_name, life) => check(life), 240_000);
}

/** @param runs how many orders of each life are tried */
export function describeAnyOrder(runs: number): void {
  describe('events of a call in any order, with repetitions', () => {
    testLives((app) => async ({ webhooks, calls, tasks }) => {
      const inOrder = await outcomeOf(app(), webhooks);
      expect(inOrder).toMatchObject({ calls, tasks });
      await fc.assert(
        fc.asyncProperty(deliveriesOf(webhooks), async (deliveries) => {
          expect(await outcomeOf(app(), deliveries)).toEqual(inOrder);
        }),
        { numRuns: runs },
      );
    });
  });
}

/** @param runs how many orders of each life are tried, each with its own sweeps */
export function describeOrderWithSweeps(runs: number): void {
  describe('events of a call in any order, with sweeps in between', () => {
    testLives((app) => async ({ webhooks }) => {
      const undisturbed = observed(await outcomeOf(app(), webhooks));
      await fc.assert(
        fc.asyncProperty(sweptBetween(deliveriesOf(webhooks)), async (steps) => {
          expect(observed(await outcomeOf(app(), steps))).toEqual(undisturbed);
        }),
        { numRuns: runs },
      );
    });
  });
}
