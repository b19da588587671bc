import { checkRows } from '../bench/row-check.js';

const before = { receipts: 10, calls: 5, tasks: 1 };
const load = {
  workload: 'calls',
  succeeded: 30,
  refused: 0,
  failed: 0,
  calls: 11,
  missedCustomers: 3,
} as const;
const ours = { writer: 'ours', isEmptied: true, load } as const;
const right = { missing: [], unexpected: [] };

describe('checkRows', () => {
  it('has nothing to say where everything acknowledged is there', () => {
    expect(checkRows(ours, before, { receipts: 40, calls: 16, tasks: 4 })).toEqual(right);
  });

  it('names the tables that lack what was acknowledged', () => {
    expect(checkRows(ours, before, { receipts: 38, calls: 15, tasks: 1 })).toEqual({
      missing: [
        { table: 'receipts', count: 2 },
        { table: 'calls', count: 1 },
        { table: 'tasks', count: 3 },
      ],
      unexpected: [],
    });
  });

  it('names the tables that hold more, unless not all was acknowledged', () => {
    const after = { receipts: 41, calls: 18, tasks: 4 };
    expect(checkRows(ours, before, after)).toEqual({
      missing: [],
      unexpected: [
        { table: 'receipts', count: 1 },
        { table: 'calls', count: 2 },
      ],
    });
    expect(checkRows({ ...ours, load: { ...load, refused: 1 } }, before, after)).toEqual(right);
    expect(checkRows({ ...ours, load: { ...load, failed: 1 } }, before, after)).toEqual(right);
  });

  it('takes more tasks than customers were missed: some were reached in between', () => {
    expect(checkRows(ours, before, { receipts: 40, calls: 16, tasks: 9 })).toEqual(right);
  });

  it('wants no task of a miss where the customer may have one already', () => {
    expect(checkRows({ ...ours, isEmptied: false }, before, { receipts: 40, calls: 16, tasks: 1 })).toEqual(
      right,
    );
  });

  it('wants nothing of a server that only rejects', () => {
    expect(checkRows({ ...ours, writer: 'refusal' }, before, { receipts: 39, calls: 5, tasks: 1 })).toEqual(
      right,
    );
  });

  it('wants a call of every click, and no row of a forgery', () => {
    const clicks = { ...ours, load: { ...load, workload: 'clicks', calls: 0 } } as const;
    const forged = { ...ours, load: { ...load, workload: 'forged' } } as const;
    expect(checkRows(clicks, before, before).missing).toEqual([{ table: 'calls', count: 30 }]);
    expect(checkRows(forged, before, before)).toEqual(right);
    expect(checkRows(forged, before, { ...before, receipts: 11 }).unexpected).toEqual([
      { table: 'receipts', count: 1 },
    ]);
  });
});
