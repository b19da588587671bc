import type { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { MISSED_CALL, TaskBook } from '../../src/modules/crm/call-tasks/task-book.js';

const NOW = '2026-01-03 16:32:25';
const BEFORE = '2026-01-02 09:00:00';
const E164 = '+8801712345678';

function task(id: number, columns: Partial<CallTask> = {}): CallTask {
  return {
    id,
    customerId: '01712345678',
    assignedAgentId: null,
    taskDate: '2026-01-02',
    priority: 'warm',
    callReason: MISSED_CALL,
    recommendedProductId: null,
    status: 'pending',
    callOutcome: null,
    notes: 'Missed call (call 1).',
    scheduledTime: null,
    completedAt: null,
    createdAt: BEFORE,
    updatedAt: BEFORE,
    ...columns,
  };
}

function bookOf(tasks: CallTask[], ids = [100, 101]): TaskBook {
  return new TaskBook({ now: NOW, ids }, tasks);
}

const miss = (line: string, assignedAgentId: number | null = null) => ({ e164: E164, line, assignedAgentId });

describe('a missed customer', () => {
  it('gets one task, with the first id there is, for who looks after him', () => {
    const book = bookOf([]);
    expect(book.noteMissedCall(miss('Missed call (call 1).', 7))).toBe(100);
    expect(book.newTasks()).toEqual([
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
        createdAt: NOW,
        updatedAt: NOW,
      },
    ]);
    expect(book.changedTasks()).toEqual([]);
  });

  it('missed again in the same transaction has one task still, which is written once, hot and with both lines', () => {
    const book = bookOf([]);
    book.noteMissedCall(miss('Missed call (call 1).'));
    expect(book.noteMissedCall(miss('Missed call (call 2).'))).toBe(100);
    expect(book.newTasks()).toMatchObject([
      { id: 100, priority: 'hot', notes: 'Missed call (call 1).\nMissed call (call 2).' },
    ]);
    expect(book.changedTasks()).toEqual([]);
    expect(book.openMissedCalls(E164)).toEqual([100]);
  });

  it.each(['01712345678', '+8801712345678', '8801712345678'])(
    'has his pending task found under %s',
    (customerId) => {
      const book = bookOf([task(5, { customerId, notes: null })]);
      expect(book.noteMissedCall(miss('Missed call (call 2).'))).toBe(5);
      expect(book.changedTasks()).toMatchObject([
        {
          id: 5,
          customerId,
          priority: 'hot',
          notes: 'Missed call (call 2).',
          createdAt: BEFORE,
          updatedAt: NOW,
        },
      ]);
      expect(book.newTasks()).toEqual([]);
    },
  );

  it.each<[string, Partial<CallTask>]>([
    ['is another customer’s', { customerId: '01812345678' }],
    ['is for another reason', { callReason: 'follow_up' }],
    ['is being done', { status: 'in_progress' }],
    ['is done', { status: 'completed' }],
    ['was withdrawn', { status: 'skipped' }],
  ])('gets a new task when the one there %s', (_why, columns) => {
    const book = bookOf([task(5, columns)]);
    expect(book.noteMissedCall(miss('Missed call (call 2).'))).toBe(100);
    expect(book.changedTasks()).toEqual([]);
  });

  it('of whom two tasks are pending has the newest one used', () => {
    const book = bookOf([task(5), task(6)]);
    expect(book.noteMissedCall(miss('Missed call (call 2).'))).toBe(6);
  });

  it('cannot be given an id that nobody drew', () => {
    const book = bookOf([], []);
    expect(() => book.noteMissedCall(miss('Missed call (call 1).'))).toThrow('no id left');
  });

  it('has tasks open that wait or are being done, newest first', () => {
    const book = bookOf([
      task(5),
      task(6, { status: 'in_progress' }),
      task(7, { status: 'skipped' }),
      task(8, { status: 'completed' }),
      task(9, { callReason: 'follow_up' }),
      task(10, { customerId: '01812345678' }),
    ]);
    expect(book.openMissedCalls(E164)).toEqual([6, 5]);
    expect(book.ids()).toEqual([5, 6, 7, 8, 9, 10]);
  });
});

