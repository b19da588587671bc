import { AGENT_202, TestApp } from '../support/app.js';
import { crmTask, missed, NUMBER } from '../support/call-tasks.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

interface DueTask {
  readonly id: number;
}

describe('what an agent has to do', () => {
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

  const due = async (user?: typeof AGENT_202) => (await app.get('/api/crm/call-tasks/due', user)).body;
  const idsOf = (items: readonly DueTask[]) => items.map(({ id }) => id);

  it('is what is open and his up to today, hot ones first', async () => {
    const mine = { assigned_agent_id: 7, call_reason: 'follow_up' };
    const cold = await crmTask(app, { ...mine, priority: 'cold' });
    const hot = await crmTask(app, { ...mine, priority: 'hot', status: 'in_progress' });
    await crmTask(app, { ...mine, status: 'completed' });
    await crmTask(app, { ...mine, task_date: '2999-01-01' });
    await crmTask(app, { ...mine, assigned_agent_id: 8 });
    const { items, today } = await due();
    expect(idsOf(items)).toEqual([hot, cold]);
    expect(today).toMatch(/^\d{4}-\d{2}-\d{2}$/u);
  });

  it('has also missed customers whom nobody was given to, but no other task of nobody', async () => {
    await crmTask(app, { assigned_agent_id: null, call_reason: 'follow_up' });
    await app.webhook('call-missed', missed(5));
    const [task, ...others] = (await due(AGENT_202)).items;
    expect(others).toEqual([]);
    expect(task).toMatchObject({ customerId: NUMBER, customerNumber: `+88${NUMBER}`, customerName: null });
  });

  it('names the customer by the number when it is certain, and by the id of the customer', async () => {
    await app.db.query(`INSERT INTO customers (id, name, phone) VALUES (41, 'Rahima', '${NUMBER}')`);
    await crmTask(app, { assigned_agent_id: 7, customer_id: '41', call_reason: 'follow_up' });
    await app.webhook('call-missed', missed(5));
    const both = { customerName: 'Rahima', customerNumber: `+88${NUMBER}` };
    expect((await due()).items).toEqual([expect.objectContaining(both), expect.objectContaining(both)]);
    await app.db.query(`INSERT INTO customers (id, name, phone) VALUES (42, 'Karim', '${NUMBER}')`);
    const names = (await due()).items.map(({ customerName }: { customerName: string }) => customerName);
    expect(names.toSorted()).toEqual(['Rahima', null]);
  });
});
