import { Logger } from '@nestjs/common';
import { type FoundTable, POP_PARTS } from '../../src/modules/crm/screen-pop/pop-parts.js';
import { PopSources } from '../../src/modules/crm/screen-pop/pop-sources.service.js';
import type { ScreenPopRepository } from '../../src/modules/crm/screen-pop/screen-pop.repository.js';

const CALLS: FoundTable = {
  table: 'telephony_calls',
  columns: {},
  readable: [],
  indexes: ['customer_number_e164'],
};
const COLUMNS = [
  'id',
  'customer_number_e164',
  'direction',
  'status',
  'disposition',
  'started_at',
  'duration_seconds',
  'agent_user_id',
];
const READABLE_CALLS: FoundTable = {
  ...CALLS,
  columns: Object.fromEntries(COLUMNS.map((column) => [column, 'text'])),
  readable: COLUMNS,
};

describe('what the screen-pop reads of a database', () => {
  let now: number;
  let found: () => Promise<FoundTable[]>;
  let reads: number;
  let sources: PopSources;

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    now = Date.parse('2026-01-03T11:00:00Z');
    reads = 0;
    found = () => Promise.resolve([]);
    const repository = {
      findTables: () => {
        reads += 1;
        return found();
      },
    };
    const clock = { now: () => new Date(now) };
    sources = new PopSources(repository as ScreenPopRepository, clock);
    await sources.onApplicationBootstrap();
  });

  const parts = (): string[] => [...sources.current().parts.keys()];

  it('is looked at when the service starts, and again after five minutes, while the former is used once more', async () => {
    expect(sources.current().leftOut).toEqual(POP_PARTS.map((part) => ({ part, why: 'absent' })));
    found = () => Promise.resolve([READABLE_CALLS]);
    now += 5 * 60_000 - 1;
    expect(parts()).toEqual([]);
    expect(reads).toBe(1);
    now += 1;
    expect(parts()).toEqual([]);
    expect(parts()).toEqual([]);
    await sources.refresh();
    expect(parts()).toEqual(['calls']);
    expect(reads).toBe(2);
  });

  it('is looked at again after a failure, but not more often than every ten seconds', async () => {
    sources.reportFailure();
    expect(reads).toBe(1);
    now += 10_000;
    sources.reportFailure();
    sources.reportFailure();
    expect(reads).toBe(2);
    await sources.refresh();
  });

  it('stays as it was found while the database does not answer', async () => {
    found = () => Promise.resolve([READABLE_CALLS]);
    await sources.refresh();
    const before = sources.current();
    found = () => Promise.reject(new Error('no answer'));
    await sources.refresh();
    expect(sources.current()).toBe(before);
  });

  it.each([
    [CALLS, 'absent'],
    [{ ...READABLE_CALLS, readable: COLUMNS.slice(1) }, 'not_readable'],
    [{ ...READABLE_CALLS, indexes: ['id', 'customer_number_e164 WHERE (id > 5)'] }, 'no_index'],
  ])('does not have the calls of %j, because they are %s', async (table, why) => {
    found = () => Promise.resolve([table]);
    await sources.refresh();
    expect(sources.current().leftOut).toContainEqual({ part: 'calls', why });
  });
});