describe('a miss that was none', () => {
  it('withdraws a task that waits', () => {
    const book = bookOf([task(5)]);
    book.skipMissedCall(5, 'Answered after all.', false);
    expect(book.changedTasks()).toMatchObject([
      { id: 5, status: 'skipped', notes: 'Missed call (call 1).\nAnswered after all.', updatedAt: NOW },
    ]);
  });

  it('leaves a task that somebody took up, and one completed by another talk', () => {
    const book = bookOf([task(5, { status: 'in_progress' }), task(6, { status: 'completed' })]);
    book.skipMissedCall(5, 'Answered after all.', true);
    book.skipMissedCall(6, 'Answered after all.', false);
    book.skipMissedCall(404, 'Answered after all.', true);
    expect(book.changedTasks()).toEqual([]);
  });

  it('is noted on a task that was withdrawn for another miss already', () => {
    const book = bookOf([task(5, { status: 'skipped' })]);
    book.skipMissedCall(5, 'Answered after all.', false);
    expect(book.changedTasks()).toMatchObject([
      { status: 'skipped', notes: 'Missed call (call 1).\nAnswered after all.' },
    ]);
  });

  it('withdraws the task that the same talk completed, and its completion', () => {
    const done = { status: 'completed', callOutcome: 'connected', completedAt: BEFORE } as const;
    const book = bookOf([task(5, done)]);
    book.skipMissedCall(5, 'Answered after all.', true);
    expect(book.changedTasks()).toMatchObject([{ status: 'skipped', callOutcome: null, completedAt: null }]);
  });

  it.each([
    [true, 'warm'],
    [false, 'hot'],
  ])('among others (the last but one: %s) takes no more than the urgency back: %s', (alone, priority) => {
    const book = bookOf([task(5, { priority: 'hot' })]);
    book.withdrawMiss(5, 'Answered after all.', alone);
    book.withdrawMiss(404, 'Answered after all.', alone);
    expect(book.changedTasks()).toMatchObject([
      { id: 5, status: 'pending', priority, notes: 'Missed call (call 1).\nAnswered after all.' },
    ]);
  });

  it('leaves the urgency of a task that is not pending any more', () => {
    const book = bookOf([task(5, { priority: 'hot', status: 'in_progress' })]);
    book.withdrawMiss(5, 'Answered after all.', true);
    expect(book.changedTasks()).toMatchObject([{ priority: 'hot' }]);
  });
});

describe('a miss that was one after all', () => {
  it('lets its withdrawn task wait again, as if new', () => {
    const book = bookOf([task(5, { status: 'skipped', priority: 'hot' })]);
    expect(book.reviveMissedCall(5, 'Missed call (call 1).')).toBe(true);
    expect(book.changedTasks()).toMatchObject([{ id: 5, status: 'pending', priority: 'warm' }]);
  });

  it('does not when it stands otherwise by now, is gone, or another waits for the customer', () => {
    const book = bookOf([
      task(5, { status: 'completed' }),
      task(6, { status: 'skipped' }),
      task(7, { status: 'pending' }),
    ]);
    expect([5, 6, 404].map((id) => book.reviveMissedCall(id, 'Missed call.'))).toEqual([false, false, false]);
    expect(book.changedTasks()).toEqual([]);
  });
});

describe('a customer who was reached', () => {
  it('has the tasks completed that were named', () => {
    const book = bookOf([task(5), task(6, { status: 'in_progress', notes: '' })]);
    book.completeReached([5, 6, 404], 'Customer reached.');
    const done = { status: 'completed', callOutcome: 'connected', completedAt: NOW };
    expect(book.changedTasks()).toMatchObject([
      { id: 5, notes: 'Missed call (call 1).\nCustomer reached.', ...done },
      { id: 6, notes: 'Customer reached.', ...done },
    ]);
    expect(book.openMissedCalls(E164)).toEqual([]);
  });
});

