import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { AGENT_201, SUPERVISOR, type TestApp } from '../support/app.js';
import { PbxEvents } from '../support/pbx-events.js';
import { assigned, useExtensions } from '../support/extension-desk.js';

/** As the CRM issues tokens: they name no extension. */
const AGENT_7: TokenRequest = { userId: 7, role: 'agent' };
const AGENT_8: TokenRequest = { userId: 8, role: 'agent' };
const NUMBER = '01712345678';

const extensions = useExtensions();
let app: TestApp;

beforeEach(() => {
  app = extensions.app;
});

describe('a call', () => {
  let pbx: PbxEvents;
  beforeEach(() => {
    pbx = new PbxEvents(app, Date.now() - 600_000);
  });

  /** As if it had been assigned so many seconds after the first event. */
  async function holder(
    extension: string,
    userId: number,
    from: number,
    to: number | null = null,
  ): Promise<void> {
    await app.db.query(
      `INSERT INTO telephony_extension_history (extension, kind, user_id, from_at, to_at)
       VALUES ($1, 'agent', $2, $3, coalesce($4::timestamptz, 'infinity'))`,
      [extension, userId, pbx.time(from), to === null ? null : pbx.time(to)],
    );
  }

  const sees = async (who: TokenRequest, id: number): Promise<boolean> =>
    (await app.get(`/api/telephony/calls/${id}`, who)).status === 200;
  const lists = async (who: TokenRequest): Promise<unknown[]> =>
    (await app.get('/api/telephony/calls', who)).body.items.map(({ id }: { id: number }) => id);

  it('is of who held its extension at its own time, and not of who holds it now', async () => {
    await holder('201', 7, -100, 50);
    await holder('201', 8, 50);
    await pbx.incoming('C1', 0, NUMBER);
    await pbx.answered('C1', 5, '201');
    const call = await app.onlyCall();
    expect(call).toMatchObject({ agentUserId: 7, firstAgentUserId: 7, userIds: [7] });
    expect([await sees(AGENT_7, call.id), await sees(AGENT_8, call.id)]).toEqual([true, false]);
    expect([await lists(AGENT_7), await lists(AGENT_8)]).toEqual([[call.id], []]);
    expect((await app.get('/api/telephony/calls?agentUserId=7', SUPERVISOR)).body.total).toBe(1);
    expect(await sees(AGENT_201, call.id)).toBe(true);
  });

  it('of a time before the first holder is nobody’s', async () => {
    await holder('201', 7, 50);
    await pbx.incoming('C1', 0, NUMBER);
    expect(await app.onlyCall()).toMatchObject({ agentUserId: null, userIds: [] });
  });

  it('that was transferred is on the lists of both agents', async () => {
    await holder('201', 7, -100);
    await holder('202', 8, -100);
    await pbx.incoming('C1', 0, NUMBER);
    await pbx.answered('C1', 5, '201');
    await pbx.answered('C1', 30, '202');
    const call = await app.onlyCall();
    expect(call).toMatchObject({ agentUserId: 8, firstAgentUserId: 7, userIds: [7, 8] });
    expect([await lists(AGENT_7), await lists(AGENT_8)]).toEqual([[call.id], [call.id]]);
  });

  it('that an agent started stays his, whoever holds the extension', async () => {
    await holder('201', 8, -100);
    const { body } = await app.post('/api/call/start', { customer_number: NUMBER });
    await new PbxEvents(app).answered(body.bracknet_call_id, 1, '201');
    expect(await app.onlyCall()).toMatchObject({ agentUserId: 7, firstAgentUserId: 8, userIds: [7, 8] });
  });

  it('that another is asked to take is seen by him from then on', async () => {
    await assigned(app, '202', { userId: 8 });
    const { body } = await app.post('/api/call/start', { customer_number: NUMBER });
    await app.post('/api/call/transfer', {
      bracknet_call_id: body.bracknet_call_id,
      transfer_extension: '202',
    });
    const call = await app.onlyCall();
    expect([call.userIds, await sees(AGENT_8, call.id)]).toEqual([[7, 8], true]);
  });

  it('at a group is heard by all its members, and its miss is one', async () => {
    await holder('201', 7, -100);
    await holder('202', 8, -100);
    await pbx.incoming('C1', 0, NUMBER, '600');
    await pbx.missed('C1', 20, NUMBER, '201');
    await pbx.missed('C1', 20, NUMBER, '202');
    const call = await app.onlyCall();
    expect(call).toMatchObject({ status: 'failed', disposition: 'missed', userIds: [7, 8] });
    expect([await sees(AGENT_7, call.id), await sees(AGENT_8, call.id)]).toEqual([true, true]);
    expect(await app.tasks()).toHaveLength(1);
  });

  it('at a group of users rings wherever they sit', async () => {
    await assigned(app, '700', { kind: 'group', members: [8, 9] });
    await new PbxEvents(app).incoming('C1', 1, NUMBER, '700');
    expect(await app.onlyCall()).toMatchObject({ agentUserId: null, userIds: [8, 9] });
  });

  it('that a queue answers still waits', async () => {
    await assigned(app, '700', { kind: 'queue', members: [8] });
    const now = new PbxEvents(app);
    await now.incoming('C1', 1, NUMBER, '700');
    await now.answered('C1', 2, '700');
    expect(await app.onlyCall()).toMatchObject({ status: 'ringing', answeredAt: null });
  });

  it('of the former code keeps its agent, and one of an earlier version that of its start', async () => {
    await holder('201', 8, -100);
    await app.db.query(
      `INSERT INTO telephony_calls (external_call_id, agent_user_id, agent_phone, customer_phone, customer_number_e164, direction, status, started_at, facts)
       VALUES ('F1', 3, '201', '01712345678', '+8801712345678', 'inbound', 'ringing', $1, NULL),
              ('E1', 4, '201', '01712345679', '+8801712345679', 'outbound', 'initiated', $1, $2)`,
      [
        pbx.time(0),
        {
          origin: {
            kind: 'start',
            at: pbx.time(0),
            direction: 'outbound',
            phone: '01712345679',
            e164: '+8801712345679',
            extension: '201',
          },
        },
      ],
    );
    await pbx.answered('F1', 5, '201');
    await pbx.answered('E1', 5, '201');
    await pbx.ended('F1', 10, { duration: 5 });
    await pbx.ended('E1', 10, { duration: 5 });
    expect(await app.calls()).toMatchObject([
      { status: 'completed', agentUserId: 3, userIds: [3, 8] },
      { status: 'completed', agentUserId: 4, userIds: [4, 8] },
    ]);
  });
});
