import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AcceptEveryOutcome1795306820000 } from '../../migrations/1795306820000-AcceptEveryOutcome.js';
import { migrations } from '../../migrations/index.js';
import { migrate, revertMigrations } from '../../src/database/migrator.js';
import { type OpenDatabase, openEmptyDatabase } from '../support/legacy-schema.js';

const quietly = (): void => {};

describe('tasks that the former rules of their table refuse', () => {
  let database: OpenDatabase;

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'debug').mockReturnValue();
    database = await openEmptyDatabase();
    await migrate(database.settings, quietly);
  });

  afterAll(() => database.drop());

  function add(customerId: string, outcome: string | null): Promise<unknown> {
    return database.dataSource.query(
      `INSERT INTO crm_call_tasks (customer_id, priority, call_reason, call_outcome)
       VALUES ($1, 'warm', 'missed_call', $2)`,
      [customerId, outcome],
    );
  }

  it('stay after a revert, which refuses further ones, and after another adoption', async () => {
    await add('REMOVED', 'order_placed');
    await add('REMOVED', 'callback');
    const former = migrations[migrations.indexOf(AcceptEveryOutcome1795306820000) - 1];
    await revertMigrations(database.settings, { downTo: former?.name ?? '' }, quietly);
    await expect(add('01712345678', 'order_placed')).rejects.toThrow('ck_crm_call_tasks_call_outcome');
    await add('01712345678', 'connected');
    await expect(add('01712345678', null)).rejects.toThrow('uq_crm_call_tasks_pending_missed_call');
    await migrate(database.settings, quietly);
    await add('01812345678', 'order_placed');
    const [count] = await database.dataSource.query('SELECT count(*)::integer AS tasks FROM crm_call_tasks');
    expect(count).toEqual({ tasks: 4 });
  });
});
