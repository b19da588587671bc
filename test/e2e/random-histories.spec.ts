import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Clock } from '../../src/common/time/clock.js';
import { isMissedCustomer } from '../../src/modules/telephony/calls/domain/effects/call-effects.js';
import type { CallWithFacts } from '../../src/modules/telephony/calls/domain/call-with-facts.js';
import { reportsOf } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import { Recording } from '../../src/modules/recordings/recording.entity.js';
import { TestApp } from '../support/app.js';
import { CALL_START } from '../support/call-events.js';
import { crmTask } from '../support/call-tasks.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { CALLERS, historyInTwoOrders, HOLDINGS } from '../support/histories.js';
import { outcomeIn } from '../support/outcome.js';
import { closeOpenCalls } from '../support/sweep.js';
import { webhookOf } from '../support/webhook-of-event.js';

const NOW = new Date(CALL_START + 5 * 3_600_000);
const RUNS = Number(process.env.HISTORY_RUNS ?? 4);
/** The same histories in every run, so that a change is what makes the suite fail. Another seed looks for new ones. */
const SEED = Number(process.env.HISTORY_SEED ?? 20260103);

/** The events of a history, and sweeps at any moment. */
type Step = ReturnType<typeof webhookOf> | 'sweep';

describe('whatever a PBX reports about two customers, stored event by event', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, {
      telephony: { unattended: ['voicemail'], groups: ['600:201|202'] },
    });
    jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(NOW);
    for (const { extension, userId, from, to } of HOLDINGS) {
      await app.db.query(
        `INSERT INTO telephony_extension_history (extension, kind, user_id, from_at, to_at)
         VALUES ($1, 'agent', $2, $3, coalesce($4::timestamptz, 'infinity'))`,
        [extension, userId, from, to],
      );
    }
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
    await database.drop();
  });

  async function outcomeOf(steps: readonly Step[], hasTaskOfCrm = false) {
    await app.clear();
    if (hasTaskOfCrm)
      await crmTask(app, { customer_id: CALLERS[0].raw, call_reason: 'missed_call', notes: 'ours' });
    for (const step of steps) {
      if (step === 'sweep') await closeOpenCalls(app);
      else expect((await app.webhook(step.route, step.body)).status).toBe(200);
    }
    await closeOpenCalls(app);
    const { calls, tasks } = await outcomeIn(app);
    return {
      calls: calls
        .map(({ facts, externalIdOccurrence: _occurrence, ...call }) => {
          const { inferredEnd: _inferred, ...reported } = facts ?? {};
          return { ...call, facts: reported };
        })
        .sort(byContent),
      tasks: tasks.map(({ createdAt: _created, updatedAt: _updated, ...task }) => task).sort(byContent),
    };
  }

  it('has the same rows and tasks in any order, with repetitions and sweeps in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        historyInTwoOrders,
        fc.array(fc.nat(12), { maxLength: 2 }),
        fc.boolean(),
        async ([events, shuffled], sweeps, hasTaskOfCrm) => {
          const steps = sweeps.reduce<Step[]>(
            (all, at) => all.toSpliced(at % (all.length + 1), 0, 'sweep'),
            shuffled.map(webhookOf),
          );
          expect(await outcomeOf(steps, hasTaskOfCrm)).toEqual(
            await outcomeOf(events.map(webhookOf), hasTaskOfCrm),
          );
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  }, 600_000);

  it('leaves one open task of each customer whose last miss no talk came after, and of no other', async () => {
    await fc.assert(
      fc.asyncProperty(historyInTwoOrders, async ([, shuffled]) => {
        await outcomeOf(shuffled.map(webhookOf));
        const calls = (await app.calls()) as CallWithFacts[];
        const open = (await app.tasks()).filter(({ status }) => status === 'pending');
        for (const { raw, e164 } of CALLERS) {
          const own = calls.filter(({ customerNumberE164: number }) => number === e164);
          const misses = own.filter(isMissedCustomer).map(({ endedAt }) => Number(endedAt));
          const talks = own
            .filter(({ status, durationSeconds }) => status === 'completed' && (durationSeconds ?? 0) >= 10)
            .map(({ answeredAt, endedAt, durationSeconds }) => ({
              from: Number(answeredAt ?? Number(endedAt) - Number(durationSeconds) * 1000),
              to: Number(endedAt),
            }));
          // Both times of a talk count: two clocks may put its answer after its end.
          const isAnswered = (miss: number): boolean =>
            talks.some(({ from, to }) => from > miss && to > miss);
          const isWaiting = misses.some((miss) => !isAnswered(miss));
          expect(open.filter(({ customerId }) => customerId === raw)).toHaveLength(isWaiting ? 1 : 0);
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  }, 600_000);

  it('leaves a row of each recording that the reports of a call name, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(historyInTwoOrders, async ([, shuffled]) => {
        await outcomeOf(shuffled.map(webhookOf));
        const named = ((await app.calls()) as CallWithFacts[]).flatMap(({ id, facts }) =>
          reportsOf(facts).flatMap(({ recordingUrl }) =>
            recordingUrl === undefined ? [] : `${id} ${recordingUrl}`,
          ),
        );
        const rows = await app.db.manager.find(Recording);
        expect(rows.map(({ callId, url }) => `${callId} ${url}`).sort()).toEqual([...new Set(named)].sort());
      }),
      { numRuns: RUNS, seed: SEED },
    );
  }, 600_000);
});

function byContent(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
