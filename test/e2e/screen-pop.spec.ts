import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import type { Change } from '../../src/modules/change-feed/change.js';
import { MOST_PER_KEY } from '../../src/modules/crm/customers/customer.repository.js';
import { CallerFactsService } from '../../src/modules/crm/customers/caller-facts.service.js';
import { CallerChoice } from '../../src/modules/crm/customers/caller-choice.entity.js';
import { AGENT_201, AGENT_202, SUPERVISOR, TestApp } from '../support/app.js';
import { missed, NUMBER } from '../support/call-tasks.js';
import { insertRow } from '../support/crm-tables.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const E164 = '+8801712345678';

describe('the screen-pop of a call', () => {
  let database: TestDatabase;
  let app: TestApp;
  let minute: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    minute = 0;
    await app.clear();
  });

  /** A call at extension 201. @returns its id */
  async function call(from: string = NUMBER): Promise<number> {
    minute += 5;
    await app.webhook('call-missed', missed(minute, { from }));
    return (await app.calls()).at(-1)?.id ?? 0;
  }

  const addressOf = (id: number, what: 'pop' | 'customer'): string => `/api/telephony/calls/${id}/${what}`;

  async function pop(id: number) {
    const { status, body } = await app.get(addressOf(id, 'pop'));
    expect(status).toBe(200);
    return body;
  }

  async function choose(id: number, customerId: number | null): Promise<void> {
    expect((await app.post(addressOf(id, 'customer'), { customerId })).status).toBe(204);
  }

  const add = (columns: object): Promise<number> => insertRow(app.db, 'customers', columns);

  async function customerOf(id: number): Promise<number | null> {
    return (await app.calls()).find((call) => call.id === id)?.customerId ?? null;
  }

  it('says what is left out on a database without the tables of the CRM, and gives the rest', async () => {
    const customerId = await add({ name: 'Rahim', last_name: 'Uddin', phone: NUMBER, district: 'Cumilla' });
    const former = await call();
    const { leftOut, ...answer } = await pop(await call());
    expect(leftOut).toEqual(
      ['orders', 'guestOrders', 'items', 'olderItems', 'tier', 'risk', 'cart'].map((part) => ({
        part,
        why: 'absent',
      })),
    );
    expect(answer).toMatchObject({
      number: E164,
      matchCount: 1,
      choice: null,
      matches: [{ id: customerId, name: 'Rahim Uddin', district: 'Cumilla', lastOrder: null }],
      customer: { id: customerId, orderHistory: null },
      guestOrders: null,
      tasks: [{ customerId: NUMBER, callReason: 'missed_call', status: 'pending' }],
      calls: [{ id: former, direction: 'inbound', status: 'failed', startedAt: '2026-01-03T11:05:00.000Z' }],
      risk: null,
      cart: null,
    });
  });

  it('shows the tasks that wait, also those without a status, which the CRM has', async () => {
    const id = await call();
    await app.db.query(
      `UPDATE crm_call_tasks SET status = NULL;
       INSERT INTO crm_call_tasks (customer_id, task_date, priority, status)
       VALUES ('${NUMBER}', '2026-01-02', 'warm', 'pending'), ('${NUMBER}', '2026-01-01', 'warm', 'completed')`,
    );
    expect((await pop(id)).tasks).toMatchObject([{ status: null }, { status: 'pending' }]);
  });

  it.each([
    { phone: '01712345678' },
    { phone: '+8801712345678' },
    { phone: '8801712345678' },
    { phone: '008801712345678' },
    { phone: '01712-345678' },
    { phone: '০১৭১২৩৪৫৬৭৮' },
    { mobile: '01712345678/9123456' },
    { source: '+88 01712 345678' },
  ])('finds the customer who has the number as %j', async (written) => {
    const customerId = await add({ name: 'Rahim', ...written });
    expect(await pop(await call())).toMatchObject({ matchCount: 1, customer: { id: customerId } });
  });

  it('does not find a customer with another number that has the same last ten digits', async () => {
    await add({ name: 'Somebody else', phone: '+11712345678' });
    expect(await pop(await call())).toMatchObject({ matchCount: 0, matches: [], customer: null });
  });

  it('says that several have the number, the last contacted first, and takes none of them', async () => {
    const ids = [
      await add({ name: 'Never', phone: NUMBER }),
      await add({ name: 'Long ago', phone: NUMBER, last_contact_date: '2025-01-01 10:00:00' }),
      await add({ name: 'Lately', mobile: NUMBER, last_contact_date: '2026-01-01 12:00:00' }),
      await add({ name: 'Deleted', phone: NUMBER, is_deleted: true }),
    ];
    const { matches, ...answer } = await pop(await call());
    expect(answer).toMatchObject({ matchCount: 3, choice: null, customer: null });
    expect(matches.map(({ id }: { id: number }) => id)).toEqual([ids[2], ids[1], ids[0]]);
    expect(matches[0].lastContactAt).toBe('2026-01-01T06:00:00.000Z');
  });

  it('of a call without a number is empty', async () => {
    const id = await call('anonymous');
    expect(await pop(id)).toMatchObject({ number: null, matchCount: 0, matches: [], calls: [], leftOut: [] });
  });

  describe('a choice', () => {
    it('is stored with the call, announced, recorded, and remembered for later calls of the number', async () => {
      const [first, second] = [
        await add({ name: 'First', phone: NUMBER, assigned_to: 7 }),
        await add({ name: 'Second', phone: `+88${NUMBER}`, email: 'second@example.com' }),
      ];
      const id = await call();
      expect(await customerOf(id)).toBe(first);
      const { version = 0 } = (await app.calls())[0] ?? {};
      const changes: Change[] = [];
      const stop = app.nest.get(ChangeFeed).onChange((change) => changes.push(change));
      await choose(id, second);
      stop();
      expect(changes).toEqual([{ calls: [{ id, users: [], extensions: ['201'] }] }]);
      expect((await app.calls())[0]).toMatchObject({ customerId: second, version: version + 1 });
      expect((await app.audit()).at(-1)).toMatchObject({
        action: 'call.customer',
        subject: `call:${id}`,
        outcome: 'done',
        userId: 7,
      });

      const later = await call();
      expect(await customerOf(later)).toBe(second);
      const { matches, ...answer } = await pop(later);
      expect(answer).toMatchObject({ matchCount: 2, choice: 'customer', customer: { id: second } });
      expect(matches).toMatchObject([
        { id: second, isChosen: true },
        { id: first, isChosen: false },
      ]);
      expect(await facts()).toEqual({
        customer: { id: second, name: 'Second', phone: `+88${NUMBER}`, email: 'second@example.com' },
        matchCount: 2,
      });
    });

    it('of none of them leaves this call and later ones without a customer', async () => {
      await add({ name: 'First', phone: NUMBER });
      const id = await call();
      await choose(id, null);
      expect(await customerOf(id)).toBeNull();
      const later = await call();
      expect(await customerOf(later)).toBeNull();
      expect(await pop(later)).toMatchObject({ matchCount: 1, choice: 'none', customer: null });
      expect(await facts()).toEqual({ customer: null, matchCount: 1 });
    });

    it('of none of them lapses when the CRM adds a customer with the number', async () => {
      await add({ name: 'First', phone: NUMBER });
      const id = await call();
      await choose(id, null);
      await add({ name: 'Elsewhere', phone: '01999999999' });
      expect(await pop(await call())).toMatchObject({ matchCount: 1, choice: 'none', customer: null });
      await add({ name: 'Added', phone: NUMBER });
      expect(await pop(await call())).toMatchObject({ matchCount: 2, choice: null, customer: null });
    });

    it('is replaced by the next one', async () => {
      const ids = [await add({ name: 'First', phone: NUMBER }), await add({ name: 'Second', phone: NUMBER })];
      const id = await call();
      for (const chosen of [ids[1] ?? 0, null, ids[0] ?? 0]) await choose(id, chosen);
      expect(await app.db.manager.find(CallerChoice)).toMatchObject([
        { numberE164: E164, customerId: ids[0], chosenBy: 7 },
      ]);
    });

    it('holds for a customer who is not among the oldest of those with the number', async () => {
      await app.db.query(
        `INSERT INTO customers (name, phone) SELECT 'Nobody', $1 FROM generate_series(1, ${MOST_PER_KEY + 5})`,
        [NUMBER],
      );
      const newest = await add({ name: 'Newest', phone: NUMBER });
      await choose(await call(), newest);
      const later = await call();
      expect(await customerOf(later)).toBe(newest);
      const { matches, ...answer } = await pop(later);
      expect(answer).toMatchObject({ customer: { id: newest }, choice: 'customer' });
      expect(matches).toHaveLength(MOST_PER_KEY + 1);
      expect(matches[0].id).toBe(newest);
    });

    it.each(['is_deleted = true', `phone = '01812345678'`])(
      'does not count any more when %s is set on the customer',
      async (change) => {
        const [first, second] = [
          await add({ name: 'First', phone: NUMBER }),
          await add({ name: 'Second', phone: NUMBER }),
        ];
        await choose(await call(), second);
        await app.db.query(`UPDATE customers SET ${change} WHERE id = $1`, [second]);
        const later = await call();
        expect(await customerOf(later)).toBe(first);
        expect(await pop(later)).toMatchObject({ choice: null, matchCount: 1, customer: { id: first } });
      },
    );

    it('is refused for a customer who does not exist, is deleted, or does not have the number', async () => {
      const other = await add({ name: 'Other', phone: '01812345678' });
      const deleted = await add({ name: 'Deleted', phone: NUMBER, is_deleted: true });
      const id = await call();
      for (const customerId of [other, deleted, 4711]) {
        const { status, body } = await app.post(addressOf(id, 'customer'), { customerId });
        expect([status, body.code]).toEqual([422, 'CUSTOMER_NOT_MATCHING']);
      }
      expect(await app.audit()).toMatchObject(
        [other, deleted, 4711].map(() => ({
          action: 'call.customer',
          subject: `call:${id}`,
          outcome: 'refused',
          code: 'CUSTOMER_NOT_MATCHING',
        })),
      );
      expect(await app.db.manager.find(CallerChoice)).toEqual([]);
    });

    it('is refused for a call without a number', async () => {
      const customerId = await add({ name: 'Rahim', phone: NUMBER });
      const { status, body } = await app.post(addressOf(await call('anonymous'), 'customer'), { customerId });
      expect([status, body.code]).toEqual([422, 'CUSTOMER_NOT_MATCHING']);
    });

    it.each([{}, { customerId: 0 }, { customerId: '5' }, { customerId: 1, also: 2 }])(
      'is refused when the request is %j',
      async (request) => {
        const { status, body } = await app.post(addressOf(await call(), 'customer'), request);
        expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
      },
    );

    it('is forgotten when the number is erased', async () => {
      const customerId = await add({ name: 'Rahim', phone: NUMBER });
      const id = await call();
      await choose(id, customerId);
      const erase = (dryRun: boolean) =>
        app.post('/api/telephony/erasures', { number: NUMBER, dryRun }, SUPERVISOR);
      await erase(true);
      expect(await app.db.manager.count(CallerChoice)).toBe(1);
      expect((await erase(false)).body).toMatchObject({ calls: 1, complete: true });
      expect(await app.db.manager.count(CallerChoice)).toBe(0);
      expect(await pop(id)).toMatchObject({ number: null, matches: [] });
    });
  });

  it('is for those who may see the call: to another agent it does not exist', async () => {
    const customerId = await add({ name: 'Rahim', phone: NUMBER });
    const id = await call();
    const answers = [
      await app.get(addressOf(id, 'pop'), AGENT_202),
      await app.post(addressOf(id, 'customer'), { customerId }, AGENT_202),
      await app.get(addressOf(id + 1, 'pop'), AGENT_201),
      await app.post(addressOf(id + 1, 'customer'), { customerId }, AGENT_201),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [404, 'CALL_NOT_FOUND']),
    );
    expect(await app.db.manager.count(CallerChoice)).toBe(0);
    expect((await app.get(addressOf(id, 'pop'), SUPERVISOR)).status).toBe(200);
  });

  async function facts() {
    return (await app.nest.get(CallerFactsService).forNumbers([E164])).get(E164);
  }

  it('has facts for the ringing of a call: nobody, one customer, or only that there are several', async () => {
    expect(await facts()).toEqual({ customer: null, matchCount: 0 });
    const id = await add({ name: 'Rahim', phone: NUMBER });
    expect(await facts()).toMatchObject({ customer: { id, email: null }, matchCount: 1 });
    await add({ name: 'Karim', phone: NUMBER });
    expect(await facts()).toEqual({ customer: null, matchCount: 2 });
    expect(await app.nest.get(CallerFactsService).forNumbers([])).toEqual(new Map());
  });
});
