import { jest } from '@jest/globals';
import type { ErrorCode } from '../../src/common/errors/error-code.js';
import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import type { Call } from '../../src/modules/telephony/calls/call.entity.js';
import type { StartAnswerName } from '../../src/simulator/start-answer.js';
import { type ConfigOverrides, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PBX_KEY, SimulatedPbx } from '../support/simulated-pbx.js';

/** Timeout that is long enough for a request to arrive, and too short for the response of a slow PBX. */
const SHORT_TIMEOUT_MS = 500;
const NEVER_MS = 600_000;

function errorBody(statusCode: number, code: ErrorCode): object {
  return { statusCode, code, message: expect.any(String), requestId: expect.any(String) };
}

/** Expects the rows of a failed start: a failed call, and its task pending again. */
async function expectNoCall(app: TestApp): Promise<void> {
  expect(await app.onlyCall()).toMatchObject({
    externalCallId: null,
    status: 'failed',
    disposition: 'failed',
    endReason: 'provider_error',
    answeredAt: null,
    durationSeconds: null,
    inferred: expect.arrayContaining(['status', 'ended_at']),
  });
  expect(await app.tasks()).toEqual([
    expect.objectContaining({
      status: 'pending',
      completedAt: null,
      notes: expect.stringMatching(/^Asked for a call\.\nCall on .+ could not be placed: .+ \(call 1\)\.$/u),
    }),
  ]);
  const log = JSON.stringify(app.log);
  expect(log).toContain('/api/call/start');
  expect(log).not.toContain(PBX_KEY);
  expect(log).not.toContain('1712345678');
}

/** Advances the clock of this process; the simulator has its own. */
function advanceClock(seconds: number): void {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + seconds * 1000);
}

