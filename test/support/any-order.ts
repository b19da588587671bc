import { jest } from '@jest/globals';
import fc from 'fast-check';
import { Clock } from '../../src/common/clock.js';
import { TestApp } from './app.js';
import { CALL_START } from './call-events.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { CALLER, webhooksOf, type Webhook } from './webhook-lives.js';

const call = webhooksOf('BN-CALL-1');
const callBack = webhooksOf('BN-CALL-2');

/** Whole lives of calls in the order they happened. */
const LIVES: Readonly<Record<string, readonly Webhook[]>> = {
  'an answered call that was missed at another extension of its group': [
    call.incoming(0),
    call.answered(10),
    call.missed(10, '202'),
    call.ended(145, 135),
    call.recording(135),
  ],
  'a missed call': [call.incoming(0), call.missed(25)],
  'a missed call of which the end is reported too': [
    call.incoming(0),
    call.missed(25),
    call.ended(25, 0, 'timeout'),
  ],
  'a call missed at one extension of its group and answered at another': [
    call.incoming(0, '201'),
    call.incoming(0, '202'),
    call.missed(20, '201'),
    call.answered(22, '202'),
    call.ended(102, 80),
  ],
  'a transferred call': [
    call.incoming(0),
    call.answered(5),
    call.answered(40, '301'),
    call.ended(100, 95),
    call.recording(95),
  ],
  'an outbound call': [
    call.ringing(0),
    call.answered(12),
    call.ended(60, 48, 'normal_clearing'),
    call.recording(48),
  ],
  'a missed call and the call back that reached the customer': [
    call.incoming(0),
    call.missed(25),
    callBack.ringing(300),
    callBack.answered(308),
    callBack.ended(373, 65),
  ],
};

/** Ways to deliver the same event again: as it was, by the route that takes any, in other bytes of the same meaning. */
const REPEATS: readonly ((webhook: Webhook) => Webhook)[] = [
  (webhook) => webhook,
  ({ body }) => ({ route: 'one-shot', body }),
  ({ route, body }) => ({ route, body: Object.fromEntries(Object.entries(body).reverse()) }),
];

/** Every event of a life at least once, in any order, some of them again. */
function deliveriesOf(life: readonly Webhook[]): fc.Arbitrary<Webhook[]> {
  const repeat = fc
    .tuple(fc.constantFrom(...life), fc.constantFrom(...REPEATS))
    .map(([webhook, again]) => again(webhook));
  return fc
    .tuple(
      fc.shuffledSubarray([...life], { minLength: life.length }),
      fc.array(repeat, { maxLength: 3 }),
      fc.nat(life.length),
    )
    .map(([all, repeats, at]) => all.toSpliced(at, 0, ...repeats));
}

/** What the CRM knows in the end, without what may differ: ids, versions, and when a row was written. */
async function outcome(app: TestApp) {
  const calls = (await app.calls()).map(
    ({ id: _id, version: _version, createdAt: _created, updatedAt: _updated, effects: _effects, ...call }) => call,
  );
  const tasks = (await app.tasks())
    // A task that was withdrawn, and one that was never needed, are the same to the call desk.
    .filter(({ status }) => status !== 'skipped')
    .map(({ id: _id, notes, ...task }) => ({ ...task, notes: linesOf(notes) }));
  return { calls: calls.sort((a, b) => (a.externalCallId ?? '').localeCompare(b.externalCallId ?? '')), tasks };
}

function linesOf(notes: string | null): string[] {
  return (notes ?? '')
    .split('\n')
    .map((line) => line.replaceAll(/\(call \d+\)/gu, '(call)'))
    .sort();
}

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
      await app.db.query(`INSERT INTO customers (name, phone, assigned_to) VALUES ('Rahim', $1, 7)`, [CALLER]);
      for (const { route, body } of webhooks) {
        const answer = await app.webhook(route, body);
        expect(answer.status).toBe(200);
      }
      return outcome(app);
    }

    it.each(Object.entries(LIVES))(
      '%s ends the same',
      async (_name, life) => {
        const inOrder = await outcomeOf(life);
        await fc.assert(
          fc.asyncProperty(deliveriesOf(life), async (webhooks) => {
            expect(await outcomeOf(webhooks)).toEqual(inOrder);
          }),
          { numRuns: runs },
        );
      },
      120_000,
    );
  });
}