describe('a task that a call was started from', () => {
  it.each(['pending', null] as const)('is in progress when it waits (%s)', (status) => {
    const book = bookOf([task(5, { status })]);
    book.start(5);
    book.start(404);
    expect(book.changedTasks()).toMatchObject([{ id: 5, status: 'in_progress' }]);
  });

  it('is left as it is when somebody moved it', () => {
    const book = bookOf([task(5, { status: 'completed' })]);
    book.start(5);
    expect(book.changedTasks()).toEqual([]);
  });

  it('waits again when the PBX did not take the call', () => {
    const book = bookOf([task(5, { status: 'in_progress' })]);
    book.returnToDesk(5, 'Could not be placed.');
    book.returnToDesk(404, 'Could not be placed.');
    expect(book.changedTasks()).toMatchObject([
      { id: 5, status: 'pending', notes: 'Missed call (call 1).\nCould not be placed.' },
    ]);
  });

  it('is noted on and no more when somebody moved it meanwhile', () => {
    const book = bookOf([task(5, { status: 'completed' })]);
    book.returnToDesk(5, 'Could not be placed.');
    expect(book.changedTasks()).toMatchObject([{ status: 'completed' }]);
  });

  it('gives way to another that waits for the same customer', () => {
    const book = bookOf([task(5, { status: 'in_progress' }), task(6)]);
    book.returnToDesk(5, 'Could not be placed.');
    expect(book.changedTasks()).toMatchObject([
      {
        id: 5,
        status: 'skipped',
        notes: 'Missed call (call 1).\nCould not be placed. Task 6 waits for this customer now.',
      },
    ]);
  });

  it('of another reason waits again beside it', () => {
    const book = bookOf([task(5, { status: 'in_progress', callReason: 'follow_up' }), task(6)]);
    book.returnToDesk(5, 'Could not be placed.');
    expect(book.changedTasks()).toMatchObject([{ id: 5, status: 'pending' }]);
  });

  it('gets the summary of its call on a line of its own', () => {
    const book = bookOf([task(5)]);
    book.addNote(5, 'Call on 3 January.');
    book.addNote(404, 'Call on 3 January.');
    expect(book.changedTasks()).toMatchObject([{ notes: 'Missed call (call 1).\nCall on 3 January.' }]);
  });
});

describe('notes about a call that turned out to be another', () => {
  const notes = 'Missed call (call 1).\nMissed call (call 12).\nRang (call 1).';

  it('name that one', () => {
    const book = bookOf([task(5, { notes })]);
    book.renameInNotes(5, '(call 1).', '(call 3).');
    expect(book.changedTasks()).toMatchObject([
      { notes: 'Missed call (call 3).\nMissed call (call 12).\nRang (call 3).' },
    ]);
  });

  it('stay when they do not speak of it', () => {
    const book = bookOf([task(5), task(6, { notes: null })]);
    for (const id of [5, 6, 404]) book.renameInNotes(id, '(call 9).', '(call 3).');
    expect(book.changedTasks()).toEqual([]);
  });

  it.each([
    [true, 'warm'],
    [false, 'hot'],
  ])('lose its line when it is noted there anyway (alone: %s)', (alone, priority) => {
    const book = bookOf([task(5, { notes, priority: 'hot' })]);
    book.dropMiss(5, '(call 1).', alone);
    book.dropMiss(404, '(call 1).', alone);
    expect(book.changedTasks()).toMatchObject([{ notes: 'Missed call (call 12).', priority }]);
  });
});

describe('a line in the notes that turned out otherwise', () => {
  const isIt = (line: string): boolean => line.startsWith('Missed call') && line.endsWith('(call 1).');
  const notes =
    'Missed call (call 1).\nAnswered after all (call 1).\nMissed call (call 1).\nMissed call (call 2).';

  it('is put right, and those before it are history', () => {
    const book = bookOf([task(5, { notes })]);
    book.correctLine(5, isIt, 'Missed call at five (call 1).');
    expect(book.changedTasks()).toMatchObject([
      {
        notes:
          'Missed call (call 1).\nAnswered after all (call 1).\nMissed call at five (call 1).\nMissed call (call 2).',
      },
    ]);
  });

  it('is not written again when somebody removed it', () => {
    const book = bookOf([task(5, { notes: 'Called back.' }), task(6, { notes: null })]);
    for (const id of [5, 6, 404]) book.correctLine(id, isIt, 'Missed call at five (call 1).');
    expect(book.changedTasks()).toEqual([]);
  });
});

describe('the urgency of a task', () => {
  it('goes when a single miss stands behind it and it waits', () => {
    const book = bookOf([
      task(5, { priority: 'hot' }),
      task(6, { priority: 'hot', status: 'in_progress' }),
      task(7, { priority: 'cold' }),
    ]);
    for (const id of [5, 6, 7, 404]) book.coolDown(id);
    expect(book.changedTasks()).toMatchObject([{ id: 5, priority: 'warm' }]);
  });
});
