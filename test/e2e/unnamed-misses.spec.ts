import { crmTask, NUMBER } from '../support/call-tasks.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { outcomeIn } from '../support/outcome.js';
import { ordersOf } from '../support/orders.js';
import { PbxEvents } from '../support/pbx-events.js';
import { closeOpenCalls } from '../support/sweep.js';

/** Misses without the PBX's id of the call, as the contract has them; each case in many orders of its events. */
describe('a miss without a call id', () => {
  let database: TestDatabase;
  let app: TestApp;
  let pbx: PbxEvents;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, {
      telephony: { groups: ['600:201|202|203', '610:204|205'] },
    });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => {
    pbx = new PbxEvents(app, Date.now() - 600_000);
  });

  const openTasks = async () => (await app.tasks()).filter(({ status }) => status !== 'skipped');

  /** Runs the check after the events in many orders, each on empty tables; `prepare` runs before the events. */
  async function inManyOrders(
    events: readonly (() => Promise<void>)[],
    check: () => Promise<void>,
    prepare: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    for (const order of ordersOf(events)) {
      await app.clear();
      await prepare();
      for (const send of order) await send();
      await check();
    }
  }

  it('is of the call that rang at its extension, not of the talk elsewhere', async () => {
    await inManyOrders(
      [
        () => pbx.incoming('K-1', 0, NUMBER),
        () => pbx.missed(null, 20, NUMBER),
        () => pbx.incoming('K-2', 20, NUMBER, '207'),
        () => pbx.answered('K-2', 23, '207'),
        () => pbx.ended('K-2', 83, { duration: 60 }),
      ],
      async () => {
        await closeOpenCalls(app);
        const calls = await app.calls();
        expect(calls.toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt))).toMatchObject([
          { externalCallId: 'K-1', status: 'failed', disposition: 'answered_elsewhere' },
          { externalCallId: 'K-2', status: 'completed', durationSeconds: 60 },
        ]);
        expect((await app.tasks()).filter(({ status }) => status === 'pending')).toEqual([]);
      },
    );
  });

  it('is another miss than the one with the id, when it comes more than 5 seconds apart', async () => {
    await inManyOrders(
      [
        () => pbx.incoming('K-1', 0, NUMBER),
        () => pbx.missed(null, 60, NUMBER),
        () => pbx.missed('K-1', 20, NUMBER),
      ],
      async () => {
        const calls = await app.calls();
        expect(new Set(calls.map(({ endedAt }) => endedAt?.toISOString()))).toEqual(
          new Set([pbx.time(20), pbx.time(60)]),
        );
        expect(await openTasks()).toMatchObject([{ status: 'pending', priority: 'hot' }]);
      },
    );
  });

  it('is the same miss as the one with the id, when both come within 5 seconds', async () => {
    await inManyOrders(
      [
        () => pbx.incoming('K-1', 0, NUMBER),
        () => pbx.missed(null, 22, NUMBER),
        () => pbx.missed('K-1', 20, NUMBER),
      ],
      async () => {
        expect(await app.onlyCall()).toMatchObject({ endedAt: new Date(pbx.time(20)) });
        expect(await openTasks()).toMatchObject([{ status: 'pending', priority: 'warm' }]);
      },
    );
  });

  it('is of its own ring, when three calls rang one after the other', async () => {
    const [i1, i2, i3] = [0, 16, 32].map((at, n) => () => pbx.incoming(`K-${n + 1}`, at, NUMBER));
    const [m1, m2, m3] = [13, 28, 50].map((at) => () => pbx.missed(null, at, NUMBER));
    for (const order of [
      [i2, m3, i1, m2, i3, m1],
      [i1, m1, i2, m2, i3, m3],
      [m3, m2, m1, i3, i2, i1],
      [m1, m2, m3, i1, i2, i3],
    ]) {
      await app.clear();
      for (const send of order) await send?.();
      const calls = await app.calls();
      expect(calls.toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt))).toMatchObject(
        [13, 28, 50].map((at, n) => ({
          externalCallId: `K-${n + 1}`,
          status: 'failed',
          endedAt: new Date(pbx.time(at)),
        })),
      );
      expect(await openTasks()).toMatchObject([{ status: 'pending', priority: 'hot' }]);
    }
  });

  it('that turns out to be answered leaves a task that the CRM made as it was', async () => {
    await inManyOrders(
      [
        () => pbx.incoming('K-1', 0, NUMBER),
        () => pbx.incoming('K-1', 0, NUMBER, '202'),
        () => pbx.missed(null, 15, NUMBER),
        () => pbx.answered('K-1', 15, '202'),
        () => pbx.ended('K-1', 20, { duration: 5, end_reason: 'completed' }),
      ],
      async () => {
        expect(await app.onlyCall()).toMatchObject({ status: 'completed', durationSeconds: 5 });
        expect(await app.tasks()).toMatchObject([{ status: 'pending', priority: 'cold' }]);
      },
      () => crmTask(app, { customer_id: NUMBER, call_reason: 'missed_call', notes: 'The CRM made this' }),
    );
  });

  it('shows what its own event said', async () => {
    await inManyOrders(
      [
        () => pbx.incoming('K-1', 0, '8801712345678'),
        () => pbx.missed(null, 60, '01712 345 678'),
        () => pbx.answered('K-1', 20, '201'),
        () => pbx.ended('K-1', 25, { duration: 5, end_reason: 'completed' }),
      ],
      async () => {
        const calls = await app.calls();
        expect(calls.toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt))).toMatchObject([
          { externalCallId: 'K-1', status: 'completed', customerPhone: '8801712345678' },
          { externalCallId: null, status: 'failed', customerPhone: '01712 345 678' },
        ]);
        const [task] = await openTasks();
        expect(task?.notes).toContain(`(call ${calls.find(({ status }) => status === 'failed')?.id})`);
      },
    );
  });

  it('of each member is one miss of the group that rang', async () => {
    await inManyOrders(
      [
        () => pbx.incoming('K-1', 0, NUMBER, '600'),
        () => pbx.missed(null, 20, NUMBER, '201'),
        () => pbx.missed(null, 20, NUMBER, '202'),
        () => pbx.missed(null, 21, NUMBER, '203'),
      ],
      async () => {
        expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'missed' });
        const tasks = await openTasks();
        expect(tasks).toMatchObject([{ status: 'pending', priority: 'warm' }]);
        expect(tasks[0]?.notes?.match(/Missed call/gu)).toHaveLength(1);
      },
    );
  });

  it('is one more line of the task that a talk has completed, whichever is heard of first', async () => {
    const talk = async (): Promise<void> => {
      await pbx.answered('T', 300, '201', { from: NUMBER });
      await pbx.ended('T', 360, { duration: 60, end_reason: 'completed' });
    };
    await inManyOrders([talk, ...[0, 60, 120].map((at) => () => pbx.missed(null, at, NUMBER))], async () => {
      const tasks = await openTasks();
      expect(tasks).toMatchObject([{ status: 'completed', callOutcome: 'connected', priority: 'hot' }]);
      expect(tasks[0]?.notes?.match(/Missed call/gu)).toHaveLength(3);
    });
  });

  it('after a talk is on another task than the one before it, whichever is heard of first', async () => {
    const talk = async (id: string, at: number): Promise<void> => {
      await pbx.answered(id, at, '201', { from: NUMBER });
      await pbx.ended(id, at + 60, { duration: 60, end_reason: 'completed' });
    };
    const misses = [0, 200, 240, 400].map((at) => () => pbx.missed(null, at, NUMBER));
    await inManyOrders([() => talk('T-1', 100), () => talk('T-2', 300), ...misses], async () => {
      const { tasks } = await outcomeIn(app);
      const linesOf = (notes: readonly string[], beginning: string): number =>
        notes.filter((line) => line.startsWith(beginning)).length;
      const found = tasks.map(({ status, priority, notes }) => [
        status,
        priority,
        linesOf(notes, 'Missed call'),
        linesOf(notes, 'Customer reached'),
      ]);
      expect(new Set(found)).toEqual(
        new Set([
          ['completed', 'warm', 1, 1],
          ['completed', 'hot', 2, 1],
          ['pending', 'warm', 1, 0],
        ]),
      );
      expect(tasks).toHaveLength(3);
    });
  }, 600_000);

  it('after a talk leaves the task of the CRM that the talk has completed, whichever is heard of first', async () => {
    await inManyOrders(
      [
        async () => {
          await pbx.answered('T', 100, '201', { from: NUMBER });
          await pbx.ended('T', 160, { duration: 60, end_reason: 'completed' });
        },
        () => pbx.missed(null, 240, NUMBER),
        () => pbx.missed(null, 300, NUMBER, '202'),
      ],
      async () => {
        expect(await app.tasks()).toMatchObject([
          { status: 'completed', callOutcome: 'connected', priority: 'cold' },
          { status: 'pending', priority: 'hot' },
        ]);
      },
      () => crmTask(app, { customer_id: NUMBER, call_reason: 'missed_call', notes: 'The CRM made this' }),
    );
  });

  it.each([
    ['of ours', async () => {}, [['pending', 'hot', 2]]],
    [
      'of the CRM',
      () => crmTask(app, { customer_id: NUMBER, call_reason: 'missed_call', notes: 'The CRM made this' }),
      [['pending', 'hot', 2]],
    ],
  ] as const)(
    'before and after what turns out to be no talk is on one task %s, whichever is heard of first',
    async (_whose, prepare, expected) => {
      await inManyOrders(
        [
          () => pbx.missed(null, 0, NUMBER),
          async () => {
            await pbx.answered('T', 100, '201', { from: NUMBER });
            await pbx.ended('T', 160, { duration: 60, end_reason: 'normal' });
          },
          () => pbx.missed(null, 240, NUMBER),
          () => pbx.ended('T', 165, { duration: 60, end_reason: 'no_answer' }),
        ],
        async () => {
          const { tasks } = await outcomeIn(app);
          const misses = (notes: readonly string[]) => notes.filter((line) => line.startsWith('Missed call'));
          expect(
            tasks.map(({ status, priority, notes }) => [status, priority, misses(notes).length]),
          ).toEqual(expected);
        },
        prepare,
      );
    },
  );

  it.each(['01712-345678', '01712 345678', '০১৭১২৩৪৫৬৭৮', '+88 01712345678'])(
    'joins the task that the CRM has under %s',
    async (customer_id) => {
      await app.clear();
      await crmTask(app, { customer_id, call_reason: 'missed_call', notes: 'The CRM made this' });
      await pbx.missed(null, 0, NUMBER);
      expect(await app.tasks()).toMatchObject([
        { customerId: customer_id, status: 'pending', priority: 'hot' },
      ]);
    },
  );
});
