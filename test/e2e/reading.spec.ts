import { AGENT_201, AGENT_202, SUPERVISOR, TestApp, tokenOf } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('reading calls back', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    // 23:30 on the 2nd and 00:30 on the 3rd in Dhaka are one day in UTC.
    await incoming('BN-1', '201', '01712345678', '2026-01-02T17:30:00Z');
    await incoming('BN-2', '201', '01812345678', '2026-01-02T18:30:00Z');
    await incoming('BN-3', '202', '01712345678', '2026-01-03T05:00:00Z');
    await app.webhook('call-ended', {
      event: 'call_ended',
      bracknet_call_id: 'BN-3',
      duration: 20,
      timestamp: '2026-01-03T05:01:00Z',
    });
    await app.post('/api/call/start', { agent_extension: '201', customer_number: '01912345678' });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function incoming(id: string, extension: string, from: string, timestamp: string): Promise<void> {
    await app.webhook('incoming-call', {
      event: 'incoming_call',
      from,
      to_extension: extension,
      bracknet_call_id: id,
      timestamp,
    });
  }

  async function ids(query: string, who = SUPERVISOR): Promise<number[]> {
    const { body } = await app.get(`/api/telephony/calls?${query}`, who);
    return body.items.map(({ id }: { id: number }) => id);
  }

  it('returns the newest first, in the format of the front end', async () => {
    const { status, body } = await app.get('/api/telephony/calls', SUPERVISOR);
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 4, totalIsExact: true, page: 1, limit: 50 });
    expect(body.items.map(({ id }: { id: number }) => id)).toEqual([4, 3, 2, 1]);
    expect(Object.keys(body.items[0])).toEqual(
      expect.arrayContaining([
        'id',
        'externalCallId',
        'taskId',
        'agentUserId',
        'agentPhone',
        'customerPhone',
        'direction',
        'status',
        'startedAt',
        'answeredAt',
        'endedAt',
        'durationSeconds',
        'recordingUrl',
        'queueName',
        'trunkName',
        'waitSeconds',
        'holdSeconds',
        'disposition',
        'createdAt',
        'updatedAt',
      ]),
    );
    expect(body.items[0]).not.toHaveProperty('facts');
    expect(body.items[0]).not.toHaveProperty('idempotencyKey');
  });

  it('filters by status, direction, agent and number in any format', async () => {
    expect(await ids('status=completed')).toEqual([3]);
    expect(await ids('direction=outbound')).toEqual([4]);
    expect(await ids('agentUserId=7')).toEqual([4]);
    expect(await ids('customerPhone=8801712345678')).toEqual([3, 1]);
    expect(await ids(`customerPhone=${encodeURIComponent('০১৭১২-৩৪৫৬৭৮')}`)).toEqual([3, 1]);
    expect(await ids('status=completed&direction=outbound')).toEqual([]);
    expect(await ids('externalCallId=BN-3')).toEqual([3]);
    expect(await ids('externalCallId=BN-3', AGENT_201)).toEqual([]);
    expect(await ids('externalCallId=bn-3')).toEqual([]);
  });

  it('reads a date as a day of the business time zone, and a time as that instant', async () => {
    expect(await ids('from=2026-01-03&to=2026-01-03')).toEqual([3, 2]);
    expect(await ids('from=2026-01-02&to=2026-01-02')).toEqual([1]);
    expect(await ids('from=2026-01-03T00:30:00%2B06:00&to=2026-01-03T05:00:00Z')).toEqual([2]);
  });

  it.each(['+06:00', '+0600', '+06', '.000+06:00'])(
    'reads the offset %s also where + is not escaped',
    async (offset) => {
      expect(await ids(`from=2026-01-03T00:30:00${offset}&to=2026-01-03T11:00:00${offset}`)).toEqual([2]);
      expect(await ids(`from=2026-01-03T00:30:01${offset}&to=2026-01-03T11:00:00${offset}`)).toEqual([]);
    },
  );

  it('returns pages, and an empty page beyond the end', async () => {
    expect(await ids('limit=2&page=2')).toEqual([2, 1]);
    expect(await ids('limit=2&page=3')).toEqual([]);
  });

  it('returns the calls of several statuses separated by commas', async () => {
    expect(await ids('status=ringing,initiated')).toEqual([4, 2, 1]);
    expect(await ids('status=completed,ringing&customerPhone=01712345678')).toEqual([3, 1]);
  });

  it('names the words that it takes when one of several statuses is unknown', async () => {
    const { body } = await app.get('/api/telephony/calls?status=ringing,ended', SUPERVISOR);
    expect(body.message).toBe(
      'each status must be one of initiated, ringing, answered, completed, failed, missed',
    );
  });

  it('cuts a larger limit to 200, and returns the limit it used', async () => {
    for (const limit of [201, 500, 2000, 2_000_000_000]) {
      const { status, body } = await app.get(`/api/telephony/calls?limit=${limit}`, SUPERVISOR);
      expect([status, body.limit, body.items.length]).toEqual([200, 200, 4]);
    }
    expect((await app.get('/api/crm/call-tasks?limit=1000', SUPERVISOR)).body.limit).toBe(200);
  });

  it.each(['page=51&limit=200', 'page=51&limit=2000&from=2026-01-01', 'page=2147483647'])(
    'refuses %s, which goes beyond ten thousand calls, and names the cursor as the way out',
    async (query) => {
      const { status, body } = await app.get(`/api/telephony/calls?${query}`, SUPERVISOR);
      expect([status, body.code, body.details[0].field]).toEqual([400, 'PAGE_TOO_FAR', 'page']);
      expect(body.message).toContain('Go on with cursor');
    },
  );

  it('returns an empty page where the ten thousand calls end', async () => {
    expect(await ids('page=50&limit=500')).toEqual([]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=many', 'limit'],
    ['page=first', 'page'],
    ['status=ended', 'status'],
    ['status=ringing,', 'status'],
    ['from=yesterday', 'from'],
    ['from=2026-02-31', 'from'],
    ['color=red', 'color'],
  ])('refuses %s by name', async (query, field) => {
    const { status, body } = await app.get(`/api/telephony/calls?${query}`, SUPERVISOR);
    expect([status, body.code, body.details[0].field]).toEqual([400, 'VALIDATION_FAILED', field]);
  });

  it('shows agents their own calls: started by them or at their extension', async () => {
    expect(await ids('', AGENT_201)).toEqual([4, 2, 1]);
    expect(await ids('', AGENT_202)).toEqual([3]);
    expect(await ids('', { userId: 9, role: 'agent' })).toEqual([]);
    expect(await ids('agentUserId=7', AGENT_202)).toEqual([]);
  });

  it('shows one call, and supervisors also see the PBX’s data', async () => {
    const own = await app.get('/api/telephony/calls/3', AGENT_202);
    expect(own.body).toMatchObject({ id: 3, externalCallId: 'BN-3', status: 'completed' });
    expect(own.body).not.toHaveProperty('receipts');
    const { body } = await app.get('/api/telephony/calls/3', SUPERVISOR);
    expect(body.receipts.map(({ route }: { route: string }) => route)).toEqual([
      'incoming-call',
      'call-ended',
    ]);
    expect(JSON.parse(body.receipts[1].body)).toMatchObject({ event: 'call_ended' });
  });

  it('returns 404 for another agent’s call and for one that does not exist', async () => {
    for (const [id, who] of [['3', AGENT_201] as const, ['99', SUPERVISOR] as const]) {
      const { status, body } = await app.get(`/api/telephony/calls/${id}`, who);
      expect([status, body.code]).toEqual([404, 'CALL_NOT_FOUND']);
    }
    for (const id of ['abc', '0', '-1', '99999999999']) {
      expect((await app.get(`/api/telephony/calls/${id}`, SUPERVISOR)).body.code).toBe('VALIDATION_FAILED');
    }
  });

  it('is for staff alone', async () => {
    const { status, body } = await app.get('/api/telephony/calls', { userId: 5, role: 'customer-account' });
    expect([status, body.code]).toEqual([403, 'CUSTOMER_TOKEN_REFUSED']);
    expect(await tokenOf(AGENT_201)).toMatch(/^ey/u);
  });
});
