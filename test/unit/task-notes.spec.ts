import { noteLines } from '../../src/modules/crm/call-tasks/task-notes.js';
import { storedTask, taskUnitOfWork } from '../support/stored-tasks.js';

describe('notes about a call that is merged into another', () => {
  const notes = 'Missed call (call 1).\nMissed call (call 12).\nRang (call 1).';

  it('name the other call', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { notes })]);
    unitOfWork.replaceInNotes(5, '(call 1).', '(call 3).');
    expect(unitOfWork.changedTasks()).toMatchObject([
      { notes: 'Missed call (call 3).\nMissed call (call 12).\nRang (call 3).' },
    ]);
  });

  it('are left unchanged when they do not name it', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5), storedTask(6, { notes: null })]);
    for (const id of [5, 6, 404]) unitOfWork.replaceInNotes(id, '(call 9).', '(call 3).');
    expect(unitOfWork.changedTasks()).toEqual([]);
  });

  it.each([
    ['warm', 'warm'],
    ['cold', 'cold'],
    [null, 'hot'],
  ] as const)('lose its line when the other call has a line already (calmed: %s)', (calmed, priority) => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { notes, priority: 'hot' })]);
    unitOfWork.removeLinesOf(5, '(call 1).', calmed);
    unitOfWork.removeLinesOf(404, '(call 1).', calmed);
    expect(unitOfWork.changedTasks()).toMatchObject([{ notes: 'Missed call (call 12).', priority }]);
  });
});

describe('a line in the notes that is corrected', () => {
  const isIt = (line: string): boolean => line.startsWith('Missed call') && line.endsWith('(call 1).');
  const notes =
    'Missed call (call 1).\nAnswered after all (call 1).\nMissed call (call 1).\nMissed call (call 2).';

  it('is replaced in its last occurrence only', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { notes })]);
    unitOfWork.replaceLine(5, isIt, 'Missed call at five (call 1).');
    expect(unitOfWork.changedTasks()).toMatchObject([
      {
        notes:
          'Missed call (call 1).\nAnswered after all (call 1).\nMissed call at five (call 1).\nMissed call (call 2).',
      },
    ]);
  });

  it('is not added again when a user removed it', () => {
    const unitOfWork = taskUnitOfWork([
      storedTask(5, { notes: 'Called back.' }),
      storedTask(6, { notes: null }),
    ]);
    for (const id of [5, 6, 404]) unitOfWork.replaceLine(id, isIt, 'Missed call at five (call 1).');
    expect(unitOfWork.changedTasks()).toEqual([]);
  });
});

describe('the priority of a task', () => {
  it('is lowered when the task has a single miss and is pending', () => {
    const unitOfWork = taskUnitOfWork([
      storedTask(5, { priority: 'hot' }),
      storedTask(6, { priority: 'hot', status: 'in_progress' }),
      storedTask(7, { priority: 'cold' }),
    ]);
    for (const id of [5, 6, 7, 404]) unitOfWork.lowerPriority(id);
    expect(unitOfWork.changedTasks()).toMatchObject([{ id: 5, priority: 'warm' }]);
  });
});

describe('a miss before a talk that is known already', () => {
  const line = 'Missed call (call 9).';

  it('is added to the task that the talk has completed, and makes it hot', () => {
    const unitOfWork = taskUnitOfWork([storedTask(5, { status: 'completed', callOutcome: 'connected' })]);
    expect(unitOfWork.addToAnswered(5, () => false, line)).toBe(true);
    expect(unitOfWork.changedTasks()).toMatchObject([
      { id: 5, priority: 'hot', notes: expect.stringContaining(line) },
    ]);
  });

  it.each([
    ['is open again', { status: 'pending' as const }],
    ['lost its customer', { status: 'completed' as const, customerId: 'REMOVED' }],
  ])('is not added to a task that %s', (_what, over) => {
    const unitOfWork = taskUnitOfWork([storedTask(5, over)]);
    expect(unitOfWork.addToAnswered(5, () => false, line)).toBe(false);
    expect(unitOfWork.changedTasks()).toEqual([]);
  });
});

describe('the note of a person', () => {
  it('is marked line by line, whatever line breaks it has', () => {
    expect(noteLines('Wants\r\ntwo\nshirts\u2028by\u0085six\n\n')).toBe(
      'Note: Wants\nNote: two\nNote: shirts\nNote: by\nNote: six',
    );
  });

  it.each([
    'Missed call on 2026-01-03 17:05:00 (call 1).',
    'Customer reached by the call that ended on 2026-01-03 17:05:00, talked 20 s (call 1).',
    'x\nCall on 2026-01-03 17:05:00: outbound completed (call 1).',
    'x (call 1)...',
    'x ((call 1).call 1).',
  ])('is no line of the service: %j', (note) => {
    for (const line of noteLines(note).split('\n')) {
      expect(line).toMatch(/^Note: /u);
      expect(line).not.toMatch(/\(call \d+\)\.$/u);
    }
  });

  it('is neither removed, replaced nor renumbered with the lines of a call', () => {
    const notes = `Missed call on 2026-01-03 17:05:00 (call 1).\n${noteLines('Missed call on 2026 (call 1).')}`;
    const unitOfWork = taskUnitOfWork([storedTask(5, { notes })]);
    unitOfWork.replaceInNotes(5, '(call 1).', '(call 3).');
    unitOfWork.removeLinesOf(5, '(call 3).', null);
    expect(unitOfWork.changedTasks()).toMatchObject([{ notes: 'Note: Missed call on 2026 (call 1)' }]);
  });
});
