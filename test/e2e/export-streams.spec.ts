import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { jest } from '@jest/globals';
import type { AuditEntry } from '../../src/modules/audit/audit-entry.entity.js';
import { AuditService } from '../../src/modules/audit/audit.service.js';
import type { ExportRow } from '../../src/modules/exports/csv.js';
import { ExportLimits } from '../../src/modules/exports/export-limits.js';
import { TaskExportService } from '../../src/modules/exports/tasks/task-export.service.js';
import { SUPERVISOR, TestApp, tokenOf } from '../support/app.js';
import { csvRows } from '../support/csv-records.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { openExport } from '../support/export-client.js';

const TASKS = '/api/crm/call-tasks/export';

/** More than the buffers of a connection hold, so that who does not read stops the export. */
const MANY = 30_000;
const HEADER_ROWS = 1;

describe('exports that are under way', () => {
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
  afterEach(() => jest.restoreAllMocks());

  const storeTasks = (count: number): Promise<unknown> =>
    app.db.query(
      `INSERT INTO crm_call_tasks (customer_id, priority, status, notes)
       SELECT 'customer ' || n, 'cold', 'pending', repeat('x', 1000) FROM generate_series(1, $1::integer) n`,
      [count],
    );

  const entryOf = async (by: TestApp = app): Promise<AuditEntry> => {
    const [entry, ...more] = await by.audit();
    expect(more).toEqual([]);
    return entry as AuditEntry;
  };

  it('are in the audit before the first row is read, and with their end when they have ended', async () => {
    await storeTasks(MANY);
    const { rest } = await openExport(app, `${TASKS}?status=pending`, SUPERVISOR);
    expect(await entryOf()).toMatchObject({
      userId: SUPERVISOR.userId,
      action: 'task.export',
      subject: 'tasks',
      details: { format: 'csv', filter: { status: ['pending'] }, rows: 0, end: 'running' },
    });
    // Parsing thirty megabytes would keep this process, the service's too, from everything else.
    expect((await rest()).trimEnd().split('\r\n')).toHaveLength(MANY + HEADER_ROWS);
    await eventually(async () =>
      expect(await entryOf()).toMatchObject({
        outcome: 'done',
        code: null,
        details: { format: 'csv', filter: { status: ['pending'] }, rows: MANY, end: 'finished' },
      }),
    );
  });

  it('keep no more than the last digits of a number in the audit', async () => {
    const { rest } = await openExport(app, `${TASKS}?customerPhone=01712345678`, SUPERVISOR);
    await rest();
    const entry = await eventually(async () => {
      const found = await entryOf();
      expect(found.details).toMatchObject({ end: 'finished' });
      return found;
    });
    expect(entry.details).toMatchObject({ filter: { customerPhone: '********678' } });
    expect(JSON.stringify(entry)).not.toContain('12345678');
  });

  it('are given up when the client leaves, and hold no connection to the database', async () => {
    await storeTasks(MANY);
    const { request } = await openExport(app, TASKS, SUPERVISOR);
    request.destroy();
    const entry = await eventually(async () => {
      const found = await entryOf();
      expect(found.details).toMatchObject({ end: 'aborted' });
      return found;
    });
    expect([entry.outcome, entry.code]).toEqual(['done', null]);
    expect(Number(entry.details?.rows)).toBeLessThan(MANY);
    const { idleCount, totalCount } = (
      app.db.driver as unknown as { master: { idleCount: number; totalCount: number } }
    ).master;
    expect(idleCount).toBe(totalCount);
    expect((await app.get('/api/crm/call-tasks')).body.total).toBe(MANY);
  });

  it('cut the connection when the database fails in the middle', async () => {
    await storeTasks(MANY);
    const { rest } = await openExport(app, TASKS, SUPERVISOR);
    await app.db.query('ALTER TABLE crm_call_tasks RENAME TO away');
    try {
      await expect(rest()).rejects.toThrow('aborted');
    } finally {
      await app.db.query('ALTER TABLE away RENAME TO crm_call_tasks');
    }
    await eventually(async () =>
      expect(await entryOf()).toMatchObject({
        outcome: 'failed',
        code: 'INTERNAL',
        details: { end: 'failed' },
      }),
    );
  });

  it('are answered with an error when the database fails before the first byte', async () => {
    jest.spyOn(app.nest.get(AuditService), 'begin').mockRejectedValueOnce(new Error('out of order'));
    const { status, headers, body } = await app.get(TASKS, SUPERVISOR);
    expect([status, body.code, headers['content-type']]).toEqual([
      500,
      'INTERNAL',
      'application/json; charset=utf-8',
    ]);
    expect((await app.get(TASKS, SUPERVISOR)).status).toBe(200);
  });

  it('are at most two at a time, whoever asks', async () => {
    await storeTasks(MANY);
    const first = await openExport(app, TASKS, SUPERVISOR);
    const second = await openExport(app, TASKS, { userId: 91, role: 'admin' });
    const refused = await app.get(TASKS, SUPERVISOR);
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      429,
      'TOO_MANY_EXPORTS',
      '15',
    ]);
    expect(refused.headers['content-disposition']).toBeUndefined();
    first.request.destroy();
    second.request.destroy();
    await eventually(async () =>
      expect((await app.get(`${TASKS}?status=failed`, SUPERVISOR)).status).toBe(200),
    );
  });

  it('are refused beforehand when more rows match than one file may have', async () => {
    jest.replaceProperty(app.nest.get(ExportLimits), 'rows', 3);
    await storeTasks(4);
    const { status, body } = await app.get(TASKS, SUPERVISOR);
    expect([status, body.code, body.message]).toEqual([
      400,
      'EXPORT_TOO_LARGE',
      'More than 3 rows match. Narrow the filter down, by from and to for calls, and export in parts',
    ]);
    await app.db.query('DELETE FROM crm_call_tasks WHERE id = 1');
    expect(csvRows((await app.get(TASKS, SUPERVISOR)).text)).toHaveLength(3);
  });

  it('give up a client that takes nothing for a minute', async () => {
    await storeTasks(MANY);
    const connection = once(app.nest.getHttpServer(), 'connection') as Promise<[Socket]>;
    const { rest } = await openExport(app, TASKS, SUPERVISOR);
    const [socket] = await connection;
    expect(socket.timeout).toBe(60_000);
    await eventually(() => expect(socket.writableNeedDrain).toBe(true));
    socket.emit('timeout');
    await expect(rest()).rejects.toThrow('aborted');
    await eventually(async () => expect((await entryOf()).details).toMatchObject({ end: 'aborted' }));
  });

  it('go on when no row is found for a minute, because the client has taken all that there was', async () => {
    await storeTasks(3);
    const found = new EventEmitter();
    const orders = app.nest.get(TaskExportService);
    const orderOf = orders.orderOf.bind(orders);
    jest.spyOn(orders, 'orderOf').mockImplementation(async (...request) => {
      const order = await orderOf(...request);
      async function* pages(): AsyncGenerator<readonly ExportRow[]> {
        await once(found, 'row');
        yield* order.pages();
      }
      return { ...order, pages };
    });
    const connection = once(app.nest.getHttpServer(), 'connection') as Promise<[Socket]>;
    const { response } = await openExport(app, TASKS, SUPERVISOR);
    const [socket] = await connection;
    const [header] = (await once(response, 'data')) as [Buffer];
    await eventually(() => expect([found.listenerCount('row'), socket.writableLength]).toEqual([1, 0]));
    socket.emit('timeout');
    expect(socket.destroyed).toBe(false);
    found.emit('row');
    const file = Buffer.concat([header, await buffer(response)]).toString();
    expect(csvRows(file)).toHaveLength(3);
  });

  it('are described to HEAD without being made', async () => {
    await storeTasks(3);
    const head = await fetch(`${app.url}${TASKS}`, {
      method: 'HEAD',
      headers: { Authorization: `Bearer ${await tokenOf(SUPERVISOR)}` },
    });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('content-disposition')).toMatch(
      /^attachment; filename="tasks_until_\d{4}-\d\d-\d\d\.csv"$/u,
    );
    expect(await app.audit()).toEqual([]);
  });

  it('end with the service, as failed', async () => {
    await storeTasks(MANY);
    const closing = await TestApp.start(database);
    const { rest } = await openExport(closing, TASKS, SUPERVISOR);
    await Promise.all([expect(rest()).rejects.toThrow('aborted'), closing.close()]);
    expect(await entryOf()).toMatchObject({
      outcome: 'failed',
      code: 'SHUTTING_DOWN',
      details: { end: 'failed' },
    });
  });
});
