import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Clock } from '../../src/common/clock.js';
import { TestApp } from './app.js';
import { CALL_START } from './call-events.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { outcomeIn } from './outcome.js';
import { CALLER, LIVES, type Webhook } from './webhook-lives.js';

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

/** @param runs how many orders of each life are tried */
export function describeAnyOrder(runs: number): void {
  describe('whatever order the events of a call come in, and however often', () => {
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

    async function outcomeOf(webhooks: readonly Webhook[]) {
      await app.clear();
      await app.db.query(`INSERT INTO customers (name, phone, assigned_to) VALUES ('Rahim', $1, 7)`, [
        CALLER,
      ]);
      for (const { route, body } of webhooks) {
        const answer = await app.webhook(route, body);
        expect(answer.status).toBe(200);
      }
      return outcomeIn(app);
    }

    it.each(Object.entries(LIVES))(
      '%s ends the same',
      async (_name, { webhooks, calls, tasks }) => {
        const inOrder = await outcomeOf(webhooks);
        expect(inOrder).toMatchObject({ calls, tasks });
        await fc.assert(
          fc.asyncProperty(deliveriesOf(webhooks), async (deliveries) => {
            expect(await outcomeOf(deliveries)).toEqual(inOrder);
          }),
          { numRuns: runs },
        );
      },
      120_000,
    );
  });
}
