import type { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { storedTask, TASKS_BEFORE, TASKS_NOW, taskUnitOfWork } from '../support/stored-tasks.js';

const E164 = '+8801712345678';

const miss = (line: string, agentId: number | null = null) => ({
  e164: E164,
  line,
  assignedAgentOf: () => agentId,
});

describe('a missed customer', () => {
  it('gets one task, with the first reserved id, assigned to the customer’s agent', () => {
    const unitOfWork = taskUnitOfWork([]);
    expect(unitOfWork.addMissedCall(miss('Missed call (call 1).', 7))).toBe(100);
    expect(unitOfWork.newTasks()).toEqual([
      {
        id: 100,
        customerId: '01712345678',
        assignedAgentId: 7,
        taskDate: '2026-01-03',
        priority: 'warm',
        callReason: 'missed_call',
        recommendedProductId: null,
        status: 'pending',
        callOutcome: null,
        notes: 'Missed call (call 1).',
        scheduledTime: null,
        completedAt: null,
        createdAt: TASKS_NOW,
        updatedAt: TASKS_NOW,
      },
    ]);
    expect(unitOfWork.changedTasks()).toEqual([]);
  });

  it('who is missed twice in one transaction has one task, written once, hot and with both lines', () => {
    const unitOfWork = taskUnitOfWork([]);
    unitOfWork.addMissedCall(miss('Missed call (call 1).'));
    expect(unitOfWork.addMissedCall(miss('Missed call (call 2).'))).toBe(100);
    expect(unitOfWork.newTasks()).toMatchObject([
      { id: 100, priority: 'hot', notes: 'Missed call (call 1).\nMissed call (call 2).' },
    ]);
    expect(unitOfWork.changedTasks()).toEqual([]);
    expect(unitOfWork.openMissedCalls(E164)).toEqual([100]);
  });

  it.each(['01712345678', '+88 01712345678', '8801712345678', '01712-345678', '০১৭১২৩৪৫৬৭৮ / 01812345678'])(
    'whose pending task has the number in the form %s gets no second task',
    (customerId) => {
      const unitOfWork = taskUnitOfWork([storedTask(5, { customerId, notes: null })]);
      expect(unitOfWork.addMissedCall(miss('Missed call (call 2).'))).toBe(5);
      expect(unitOfWork.changedTasks()).toMatchObject([
        {
          id: 5,
          customerId,
          priority: 'hot',
          notes: 'Missed call (call 2).',
          createdAt: TASKS_BEFORE,
          updatedAt: TASKS_NOW,
        },
      ]);
      expect(unitOfWork.newTasks()).toEqual([]);
    },
  );

  it.each<[string, Partial<CallTask>]>([
    ['is another customer’s', { customerId: '01812345678' }],
    ['is for another reason', { callReason: 'follow_up' }],
    ['is in progress', { status: 'in_progress' }],
    ['is completed', { status: 'completed' }],
    ['was skipped', { status: 'skipped' }],
  ])('gets a new task when the existing one %s', (_why, columns) => {
    const unitOfWork = taskUnitOfWork([storedTask(5, columns)]);
    expect(unitOfWork.addMissedCall(miss('Missed call (call 2).'))).toBe(100);
    expect(unitOfWork.changedTasks()).toEqual([]);
  });

  it('with two pending tasks has the newest one updated', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5), storedTask(6)]);
    expect(unitOfWork.addMissedCall(miss('Missed call (call 2).'))).toBe(6);
  });

  it('gets no task when no reserved id is left', () => {
    const unitOfWork = taskUnitOfWork([], []);
    expect(() => unitOfWork.addMissedCall(miss('Missed call (call 1).'))).toThrow('no id left');
  });

  it('has the pending tasks and those in progress as open ones, newest first', () => {
    const unitOfWork = taskUnitOfWork([
      storedTask(5),
      storedTask(6, { status: 'in_progress' }),
      storedTask(7, { status: 'skipped' }),
      storedTask(8, { status: 'completed' }),
      storedTask(9, { callReason: 'follow_up' }),
      storedTask(10, { customerId: '01812345678' }),
    ]);
    expect(unitOfWork.openMissedCalls(E164)).toEqual([6, 5]);
    expect(unitOfWork.ids()).toEqual([5, 6, 7, 8, 9, 10]);
  });
});

