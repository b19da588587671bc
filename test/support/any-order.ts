import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Clock } from '../../src/common/time/clock.js';
import { CallSweeper } from '../../src/modules/telephony/calls/call-sweeper.service.js';
import { TestApp } from './app.js';
import { CALL_START } from './call-events.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { outcomeIn } from './outcome.js';
import { CALLER, type Life, LIVES, type Webhook } from './webhook-lives.js';

/** Ways to deliver the same event again: as it was, by the route that takes any, in other bytes of the same meaning. */
const REPEATS: readonly ((webhook: Webhook) => Webhook)[] = [
  (webhook) => webhook,
  ({ body }) => ({ route: 'one-shot', body }),
  ({ route, body }) => ({ route, body: Object.fromEntries(Object.entries(body).reverse()) }),
];

/** Every event at least once, in any order, some of them again. */
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

/** Moments between deliveries, before the first and after the last too, at which everything that is open is given up. */
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

/** Gives up every call that is open, as if each had been so for a day. */
async function sweep(app: TestApp): Promise<void> {
  await app.db.query(`
    UPDATE telephony_calls SET updated_at = updated_at - interval '1 day'
     WHERE status IN ('initiated', 'ringing', 'answered')`);
  await app.nest.get(CallSweeper).sweepAll();
}

/** What the CRM knows after these webhooks, posted one by one to an application that begins with nothing. */
async function outcomeOf(app: TestApp, steps: readonly (Webhook | 'sweep')[]) {
  await app.clear();
  await app.db.query(`INSERT INTO customers (name, phone, assigned_to) VALUES ('Rahim', $1, 7)`, [CALLER]);
  for (const step of steps) {
    if (step === 'sweep') await sweep(app);
    else expect((await app.webhook(step.route, step.body)).status).toBe(200);
  }
  return outcomeIn(app);
}

type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

/** Without what was concluded: it stays among the facts, void. */
function observed({ calls, tasks }: Outcome) {
  return {
    tasks,
    calls: calls.map(({ facts, ...call }) => {
      const { inferredEnd: _concluded, ...reported } = facts ?? {};
      return { ...call, facts: reported };
    }),
  };
}

/** What is said of each life, by a proof that is given the application. */
function proveLives(proveOf: (app: () => TestApp) => (life: Life) => Promise<void>): void {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    // Events without a time of their own are dated by it.
    jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(new Date(CALL_START + 3_600_000));
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
    await database.drop();
  });

  const prove = proveOf(() => app);
  it.each(Object.entries(LIVES))('%s ends the same', (_name, life) => prove(life), 240_000);
}

/** @param runs how many orders of each life are tried */
export function describeAnyOrder(runs: number): void {
  describe('whatever order the events of a call come in, and however often', () => {
    proveLives((app) => async ({ webhooks, calls, tasks }) => {
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

/** @param runs how many orders of each life are tried, each with sweeps of its own */
export function describeOrderWithSweeps(runs: number): void {
  describe('whatever is given up between the events of a call, in whatever order they come', () => {
    proveLives((app) => async ({ webhooks }) => {
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
