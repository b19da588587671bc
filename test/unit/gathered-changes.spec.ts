import * as fc from 'fast-check';
import type { Change, ChangedCall } from '../../src/modules/change-feed/change.js';
import { GatheredChanges, mergeChanges } from '../../src/modules/change-feed/gathered-changes.js';
import { changes } from '../support/changes.js';

/** As a set, without the order of ids. */
function normal({ calls = [], tasks = [], presence = [], extensions, revocations }: Change) {
  const numbers = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b);
  return {
    calls: [...calls]
      .sort((a, b) => a.id - b.id)
      .map((call) => ({
        ...call,
        users: numbers(call.users),
        extensions: [...new Set(call.extensions)].sort(),
      })),
    tasks: numbers(tasks),
    presence: numbers(presence),
    extensions: extensions ?? false,
    revocations: revocations ?? false,
  };
}

describe('merged changes', () => {
  it('are the same however often one of them comes', () => {
    fc.assert(
      fc.property(changes(), (change) => {
        expect(normal(mergeChanges(change, change))).toEqual(normal(mergeChanges({}, change)));
      }),
    );
  });

  it('are the same however they are grouped', () => {
    fc.assert(
      fc.property(changes(), changes(), changes(), (a, b, c) => {
        expect(mergeChanges(mergeChanges(a, b), c)).toEqual(mergeChanges(a, mergeChanges(b, c)));
      }),
    );
  });

  it('are the same in any order, unless a call is said to be gone twice', () => {
    fc.assert(
      fc.property(changes(), changes(), (a, b) => {
        const gone = ({ calls = [] }: Change) => calls.filter(({ removed }) => removed).map(({ id }) => id);
        fc.pre(!gone(a).some((id) => gone(b).includes(id)));
        expect(normal(mergeChanges(a, b))).toEqual(normal(mergeChanges(b, a)));
      }),
    );
  });

  it('are told to all who had the call before any of them', () => {
    const before: ChangedCall = { id: 5, users: [7], extensions: ['201'] };
    const after: ChangedCall = { id: 5, users: [8], extensions: ['201', '202'] };
    expect(mergeChanges({ calls: [before] }, { calls: [after] })).toEqual({
      calls: [{ id: 5, users: [7, 8], extensions: ['201', '202'] }],
    });
  });

  it('keep that a call is gone, and where to by the newest of them', () => {
    const call = { id: 5, users: [], extensions: [] };
    const goneTo = (into: number | null) => ({ calls: [{ ...call, removed: { into } }] });
    expect(mergeChanges(goneTo(3), { calls: [call] })).toEqual(goneTo(3));
    expect(mergeChanges(goneTo(3), goneTo(4))).toEqual(goneTo(4));
  });

  it('are counted by ids, and none waits once they are taken', () => {
    const gathered = new GatheredChanges();
    expect([gathered.size, gathered.isEmpty]).toEqual([0, true]);
    gathered.add({ revocations: true });
    expect([gathered.size, gathered.isEmpty]).toEqual([0, false]);
    gathered.add({ calls: [{ id: 5, users: [7], extensions: [] }], tasks: [5, 5], presence: [7] });
    expect(gathered.size).toBe(3);
    gathered.take();
    expect([gathered.size, gathered.isEmpty, gathered.take()]).toEqual([0, true, {}]);
  });

  it('that are too many lose their ids alone', () => {
    const gathered = new GatheredChanges();
    gathered.add({ tasks: [5], presence: [7], revocations: true, extensions: true });
    gathered.dropIds();
    expect([gathered.size, gathered.take()]).toEqual([0, { revocations: true, extensions: true }]);
  });
});