describe('a miss that is undone because the call was answered', () => {
  it('skips a pending task', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5)]);
    unitOfWork.skipMissedCall(5, 'Answered after all.', false);
    expect(unitOfWork.changedTasks()).toMatchObject([
      { id: 5, status: 'skipped', notes: 'Missed call (call 1).\nAnswered after all.', updatedAt: TASKS_NOW },
    ]);
  });

  it('leaves a task that is in progress, and one that another call completed', () => {
    const unitOfWork = taskUnitOfWork([
      storedTask(5, { status: 'in_progress' }),
      storedTask(6, { status: 'completed' }),
    ]);
    unitOfWork.skipMissedCall(5, 'Answered after all.', true);
    unitOfWork.skipMissedCall(6, 'Answered after all.', false);
    unitOfWork.skipMissedCall(404, 'Answered after all.', true);
    expect(unitOfWork.changedTasks()).toEqual([]);
  });

  it('adds a note to a task that was already skipped because of another miss', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { status: 'skipped' })]);
    unitOfWork.skipMissedCall(5, 'Answered after all.', false);
    expect(unitOfWork.changedTasks()).toMatchObject([
      { status: 'skipped', notes: 'Missed call (call 1).\nAnswered after all.' },
    ]);
  });

  it('skips the task that the same call completed, and clears its completion', () => {
    const done = { status: 'completed', callOutcome: 'connected', completedAt: TASKS_BEFORE } as const;
    const unitOfWork = taskUnitOfWork([storedTask(5, done)]);
    unitOfWork.skipMissedCall(5, 'Answered after all.', true);
    expect(unitOfWork.changedTasks()).toMatchObject([
      { status: 'skipped', callOutcome: null, completedAt: null },
    ]);
  });

  it.each([
    [true, 'warm'],
    [false, 'hot'],
  ])(
    'on a task with other misses only resets the priority (one other is left: %s): %s',
    (alone, priority) => {
      const unitOfWork = taskUnitOfWork([storedTask(5, { priority: 'hot' })]);
      unitOfWork.withdrawMiss(5, 'Answered after all.', alone);
      unitOfWork.withdrawMiss(404, 'Answered after all.', alone);
      expect(unitOfWork.changedTasks()).toMatchObject([
        { id: 5, status: 'pending', priority, notes: 'Missed call (call 1).\nAnswered after all.' },
      ]);
    },
  );

  it('leaves the priority of a task that is no longer pending', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { priority: 'hot', status: 'in_progress' })]);
    unitOfWork.withdrawMiss(5, 'Answered after all.', true);
    expect(unitOfWork.changedTasks()).toMatchObject([{ priority: 'hot' }]);
  });
});

describe('the only miss of a task that the CRM created, when it is undone', () => {
  it.each(['pending', 'in_progress'] as const)(
    'leaves the task %s, with a line and its own priority',
    (status) => {
      const unitOfWork = taskUnitOfWork([storedTask(5, { priority: 'hot', status })]);
      unitOfWork.skipMissedCall(5, 'Answered after all.', false, 'cold');
      expect(unitOfWork.changedTasks()).toMatchObject([
        { id: 5, status, priority: 'cold', notes: 'Missed call (call 1).\nAnswered after all.' },
      ]);
    },
  );

  it('leaves a priority that was changed since', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { priority: 'warm' })]);
    unitOfWork.skipMissedCall(5, 'Answered after all.', false, 'cold');
    expect(unitOfWork.changedTasks()).toMatchObject([{ id: 5, status: 'pending', priority: 'warm' }]);
  });

  it.each([
    ['completed', false],
    ['skipped', true],
    ['failed', true],
  ] as const)('changes nothing of a task that is %s (by a talk: %s)', (status, isByTalk) => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { priority: 'hot', status })]);
    unitOfWork.skipMissedCall(5, 'Answered after all.', isByTalk, 'cold');
    expect(unitOfWork.changedTasks()).toEqual([]);
  });

  it('leaves a task completed that a talk has completed, with its former priority', () => {
    const reached = storedTask(5, { priority: 'hot', status: 'completed', callOutcome: 'connected' });
    const unitOfWork = taskUnitOfWork([reached]);
    unitOfWork.skipMissedCall(5, 'Answered after all.', true, 'cold');
    expect(unitOfWork.changedTasks()).toMatchObject([{ id: 5, status: 'completed', priority: 'cold' }]);
  });

  it.each([
    ['an agent has told another outcome of', { callOutcome: 'order_placed' }],
    ['lost its customer', { callOutcome: 'connected', customerId: 'REMOVED' }],
  ])('changes nothing of a task that %s since a talk completed it, whoever made it', (_what, over) => {
    for (const crmPriority of ['cold', undefined] as const) {
      const unitOfWork = taskUnitOfWork([storedTask(5, { status: 'completed', priority: 'hot', ...over })]);
      unitOfWork.skipMissedCall(5, 'Answered after all.', true, crmPriority);
      expect(unitOfWork.changedTasks()).toEqual([]);
    }
  });

  it('is told by the priority that the task had when it was loaded, and a new task has none', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { priority: 'cold' })]);
    expect(unitOfWork.addMissedCall(miss('Missed call (call 1).'))).toBe(5);
    unitOfWork.addMissedCall({ ...miss('Missed call (call 2).'), e164: '+8801812345678' });
    expect([5, 100].map((id) => unitOfWork.loadedPriorityOf(id))).toEqual(['cold', undefined]);
  });
});