describe('live mode, when the PBX misbehaves', () => {
  let database: TestDatabase;
  let pbx: SimulatedPbx;
  const apps: TestApp[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    pbx = await SimulatedPbx.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(async () => {
    await pbx.close();
    await database.drop();
  });

  /** A new application, because a circuit breaker counts faults of earlier tests, and a task to call from. */
  async function freshApp(bracknet: ConfigOverrides['bracknet'] = {}) {
    const app = await TestApp.start(database, { bracknet: { ...pbx.access, ...bracknet } });
    apps.push(app);
    await app.clear();
    await pbx.reset();
    pbx.sendWebhooksTo(app);
    const task = await app.db.manager.save(CallTask, {
      customerId: '01712345678',
      priority: 'cold',
      callReason: 'follow_up',
      status: 'pending',
      notes: 'Asked for a call.',
    } as const);
    const start = { agent_extension: '201', customer_number: '01712345678', crm_call_id: String(task.id) };
    return { app, click: () => app.post('/api/call/start', start) };
  }

  /** A call whose events the CRM receives after the agent got PBX_TIMEOUT. `before` is the call before them. */
  async function lateCall() {
    const { app, click } = await freshApp({ timeoutMs: SHORT_TIMEOUT_MS });
    await pbx.behave({ answer: 'slow', slowMs: SHORT_TIMEOUT_MS * 2, echoCrmCallId: true });
    const failed = click();
    const seen: Call[] = [];
    pbx.beforeWebhook = async () => {
      await failed;
      seen.push(await app.onlyCall());
    };
    expect((await failed).body.code).toBe('PBX_TIMEOUT');
    await pbx.deliveredWebhooks(3);
    return { app, before: seen[0] };
  }

  /** An application whose circuit is open, after five consecutive faults. */
  async function openCircuit() {
    const fresh = await freshApp();
    await pbx.behave({ answer: 'http500' });
    for (let nth = 0; nth < 5; nth += 1) expect((await fresh.click()).body.code).toBe('PBX_UNREACHABLE');
    return fresh;
  }

  it.each<[string, number, ErrorCode, StartAnswerName]>([
    ['in HTML', 502, 'PBX_UNINTELLIGIBLE', 'html'],
    ['empty', 502, 'PBX_UNINTELLIGIBLE', 'empty'],
    ['without an id of the call', 502, 'PBX_UNINTELLIGIBLE', 'no-id'],
    ['of 16 MiB', 502, 'PBX_UNINTELLIGIBLE', 'huge'],
    ['a redirect', 502, 'PBX_UNINTELLIGIBLE', 'redirect'],
    ['400', 502, 'PBX_REFUSED', 'http400'],
    ['500', 502, 'PBX_UNREACHABLE', 'http500'],
  ])(
    'a response that is %s gives %i %s; the request is sent once and creates no call',
    async (_what, status, code, answer) => {
      const { app, click } = await freshApp();
      await pbx.behave({ answer });
      const failed = await click();
      expect([failed.status, failed.body]).toEqual([status, errorBody(status, code)]);
      expect(await pbx.requests('start')).toHaveLength(1);
      await expectNoCall(app);
    },
  );

  it('the PBX’s message is returned when it rejects a start', async () => {
    const { click } = await freshApp();
    await pbx.behave({ answer: 'http400' });
    expect((await click()).body.message).toBe('The PBX refused: Extension is not registered');
  });

  it('a response after the timeout gives 504 PBX_TIMEOUT; the request is sent once and creates no call', async () => {
    const { app, click } = await freshApp({ timeoutMs: SHORT_TIMEOUT_MS });
    await pbx.behave({ answer: 'slow', slowMs: NEVER_MS });
    const failed = await click();
    expect([failed.status, failed.body]).toEqual([504, errorBody(504, 'PBX_TIMEOUT')]);
    expect(await pbx.requests('start')).toHaveLength(1);
    await expectNoCall(app);
  });

  it('a PBX that is down gives 502 PBX_UNREACHABLE and no call', async () => {
    const stopped = await SimulatedPbx.start();
    await stopped.close();
    const { app, click } = await freshApp(stopped.access);
    const failed = await click();
    expect([failed.status, failed.body]).toEqual([502, errorBody(502, 'PBX_UNREACHABLE')]);
    await expectNoCall(app);
  });

  it.each<StartAnswerName>(['callId', 'id'])(
    'a response with the id of the call in `%s` is accepted',
    async (answer) => {
      const { app, click } = await freshApp();
      await pbx.behave({ answer });
      const { status, body } = await click();
      await pbx.deliveredWebhooks(3);
      expect([status, body.bracknet_call_id]).toEqual([200, expect.stringMatching(/^BN-CALL-\d+$/u)]);
      expect(await app.onlyCall()).toMatchObject({
        externalCallId: body.bracknet_call_id,
        status: 'completed',
      });
    },
  );

  it('a click after a failed one is a new call, sent at once', async () => {
    const { app, click } = await freshApp();
    await pbx.behave({ answer: 'http500' });
    await click();
    await pbx.behave({ answer: 'ok' });
    const { status, body } = await click();
    await pbx.deliveredWebhooks(3);
    expect([status, body.telephonyCallId]).toEqual([200, 2]);
    expect(await pbx.requests('start')).toHaveLength(2);
    expect((await app.calls()).map(({ status }) => status)).toEqual(['failed', 'completed']);
  });

  describe('a call that the PBX placed although its response was too late', () => {
    it('is corrected by its events', async () => {
      const { app, before } = await lateCall();
      expect(before).toMatchObject({ status: 'failed', endReason: 'provider_error', externalCallId: null });
      expect(await app.onlyCall()).toMatchObject({
        externalCallId: expect.stringMatching(/^BN-CALL-\d+$/u),
        status: 'completed',
        disposition: 'completed',
        endReason: 'completed',
        durationSeconds: 65,
      });
    });

    it('is summarised in the notes of its task, after the note that it could not be placed', async () => {
      const { app } = await lateCall();
      const [task] = await app.tasks();
      expect(task?.notes?.split('\n')).toEqual([
        'Asked for a call.',
        expect.stringContaining('could not be placed'),
        expect.stringMatching(/^Call on .+: outbound completed, talked 1 min 5 s, .+ \(call 1\)\.$/u),
      ]);
    });
  });

  describe('the circuit', () => {
    it('opens after five faults: 503 with Retry-After, no request to the PBX, and a failed row', async () => {
      const { app, click } = await openCircuit();
      const { status, body, headers } = await click();
      expect([status, body]).toEqual([503, errorBody(503, 'PBX_CIRCUIT_OPEN')]);
      expect(headers['retry-after']).toMatch(/^[1-9]\d*$/u);
      expect(await pbx.requests('start')).toHaveLength(5);
      expect((await app.calls()).at(-1)).toMatchObject({ status: 'failed', endReason: 'provider_error' });
      expect(await app.tasks()).toEqual([expect.objectContaining({ status: 'pending' })]);
    });

    it('rejects hangup and transfer too while it is open', async () => {
      const { app } = await openCircuit();
      const call = { bracknet_call_id: 'BN-CALL-456789' };
      const hangup = await app.post('/api/call/hangup', call, SUPERVISOR);
      expect([hangup.status, hangup.body.code]).toEqual([503, 'PBX_CIRCUIT_OPEN']);
      const transfer = await app.post(
        '/api/call/transfer',
        { ...call, transfer_extension: '305' },
        SUPERVISOR,
      );
      expect([transfer.status, transfer.body.code]).toEqual([503, 'PBX_CIRCUIT_OPEN']);
      expect(await pbx.requests('hangup')).toEqual([]);
    });

    it('closes again when the PBX responds after the pause', async () => {
      const { click } = await openCircuit();
      await pbx.behave({ answer: 'ok', scenario: 'busy' });
      expect((await click()).status).toBe(503);
      advanceClock(10);
      for (let nth = 1; nth <= 2; nth += 1) {
        expect((await click()).status).toBe(200);
        await pbx.deliveredWebhooks(nth);
      }
      expect(await pbx.requests('start')).toHaveLength(7);
    });

    it('allows a request to the PBX after the time in Retry-After', async () => {
      const { click } = await openCircuit();
      await pbx.behave({ answer: 'ok', scenario: 'busy' });
      advanceClock(Number((await click()).headers['retry-after']));
      expect((await click()).status).toBe(200);
      await pbx.deliveredWebhooks(1);
    });

    it('stays closed when the PBX rejects calls repeatedly', async () => {
      const { click } = await freshApp();
      await pbx.behave({ answer: 'http400' });
      for (let nth = 0; nth < 7; nth += 1) expect((await click()).body.code).toBe('PBX_REFUSED');
      expect(await pbx.requests('start')).toHaveLength(7);
    });
  });
});
