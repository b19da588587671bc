import { io, type Socket } from 'socket.io-client';
import { readWatchArguments, type WatchRequest } from '../../src/cli/watch-arguments.js';
import { watch } from '../../src/cli/watch-command.js';
import { createTelephonyClient, type TelephonyClient, type TelephonyState } from '../../src/client/client.js';
import { Customer } from '../../src/modules/crm/customers/customer.entity.js';
import { AGENT_201, AGENT_202, JWT_SECRET, SUPERVISOR, TestApp, tokenOf } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { PbxEvents } from '../support/pbx-events.js';

const CALLER = '01712345678';

/** What a page of the CRM reads of a call. */
interface CrmCall {
  readonly id: number;
  readonly customerPhone?: string;
  readonly fromNumber?: string;
  readonly agentUserId?: number | null;
  readonly status?: string;
}

interface CrmCustomer {
  readonly id: number;
  readonly name: string;
  readonly phone: string | null;
  readonly email: string | null;
}

/** The socket of the CRM's front end: its options, its events, and what it does with them. */
class CrmSocket {
  readonly popups: { id: number; number: string; customer: CrmCustomer | null }[] = [];
  readonly statuses: string[] = [];
  readonly presence: { userId: number; status: string }[] = [];
  readonly socket: Socket;

  constructor(url: string, token: string, userId: number) {
    this.socket = io(`${url}/telephony`, {
      auth: { token },
      transports: ['websocket'],
      reconnection: true,
      reconnectionAttempts: 10,
      reconnectionDelay: 1000,
    });
    this.socket.on('incoming_call', ({ call, customer }: { call: CrmCall; customer: CrmCustomer | null }) => {
      this.popups.push({ id: call.id, number: call.customerPhone || call.fromNumber || '', customer });
    });
    this.socket.on('call_updated', ({ call }: { call: CrmCall }) => {
      if (call.agentUserId === userId) this.statuses.push(call.status ?? '');
    });
    this.socket.on('agent_presence', ({ userId: id, status }: { userId: number; status: string }) => {
      this.presence.push({ userId: id, status });
    });
  }
}