describe('a task that the CRM has closed as REMOVED', () => {
  it('is not reopened, and is not the task of another customer who was removed', () => {
    const removed = { customerId: 'REMOVED' } as const;
    const unitOfWork = taskUnitOfWork([
      storedTask(5, { ...removed, status: 'skipped' }),
      storedTask(6, removed),
      storedTask(7, { ...removed, status: 'in_progress' }),
    ]);
    expect(unitOfWork.reopenMissedCall(5, 'Missed call (call 1).')).toBe(false);
    unitOfWork.returnToPending(7, 'Not placed.');
    expect(unitOfWork.changedTasks()).toMatchObject([{ id: 7, status: 'pending' }]);
    expect(unitOfWork.addMissedCall(miss('Missed call (call 2).'))).toBe(100);
  });
});

describe('a miss that is restored', () => {
  it('sets its skipped task to pending again, like a new one', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { status: 'skipped', priority: 'hot' })]);
    expect(unitOfWork.reopenMissedCall(5, 'Missed call (call 1).')).toBe(true);
    expect(unitOfWork.changedTasks()).toMatchObject([{ id: 5, status: 'pending', priority: 'warm' }]);
  });

  it('does not when another pending task has the number in another writing', () => {
    const unitOfWork = taskUnitOfWork([
      storedTask(5, { status: 'skipped' }),
      storedTask(6, { customerId: '+88 01712-345678' }),
    ]);
    expect(unitOfWork.reopenMissedCall(5, 'Missed call.')).toBe(false);
  });

  it('does not when the task has another status, is deleted, or the customer has another pending task', () => {
    const unitOfWork = taskUnitOfWork([
      storedTask(5, { status: 'completed' }),
      storedTask(6, { status: 'skipped' }),
      storedTask(7, { status: 'pending' }),
    ]);
    expect([5, 6, 404].map((id) => unitOfWork.reopenMissedCall(id, 'Missed call.'))).toEqual([
      false,
      false,
      false,
    ]);
    expect(unitOfWork.changedTasks()).toEqual([]);
  });
});

describe('a customer who is reached', () => {
  it('has the given tasks completed', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5), storedTask(6, { status: 'in_progress', notes: '' })]);
    unitOfWork.completeReached([5, 6, 404], 'Customer reached.');
    const done = { status: 'completed', callOutcome: 'connected', completedAt: TASKS_NOW };
    expect(unitOfWork.changedTasks()).toMatchObject([
      { id: 5, notes: 'Missed call (call 1).\nCustomer reached.', ...done },
      { id: 6, notes: 'Customer reached.', ...done },
    ]);
    expect(unitOfWork.openMissedCalls(E164)).toEqual([]);
  });
});

describe('a task that a call was started from', () => {
  it.each(['pending', null] as const)('is set in progress when it is pending (%s)', (status) => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { status })]);
    unitOfWork.start(5);
    unitOfWork.start(404);
    expect(unitOfWork.changedTasks()).toMatchObject([{ id: 5, status: 'in_progress' }]);
  });

  it('is left unchanged when its status was changed', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { status: 'completed' })]);
    unitOfWork.start(5);
    expect(unitOfWork.changedTasks()).toEqual([]);
  });

  it('is pending again when the PBX rejected the call', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { status: 'in_progress' })]);
    unitOfWork.returnToPending(5, 'Could not be placed.');
    unitOfWork.returnToPending(404, 'Could not be placed.');
    expect(unitOfWork.changedTasks()).toMatchObject([
      { id: 5, status: 'pending', notes: 'Missed call (call 1).\nCould not be placed.' },
    ]);
  });

  it('only gets a note when its status was changed meanwhile', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { status: 'completed' })]);
    unitOfWork.returnToPending(5, 'Could not be placed.');
    expect(unitOfWork.changedTasks()).toMatchObject([{ status: 'completed' }]);
  });

  it('is skipped when another task of the same customer is pending', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { status: 'in_progress' }), storedTask(6)]);
    unitOfWork.returnToPending(5, 'Could not be placed.');
    expect(unitOfWork.changedTasks()).toMatchObject([
      {
        id: 5,
        status: 'skipped',
        notes: 'Missed call (call 1).\nCould not be placed. Task 6 waits for this customer now.',
      },
    ]);
  });

  it('with another reason is pending again beside that task', () => {
    const unitOfWork = taskUnitOfWork([
      storedTask(5, { status: 'in_progress', callReason: 'follow_up' }),
      storedTask(6),
    ]);
    unitOfWork.returnToPending(5, 'Could not be placed.');
    expect(unitOfWork.changedTasks()).toMatchObject([{ id: 5, status: 'pending' }]);
  });

  it('gets the summary of its call on a separate line', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5)]);
    unitOfWork.addNote(5, 'Call on 3 January.');
    unitOfWork.addNote(404, 'Call on 3 January.');
    expect(unitOfWork.changedTasks()).toMatchObject([{ notes: 'Missed call (call 1).\nCall on 3 January.' }]);
  });
});
