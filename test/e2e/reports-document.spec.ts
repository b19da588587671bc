import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SUPERVISOR, TestApp, tokenOf } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Document } from '../support/documents.js';
import { dayAgo, storeCalls } from '../support/reported-calls.js';

const run = promisify(execFile);
const document = new Document('docs/reports.md');
const [kpi = '', reports = '', stats = '', wallboard = ''] = document.blocks.map(({ text }) => text);

describe('docs/reports.md', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    await storeCalls(app, [
      { at: `${dayAgo(1)} 10:00:00`, queue_name: 'support', wait_seconds: 9, duration_seconds: 60 },
      { at: `${dayAgo(1)} 11:00:00`, status: 'failed', disposition: 'missed', queue_name: 'support' },
    ]);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  /** The answers that a command prints. */
  async function answersOf(command: string): Promise<Record<string, unknown>[]> {
    const env = { PATH: process.env.PATH, PORT: new URL(app.url).port, TOKEN: await tokenOf(SUPERVISOR) };
    const text = command.replaceAll('http://localhost:', 'http://127.0.0.1:');
    const { stdout } = await run('bash', ['-c', text], { env });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('has commands that print the key figures by queue', async () => {
    expect(await answersOf(kpi)).toMatchObject([
      { items: [{ key: 'support', offered: 2, answered: 1, lost: 1, serviceLevel: 0.5 }] },
    ]);
  });

  it('has commands that print the six reports of the CRM', async () => {
    expect(await answersOf(reports)).toMatchObject([
      { total: 2 },
      { items: [{ queueName: 'support', total: 2, completed: 1, failed: 1 }] },
      { items: [{ trunkName: null, total: 2, totalDurationSeconds: 60 }] },
      { items: [] },
      { items: [] },
      { byDirection: [{ direction: 'inbound', total: 2, avgWaitSeconds: 9, avgHoldSeconds: null }] },
    ]);
  });

  it('has commands that print the statistics and the wallboard', async () => {
    expect(await answersOf(stats)).toMatchObject([
      { total: 2, failedByReason: [{ reason: 'missed', count: 1 }] },
    ]);
    expect(await answersOf(wallboard)).toMatchObject([{ stillToCallBack: { count: 0 }, agents: [] }]);
  });

  it('explains every key figure', async () => {
    const [answer = {}] = await answersOf(kpi);
    const { answeredInTime: _, ...formulas } = answer.formulas as Record<string, string>;
    expect(document.names('Figure').sort()).toEqual(Object.keys(formulas).sort());
  });

  it('names fields of the wallboard that are there', async () => {
    const [answer = {}] = await answersOf(wallboard);
    expect(Object.keys(answer)).toEqual(expect.arrayContaining(document.names('Field')));
  });
});
