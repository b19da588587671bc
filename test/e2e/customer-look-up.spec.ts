import { TestApp } from '../support/app.js';
import { missed, NUMBER } from '../support/call-tasks.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { MOST_PER_KEY } from '../../src/modules/crm/customers/customer.repository.js';

describe('the customer of a call', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  async function customerOf(from: string): Promise<number | null> {
    await app.webhook('call-missed', missed(5, { from }));
    return (await app.onlyCall()).customerId;
  }

  async function add(columns: {
    id: number;
    phone?: string;
    mobile?: string;
    source?: string;
  }): Promise<void> {
    await app.db.query(
      `INSERT INTO customers (id, name, phone, mobile, source)
       SELECT id, 'Rahim', phone, mobile, source
         FROM jsonb_to_record($1) AS c (id integer, phone text, mobile text, source text)`,
      [JSON.stringify(columns)],
    );
  }

  it.each([
    ['+966501234567', '00966501234567'],
    ['+966501234567', '+966 50 123 4567'],
    ['+442079460958', '+44 (0)20 7946 0958'],
    ['+8801712345678', NUMBER],
  ])('from abroad is found by the number %s in source when %s calls', async (source, from) => {
    await add({ id: 1, phone: '01812345678', source: 'facebook' });
    await add({ id: 2, source });
    expect(await customerOf(from)).toBe(2);
  });

  it('is the oldest record with the number, in whichever field and writing each has it', async () => {
    await add({ id: 4, phone: NUMBER });
    await add({ id: 3, phone: '01912345678', mobile: '+88 01712-345678' });
    await add({ id: 2, phone: '01912345678', mobile: '01812345678', source: '+8801712345678' });
    expect(await customerOf(NUMBER)).toBe(2);
  });

  it('is the oldest of thousands that share the number, of those that are not deleted', async () => {
    await app.db.query(
      `INSERT INTO customers (id, name, phone, is_deleted)
       SELECT 10000 - n, 'Nobody', '01700000000', n > 4000 FROM generate_series(1, 5000) AS n`,
    );
    expect(await customerOf('01700000000')).toBe(6000);
  });

  it('is the one with the whole number, not another with the same last ten digits', async () => {
    for (let id = 1; id < MOST_PER_KEY; id += 1) await add({ id, phone: '+11712345678' });
    await add({ id: MOST_PER_KEY, phone: NUMBER });
    expect(await customerOf(NUMBER)).toBe(MOST_PER_KEY);
  });

  it('is none for a number that nobody has', async () => {
    await add({ id: 1, phone: '01812345678', mobile: '', source: '+8801812345678' });
    expect(await customerOf(NUMBER)).toBeNull();
  });
});
