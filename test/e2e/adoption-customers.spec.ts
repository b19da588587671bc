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

  it('are linked beyond the first batch of numbers', async () => {
    database = await openLegacyDatabase();
    await database.dataSource.query(
      `INSERT INTO telephony_calls (customer_phone) SELECT '017' || lpad(n::text, 8, '0') FROM generate_series(1, 2500) AS n`,
    );
    await database.dataSource.query(
      `INSERT INTO customers (name, phone) SELECT 'n' || n, '+88017' || lpad(n::text, 8, '0') FROM generate_series(1, 2500) AS n`,
    );
    await migrate(database.settings, quietly);
    expect(
      await database.dataSource.query(
        `SELECT count(*)::integer FROM telephony_calls
           JOIN customers ON customers.id = customer_id AND phone = customer_number_e164`,
      ),
    ).toEqual([{ count: 2_500 }]);
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