describe('clients of the pushes', () => {
  let database: TestDatabase;
  let app: TestApp;
  let pbx: PbxEvents;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    pbx = new PbxEvents(app);
  });
  // Ids go on: a row with an id that was used before would be an older version for the service.
  beforeEach(() =>
    app.db.query(
      'TRUNCATE telephony_calls, telephony_start_keys, telephony_webhook_receipts, crm_call_tasks, customers CASCADE',
    ),
  );
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  describe("the CRM's own, unchanged", () => {
    let crm: CrmSocket;

    beforeEach(async () => {
      crm = new CrmSocket(app.url, await tokenOf(AGENT_201), AGENT_201.userId);
      await new Promise<void>((resolve) => crm.socket.once('connect', resolve));
    });
    afterEach(() => crm.socket.disconnect());

    it('shows who calls', async () => {
      const customer = { name: 'Rahima', phone: CALLER, email: 'r@example.com' };
      const { id: customerId } = await app.db.getRepository(Customer).save({ ...customer });
      await pbx.incoming('CRM-1', 0, CALLER);
      await eventually(() => expect(crm.popups).toHaveLength(1));
      const { id } = await app.onlyCall();
      expect(crm.popups).toEqual([
        { id, number: CALLER, customer: expect.objectContaining({ ...customer, id: customerId }) },
      ]);
    });

    it('follows a call of its agent to the end', async () => {
      const call = { agent_extension: '201', customer_number: CALLER };
      const { body } = await app.post('/api/call/start', call);
      const id: string = body.bracknet_call_id;
      await pbx.answered(id, 5, '201');
      await eventually(() => expect(crm.statuses.at(-1)).toBe('answered'));
      await pbx.ended(id, 60, { duration: 55 });
      await eventually(() => expect(crm.statuses.at(-1)).toBe('completed'));
      expect(crm.popups).toEqual([]);
    });

    it('shows no call that rings at another agent', async () => {
      await pbx.incoming('CRM-2', 0, CALLER, '202');
      await pbx.incoming('CRM-3', 0, '01812345678');
      await eventually(() => expect(crm.popups).toHaveLength(1));
      expect(crm.popups[0]?.number).toBe('01812345678');
    });
  });

  describe('that of this project', () => {
    let client: TelephonyClient;

    afterEach(() => client.close());

    async function connect(user = AGENT_201): Promise<void> {
      client = createTelephonyClient({ url: app.url, getToken: () => tokenOf(user) });
      await until(({ connection }) => connection.status === 'live');
    }

    async function until(condition: (state: TelephonyState) => boolean): Promise<TelephonyState> {
      return eventually(() => {
        const state = client.getSnapshot();
        if (!condition(state)) throw new Error(JSON.stringify(state));
        return state;
      });
    }

    it('has the open calls of its agent, follows them, and shows who calls', async () => {
      await app.db.getRepository(Customer).save({ name: 'Rahima', phone: CALLER });
      await pbx.incoming('OWN-1', 0, '01812345678');
      await pbx.incoming('OWN-2', 0, '01812345679', '202');
      await connect();
      expect(client.getSnapshot()).toMatchObject({
        me: { userId: AGENT_201.userId, role: 'agent', extensions: ['201'] },
        calls: [{ externalCallId: 'OWN-1', status: 'ringing' }],
      });
      await pbx.incoming('OWN-3', 0, CALLER);
      const { calls, callers } = await until((state) => state.callers.size === 2);
      expect(callers.get(calls[0]?.id ?? 0)).toMatchObject({ customer: { name: 'Rahima' }, matchCount: 1 });
      await pbx.ended('OWN-1', 30, {});
      await pbx.answered('OWN-3', 5, '201');
      const after = await until(({ ended }) => ended.length === 1);
      await until((state) => state.calls[0]?.status === 'answered');
      expect(after.ended[0]?.externalCallId).toBe('OWN-1');
    });

    it('has every call for a supervisor', async () => {
      await connect(SUPERVISOR);
      await pbx.incoming('OWN-4', 0, CALLER, '202');
      const { calls } = await until((state) => state.calls.length === 1);
      expect(calls[0]).toMatchObject({ externalCallId: 'OWN-4', agentPhone: '202' });
    });

    it('is refused with the code of the service', async () => {
      client = createTelephonyClient({ url: app.url, getToken: () => 'no token' });
      const { connection } = await until((state) => state.connection.status === 'refused');
      expect(connection.code).toBe('UNAUTHENTICATED');
    });

    it('has what it missed when its connection was lost', async () => {
      await connect(AGENT_202);
      await pbx.incoming('OWN-5', 0, CALLER, '202');
      await until(({ calls }) => calls.length === 1);
      client.reconnect();
      await pbx.ended('OWN-5', 20, {});
      await pbx.incoming('OWN-6', 0, '01812345678', '202');
      const { calls } = await until((state) => state.ended.length === 1 && state.calls.length === 1);
      expect(calls[0]?.externalCallId).toBe('OWN-6');
    });
  });

  it('npm run watch shows the life of a call', async () => {
    const printed: string[] = [];
    const end = new AbortController();
    const request = (await readWatchArguments(['--extension', '201', '--url', app.url], () =>
      loadConfiguration({ JWT_SECRET }),
    )) as WatchRequest;
    const watching = watch(request, (line) => printed.push(line), end.signal);
    await eventually(() => expect(printed.at(-1)).toMatch(/waiting for messages$/u));
    await pbx.incoming('WATCH-1', 0, CALLER);
    await pbx.ended('WATCH-1', 20, {});
    await eventually(() => {
      // Which of the two is told first is not certain.
      expect(printed.join('\n')).toMatch(/call_updated +call \d+ +failed/u);
      expect(printed.join('\n')).toMatch(/task_changed +task \d+ +pending/u);
    });
    end.abort();
    await watching;
    expect(printed.filter((line) => line.includes('incoming_call'))).toHaveLength(1);
    expect(printed.join('\n')).not.toContain(CALLER);
  });
});
