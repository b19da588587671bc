import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { migrate, revertMigrations } from '../../src/database/migrator.js';
import { type OpenDatabase, openLegacyDatabase } from '../support/legacy-schema.js';

const quietly = (): void => {};

describe('adopted calls and their customers', () => {
  let database: OpenDatabase;

  /** `customers.name` of each call, by its field. */
  async function customersOfCalls(): Promise<Record<string, string | null>> {
    const rows: { field: string; name: string | null }[] = await database.dataSource.query(
      `SELECT customer_phone AS field, customers.name
         FROM telephony_calls LEFT JOIN customers ON customers.id = telephony_calls.customer_id
        ORDER BY telephony_calls.id`,
    );
    return Object.fromEntries(rows.map(({ field, name }) => [field, name]));
  }

  afterEach(() => database.drop());

  it('are linked by number, however the number is written in either table', async () => {
    const fields = [
      '+8801711000001',
      '01711000002',
      '1711000003',
      '+88 01711 000004',
      '01811000005',
      '০১৭১১০০০০০৬',
      '01711-000007',
      '029123456',
      '+442079460958',
      '01999999999',
      'anonymous',
      '',
    ];
    database = await openLegacyDatabase(fields.map((field, n) => ({ id: n + 1, customer_phone: field })));
    await migrate(database.settings, quietly);
    expect(await customersOfCalls()).toEqual({
      '+8801711000001': 'Plain',
      '01711000002': 'Plus',
      '1711000003': 'Country code',
      '+88 01711 000004': 'Dashed',
      '01811000005': 'Two in one',
      '০১৭১১০০০০০৬': 'Bangla',
      '01711-000007': 'Spaced',
      '029123456': 'Land line',
      '+442079460958': 'Abroad',
      '01999999999': null,
      anonymous: null,
      '': null,
    });
  });

  it('are linked to the customer with the lowest id, to none that is deleted or shares only the last digits', async () => {
    database = await openLegacyDatabase([
      { id: 1, customer_phone: '01511000001' },
      { id: 2, customer_phone: '+11711000001' },
    ]);
    await database.dataSource.query(
      `INSERT INTO customers (name, phone, is_deleted) VALUES
         ('Deleted', '01511000001', true), ('Older', '+88 01511-000001', NULL), ('Newer', '01511000001', false)`,
    );
    await migrate(database.settings, quietly);
    expect(await customersOfCalls()).toEqual({ '01511000001': 'Older', '+11711000001': null });
  });

  it('are linked to customers abroad by the number that the CRM keeps in their source', async () => {
    database = await openLegacyDatabase([{ id: 1, customer_phone: '+966501234568' }]);
    await database.dataSource.query(
      `INSERT INTO customers (name, source) VALUES ('By advertisement', 'facebook'), ('Abroad, by source', '+966501234568')`,
    );
    await migrate(database.settings, quietly);
    expect(await customersOfCalls()).toEqual({ '+966501234568': 'Abroad, by source' });
  });

  it('are linked beyond the first batch of customers and of numbers', async () => {
    database = await openLegacyDatabase();
    await database.dataSource.query(
      `INSERT INTO telephony_calls (customer_phone) SELECT '017' || lpad(n::text, 8, '0') FROM generate_series(1, 6000) AS n`,
    );
    await database.dataSource.query(
      `INSERT INTO customers (name, phone) SELECT 'n' || n, '+88017' || lpad(n::text, 8, '0') FROM generate_series(1, 6000) AS n`,
    );
    await migrate(database.settings, quietly);
    expect(
      await database.dataSource.query(
        `SELECT count(*)::integer FROM telephony_calls
           JOIN customers ON customers.id = customer_id AND phone = customer_number_e164`,
      ),
    ).toEqual([{ count: 6_000 }]);
  });

  it('are linked by the next run when the first one was interrupted', async () => {
    database = await openLegacyDatabase([{ id: 1, customer_phone: '01711000001' }]);
    await migrate(database.settings, quietly);
    await revertMigrations(database.settings, { downTo: 'CompleteRowsOfTheCrm' }, quietly);
    for (const statement of [
      'UPDATE telephony_calls SET customer_id = NULL',
      `CREATE FUNCTION pull_the_plug() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the plug is pulled'; END $$`,
      'CREATE TRIGGER interruption BEFORE UPDATE ON telephony_calls FOR EACH ROW EXECUTE FUNCTION pull_the_plug()',
    ]) {
      await database.dataSource.query(statement);
    }
    const logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    await expect(migrate(database.settings, quietly)).rejects.toThrow(
      /^Migration LinkCallsToCustomers failed; those before it stay applied\. .*the plug is pulled/u,
    );
    logged.mockRestore();

    await database.dataSource.query('DROP TRIGGER interruption ON telephony_calls');
    await migrate(database.settings, quietly);
    expect(await customersOfCalls()).toEqual({ '01711000001': 'Plain' });
  });

  it('are not linked again when the service has written them since', async () => {
    database = await openLegacyDatabase([{ id: 1, customer_phone: '01711000001' }]);
    await migrate(database.settings, quietly);
    await revertMigrations(database.settings, { downTo: 'CompleteRowsOfTheCrm' }, quietly);
    await database.dataSource.query(`UPDATE telephony_calls SET facts = '{}', customer_id = NULL`);
    await migrate(database.settings, quietly);
    expect(await customersOfCalls()).toEqual({ '01711000001': null });
  });
});
