import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { Customer } from '../../src/modules/crm/customers/customer.entity.js';
import { SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('the task of a missed customer whom nobody looks after', () => {
  let database: TestDatabase;
  let app: TestApp;
  let calls = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, {
      telephony: { taskAssignment: ['missed-agent', 'free', 'least-loaded'] },
    });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    await app.db.query('TRUNCATE telephony_agent_presence');
    for (const [extension, userId] of [
      ['201', 7],
      ['202', 8],
      ['203', 9],
    ] as const) {
      const { status } = await app.put(`/api/telephony/extensions/${extension}`, { userId }, SUPERVISOR);
      expect(status).toBe(200);
    }
  });

  /** @returns the agent of the task that a missed call of another customer leaves */
  async function agentOfMiss(extension: string, from = `0171234${String(++calls).padStart(4, '0')}`) {
    const timestamp = new Date().toISOString();
    const missed = { event: 'call_missed', from, to_extension: extension, timestamp };
    expect((await app.webhook('call-missed', missed)).status).toBe(200);
    return (await app.tasks()).at(-1)?.assignedAgentId;
  }

  const isOnline = (userId: number) =>
    app.post('/api/telephony/agents/me/status', { status: 'online' }, { userId, role: 'agent' });
  const giveTasks = (userId: number, count: number) =>
    app.db.manager.insert(
      CallTask,
      Array.from({ length: count }, (_, index) => ({
        customerId: `walk-in ${userId} ${index}`,
        assignedAgentId: userId,
        priority: 'cold' as const,
        status: 'pending' as const,
      })),
    );

  it('goes to who held the extension that did not answer', async () => {
    expect(await agentOfMiss('202')).toBe(8);
  });

  it('goes to a free agent when nobody held the extension', async () => {
    await isOnline(9);
    expect(await agentOfMiss('299')).toBe(9);
  });

  it('goes to the agent with the fewest open tasks when nobody is free', async () => {
    await giveTasks(7, 2);
    await giveTasks(8, 1);
    await giveTasks(9, 3);
    expect([await agentOfMiss('299'), await agentOfMiss('299'), await agentOfMiss('299')]).toEqual([8, 7, 8]);
  });

  it('goes to who looks after the customer, if somebody does', async () => {
    await app.db.manager.save(Customer, { name: 'Rahim', phone: '01812345678', assignedTo: 42 });
    expect(await agentOfMiss('202', '01812345678')).toBe(42);
  });

  it('keeps its agent when the customer is missed again elsewhere', async () => {
    expect(await agentOfMiss('202', '01912345678')).toBe(8);
    expect(await agentOfMiss('203', '01912345678')).toBe(8);
    expect(await app.tasks()).toHaveLength(1);
  });

  it('has no agent where nobody holds an extension', async () => {
    for (const extension of ['201', '202', '203']) {
      await app.delete(`/api/telephony/extensions/${extension}`, SUPERVISOR);
    }
    expect(await agentOfMiss('202')).toBeNull();
  });
});
