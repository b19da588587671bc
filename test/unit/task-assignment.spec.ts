import fc from 'fast-check';
import {
  type Assignable,
  TaskAssignment,
} from '../../src/modules/telephony/calls/domain/effects/task-assignment.js';

const agents: Assignable[] = [
  { userId: 7, isFree: false, openTasks: 2 },
  { userId: 8, isFree: true, openTasks: 5 },
  { userId: 9, isFree: true, openTasks: 6 },
  { userId: 10, isFree: false, openTasks: 2 },
];

describe('the agent of a missed customer whom nobody looks after', () => {
  it.each([
    [['missed-agent'], 9, 9],
    [['missed-agent'], null, null],
    [['missed-agent'], 99, null],
    [['free'], 7, 8],
    [['least-loaded'], 8, 7],
    [['missed-agent', 'free'], null, 8],
    [['missed-agent', 'free', 'least-loaded'], 10, 10],
    [[], 7, null],
  ] as const)('by %j, missed by %s, is %s', (rules, missedBy, expected) => {
    expect(new TaskAssignment(rules, agents).assign(missedBy)).toBe(expected);
  });

  it('is nobody where no extension has a holder', () => {
    expect(new TaskAssignment(['missed-agent', 'free', 'least-loaded'], []).assign(7)).toBeNull();
  });

  it('is the next one when nobody is free', () => {
    const busy = agents.map((agent) => ({ ...agent, isFree: false }));
    expect(new TaskAssignment(['free', 'least-loaded'], busy).assign(null)).toBe(7);
  });

  it('spreads many at once so that loads differ by one at most, as far as they can', () => {
    const loads = fc.uniqueArray(fc.record({ userId: fc.nat(50), openTasks: fc.nat(5) }), {
      minLength: 1,
      maxLength: 8,
      selector: ({ userId }) => userId,
    });
    fc.assert(
      fc.property(loads, fc.nat(40), (some, extra) => {
        const highest = Math.max(...some.map(({ openTasks }) => openTasks));
        const lacking = some.reduce((sum, { openTasks }) => sum + highest - openTasks, 0);
        const assignment = new TaskAssignment(
          ['least-loaded'],
          some.map((agent) => ({ ...agent, isFree: true })),
        );
        const after = new Map(some.map(({ userId, openTasks }) => [userId, openTasks]));
        for (let count = 0; count < lacking + extra; count++) {
          const userId = assignment.assign(null);
          if (userId === null) throw new Error('Nobody was named');
          after.set(userId, (after.get(userId) ?? 0) + 1);
        }
        expect(Math.max(...after.values()) - Math.min(...after.values())).toBeLessThanOrEqual(1);
      }),
    );
  });
});
