import { NUMBER } from '../support/call-tasks.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PbxEvents } from '../support/pbx-events.js';
import { closeOpenCalls } from '../support/sweep.js';

const DAY = 86_400;

/** Rows of `telephony_calls` that were written before this service, and have no facts. */
describe('a call of the former code', () => {
  let database: TestDatabase;
  let app: TestApp;
  let pbx: PbxEvents;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    pbx = new PbxEvents(app);
  });

  /** @param startedAt seconds from now */
  async function formerCall(status: string, startedAt: number, columns: object = {}): Promise<void> {
    const row = {
      external_call_id: 'BN-OLD',
      customer_phone: NUMBER,
      customer_number_e164: '+8801712345678',
      direction: 'inbound',
      agent_phone: '201',
      status,
      started_at: pbx.time(startedAt),
      created_at: pbx.time(startedAt),
      answered_at: status === 'answered' ? pbx.time(startedAt + 5) : null,
      ...columns,
    };
    const names = Object.keys(row).join(', ');
    await app.db.query(
      `INSERT INTO telephony_calls (${names})
       SELECT ${names} FROM jsonb_populate_record(NULL::telephony_calls, $1)`,
      [JSON.stringify(row)],
    );
  }

  it('that never ended ends with the last that is known of it, after an unknown wait, without a task', async () => {
    await formerCall('ringing', -114 * DAY);
    await closeOpenCalls(app);
    expect(await app.onlyCall()).toMatchObject({
      status: 'failed',
      endedAt: new Date(pbx.time(-114 * DAY)),
      waitSeconds: null,
      durationSeconds: null,
      inferred: expect.arrayContaining(['status', 'ended_at']),
    });
    expect(await app.tasks()).toEqual([]);
  });

  it('that was answered ends with its answer, and no length of the talk is invented', async () => {
    await formerCall('answered', -114 * DAY);
    await closeOpenCalls(app);
    expect(await app.onlyCall()).toMatchObject({
      status: 'completed',
      endedAt: new Date(pbx.time(-114 * DAY + 5)),
      durationSeconds: null,
    });
  });

  it('that is stuck in its talk hides no miss of the customer who calls again', async () => {
    await formerCall('answered', -3600);
    await pbx.incoming('BN-NEW', -60, NUMBER);
    await pbx.missed(null, -40, NUMBER);
    const calls = await app.calls();
    expect(calls.map(({ disposition }) => disposition)).toEqual([null, 'missed']);
    expect(await app.tasks()).toMatchObject([{ status: 'pending', customerId: NUMBER }]);
  });

  it('keeps what it was, when the PBX reports more of it', async () => {
    await formerCall('completed', -600, { ended_at: pbx.time(-500), duration_seconds: 0 });
    await pbx.recording('BN-OLD', 'https://pbx.example/1.mp3', 60);
    expect(await app.onlyCall()).toMatchObject({
      status: 'completed',
      disposition: 'completed',
      direction: 'inbound',
      recordingUrl: 'https://pbx.example/1.mp3',
    });
  });

  it.each(['a text', 42, ['a', 'list'], true])('keeps a meta that is no object: %j', async (meta) => {
    await formerCall('ringing', -60, { meta });
    await pbx.answered('BN-OLD', -50, '201');
    expect((await app.onlyCall()).meta).toMatchObject({ former: meta, events: [{ type: 'answered' }] });
  });
});
