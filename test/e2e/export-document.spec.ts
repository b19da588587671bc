import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AGENT_201, SUPERVISOR, TestApp, tokenOf } from '../support/app.js';
import { crmTask } from '../support/call-tasks.js';
import { csvRows } from '../support/csv-records.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Document } from '../support/documents.js';
import { eventually } from '../support/eventually.js';

const run = promisify(execFile);
const [calls = '', tasks = '', audit = ''] = new Document('docs/export.md').blocks.map(({ text }) => text);

describe('the commands of docs/export.md', () => {
  let database: TestDatabase;
  let app: TestApp;
  let folder: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    folder = await mkdtemp(join(tmpdir(), 'export-document-'));
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function outputOf(command: string): Promise<string> {
    const env = {
      PATH: process.env.PATH,
      PORT: new URL(app.url).port,
      TOKEN: await tokenOf(AGENT_201),
      SUPERVISOR: await tokenOf(SUPERVISOR),
    };
    const { stdout } = await run('bash', ['-c', command.replace('http://localhost:', 'http://127.0.0.1:')], {
      cwd: folder,
      env,
    });
    return stdout;
  }

  it('store calls under the name of their period, print tasks, and show who took them', async () => {
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, direction, status, disposition, agent_phone, started_at)
       VALUES ('01712345678', 'inbound', 'failed', 'missed', '201', '2026-11-15T10:00:00Z')`,
    );
    await crmTask(app, {});
    await outputOf(calls);
    expect(await readdir(folder)).toEqual(['calls_2026-11-01_2026-11-30.csv']);
    const file = await readFile(join(folder, 'calls_2026-11-01_2026-11-30.csv'), 'utf8');
    expect(csvRows(file)).toMatchObject([{ customerPhone: '01712-345678' }]);
    expect(csvRows(await outputOf(tasks))).toMatchObject([{ status: 'pending' }]);
    await eventually(async () => {
      const { items } = JSON.parse(await outputOf(audit)) as { items: { details: unknown }[] };
      expect(items.map(({ details }) => details)).toEqual([
        { format: 'raw', filter: { status: ['pending'] }, rows: 1, end: 'finished' },
        {
          format: 'csv',
          filter: { status: ['missed'], from: '2026-11-01', to: '2026-11-30' },
          rows: 1,
          end: 'finished',
        },
      ]);
    });
  });
});
