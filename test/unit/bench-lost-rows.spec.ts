import { lostRows } from '../bench/lost-rows.js';

const before = { receipts: 10, calls: 5, tasks: 1 };
const load = { workload: 'calls', succeeded: 30, calls: 11, misses: 3 } as const;

describe('lostRows', () => {
  it('finds nothing lost where everything acknowledged is there, or more', () => {
    const ours = { writer: 'ours', isEmptied: true, load } as const;
    expect(lostRows(ours, before, { receipts: 40, calls: 16, tasks: 4 })).toEqual([]);
    expect(lostRows(ours, before, { receipts: 41, calls: 17, tasks: 4 })).toEqual([]);
  });

  it('names the tables that lack what was acknowledged', () => {
    const ours = { writer: 'ours', isEmptied: true, load } as const;
    expect(lostRows(ours, before, { receipts: 38, calls: 15, tasks: 1 })).toEqual([
      { table: 'receipts', count: 2 },
      { table: 'calls', count: 1 },
      { table: 'tasks', count: 3 },
    ]);
  });

  it('wants no task of a miss where the customer may have one already', () => {
    const full = { writer: 'ours', isEmptied: false, load } as const;
    expect(lostRows(full, before, { receipts: 40, calls: 16, tasks: 1 })).toEqual([]);
  });

  it('wants of those who only store receipts nothing else', () => {
    const floor = { writer: 'floor', isEmptied: true, load } as const;
    expect(lostRows(floor, before, { receipts: 39, calls: 5, tasks: 1 })).toEqual([
      { table: 'receipts', count: 1 },
    ]);
  });

  it('wants a call of every click, and nothing of a forgery', () => {
    const clicks = { writer: 'ours', isEmptied: true, load: { ...load, workload: 'clicks' } } as const;
    const forged = { writer: 'ours', isEmptied: true, load: { ...load, workload: 'forged' } } as const;
    expect(lostRows(clicks, before, before)).toEqual([{ table: 'calls', count: 30 }]);
    expect(lostRows(forged, before, before)).toEqual([]);
  });
});
