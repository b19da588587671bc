import { jest } from '@jest/globals';
import { readBusinessPeriod } from '../../src/common/time/business-hours.js';
import { Clock } from '../../src/common/time/clock.js';
import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { CallTasksService } from '../../src/modules/crm/call-tasks/call-tasks.service.js';
import { CallRepository } from '../../src/modules/telephony/calls/call.repository.js';
import { OverdueTasks } from '../../src/modules/telephony/calls/effects/overdue-tasks.service.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** Saturday in Dhaka, six hours ahead of UTC. */
const MISSED = '2026-01-03T10:00:00+06:00';
const MISSED_NEXT_DAY = '2026-01-04T09:00:00+06:00';

describe('tasks of missed customers on the days after', () => {
  let database: TestDatabase;
  let app: TestApp;
  let now: jest.SpiedFunction<Clock['now']>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const period = readBusinessPeriod('sat-thu 09:00-21:00');
    app = await TestApp.start(database, { telephony: { businessHours: period === null ? [] : [period] } });
    now = jest.spyOn(app.nest.get(Clock), 'now');
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    // The ids begin again, which they never do in a service: a run without tasks forgets whose they were.
    await moveAt(MISSED_NEXT_DAY);
    now.mockReturnValue(new Date(MISSED));
    const { status } = await app.webhook('call-missed', {
      event: 'call_missed',
      from: '01712345678',
      to_extension: '201',
      timestamp: MISSED,
    });
    expect(status).toBe(200);
  });

  const moveAt = (time: string): Promise<number> => {
    now.mockReturnValue(new Date(time));
    return app.nest.get(OverdueTasks).moveAll();
  };
  const onlyTask = async (): Promise<CallTask> => (await app.tasks())[0] as CallTask;

  it('are moved when the next business day begins, with a line', async () => {
    expect(await moveAt('2026-01-04T09:00:00+06:00')).toBe(1);
    const task = await onlyTask();
    expect(task).toMatchObject({
      taskDate: '2026-01-04',
      status: 'pending',
      updatedAt: '2026-01-04 09:00:00',
    });
    expect(task.notes?.split('\n')).toEqual([
      'Missed call on 2026-01-03 10:00:00 (call 1).',
      'Moved to 2026-01-04: nobody has called back yet.',
    ]);
  });

  it.each([
    ['on the same day', '2026-01-03T20:00:00+06:00'],
    ['before the business day begins', '2026-01-04T08:59:59+06:00'],
    ['on a day that is no business day', '2026-01-09T12:00:00+06:00'],
  ])('stay %s', async (_when, time) => {
    expect(await moveAt(time)).toBe(0);
    expect((await onlyTask()).taskDate).toBe('2026-01-03');
  });

  it('are moved once a day, and keep one line about it', async () => {
    await moveAt('2026-01-04T09:00:00+06:00');
    expect(await moveAt('2026-01-04T09:01:00+06:00')).toBe(0);
    await moveAt('2026-01-05T09:00:00+06:00');
    const task = await onlyTask();
    expect(task.taskDate).toBe('2026-01-05');
    expect(task.notes?.split('\n').slice(1)).toEqual(['Moved to 2026-01-05: nobody has called back yet.']);
  });

  it.each(['in_progress', 'completed', 'skipped', 'failed'] as const)(
    'stay when they are %s',
    async (status) => {
      await app.db.manager.update(CallTask, { status: 'pending' }, { status });
      expect(await moveAt('2026-01-04T09:00:00+06:00')).toBe(0);
    },
  );

  it('stay when the CRM has made them, also with a miss of ours on them', async () => {
    await app.db.query('TRUNCATE telephony_calls, telephony_webhook_receipts, crm_call_tasks');
    await app.db.manager.save(CallTask, {
      customerId: '01712345678',
      priority: 'cold',
      callReason: 'missed_call',
      status: 'pending',
      taskDate: '2026-01-02',
    });
    const missed = { event: 'call_missed', from: '01712345678', to_extension: '201', timestamp: MISSED };
    await app.webhook('call-missed', missed);
    expect(await moveAt('2026-01-04T09:00:00+06:00')).toBe(0);
    expect((await onlyTask()).taskDate).toBe('2026-01-02');
  });

  it('are moved while a task of the CRM is locked, which is looked up in the calls once', async () => {
    const { id } = await app.db.manager.save(CallTask, {
      customerId: '01912345678',
      priority: 'cold',
      callReason: 'missed_call',
      status: 'pending',
      taskDate: '2026-01-02',
    });
    const looks = jest.spyOn(app.nest.get(CallRepository), 'tasksMadeFor');
    const locks = jest.spyOn(app.nest.get(CallTasksService), 'moveToToday');
    expect(await moveAt('2026-01-04T09:00:00+06:00')).toBe(1);
    expect(await moveAt('2026-01-04T09:01:00+06:00')).toBe(0);
    expect(await moveAt('2026-01-05T09:00:00+06:00')).toBe(1);
    const ours = (await app.tasks()).find((task) => task.id !== id)?.id;
    expect(looks.mock.calls).toEqual([[[ours, id]], [[ours]]]);
    expect(locks.mock.calls.map(([, ids]) => ids)).toEqual([[ours], [ours]]);
  });

  it('are moved on the same day when they become pending again', async () => {
    await app.db.manager.update(CallTask, { status: 'pending' }, { status: 'in_progress' });
    expect(await moveAt('2026-01-04T09:00:00+06:00')).toBe(0);
    await app.db.manager.update(CallTask, { status: 'in_progress' }, { status: 'pending' });
    expect(await moveAt('2026-01-04T09:01:00+06:00')).toBe(1);
  });

  it('are all moved, more than one transaction takes', async () => {
    for (let index = 0; index < 120; index++) {
      await app.webhook('call-missed', {
        event: 'call_missed',
        from: `01812345${String(index).padStart(3, '0')}`,
        to_extension: '201',
        timestamp: MISSED,
      });
    }
    expect(await moveAt('2026-01-04T09:00:00+06:00')).toBe(121);
  });
});
