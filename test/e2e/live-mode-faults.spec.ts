import { jest } from '@jest/globals';
import type { ErrorCode } from '../../src/common/errors/error-code.js';
import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import type { Call } from '../../src/modules/telephony/calls/call.entity.js';
import type { StartAnswerName } from '../../src/simulator/start-answer.js';
import { type ConfigOverrides, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PBX_KEY, SimulatedPbx } from '../support/simulated-pbx.js';

/** For the PBX that is slow: time for a request to arrive, none for its answer. */
const IMPATIENT_MS = 500;
const NEVER_MS = 600_000;

function sayingNo(statusCode: number, code: ErrorCode): object {
  return { statusCode, code, message: expect.any(String), requestId: expect.any(String) };
}

/** What every start that did not become a call leaves behind. */
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

/** Lets time go by for this process: the simulator has a clock of its own. */
function pass(seconds: number): void {
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

  /** A fresh application, for its circuit breaker remembers the faults of other tests; and a task to call from. */
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

  /** Held back until the agent has heard of the failure, and then told. */
  async function lateCall() {
    const { app, click } = await freshApp({ timeoutMs: IMPATIENT_MS });
    await pbx.behave({ answer: 'slow', slowMs: IMPATIENT_MS * 2, echoCrmCallId: true });
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

  /** After five faults in a row. */
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
  ])('an answer that is %s is %i %s, sent once, and never a call', async (_what, status, code, answer) => {
    const { app, click } = await freshApp();
    await pbx.behave({ answer });
    const failed = await click();
    expect([failed.status, failed.body]).toEqual([status, sayingNo(status, code)]);
    expect(await pbx.requests('start')).toHaveLength(1);
    await expectNoCall(app);
  });

  it('the PBX’s own words are passed on when it refuses', async () => {
    const { click } = await freshApp();
    await pbx.behave({ answer: 'http400' });
    expect((await click()).body.message).toBe('The PBX refused: Extension is not registered');
  });

  it('an answer that does not come in time is 504 PBX_TIMEOUT, sent once, and never a call', async () => {
    const { app, click } = await freshApp({ timeoutMs: IMPATIENT_MS });
    await pbx.behave({ answer: 'slow', slowMs: NEVER_MS });
    const failed = await click();
    expect([failed.status, failed.body]).toEqual([504, sayingNo(504, 'PBX_TIMEOUT')]);
    expect(await pbx.requests('start')).toHaveLength(1);
    await expectNoCall(app);
  });

  it('a PBX that is down altogether is 502 PBX_UNREACHABLE, and never a call', async () => {
    const gone = await SimulatedPbx.start();
    await gone.close();
    const { app, click } = await freshApp(gone.access);
    const failed = await click();
    expect([failed.status, failed.body]).toEqual([502, sayingNo(502, 'PBX_UNREACHABLE')]);
    await expectNoCall(app);
  });

  it.each<StartAnswerName>(['callId', 'id'])(
    'an answer that names the call in `%s` is good',
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

  it('a click after a failed one is a new call, to be tried at once', async () => {
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

  describe('a call that was placed although its answer came too late', () => {
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

    it('is summarised in the notes of its task, which said that it could not be placed', async () => {
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
    it('opens after five faults: 503 with Retry-After, the PBX is not asked, and the row is failed', async () => {
      const { app, click } = await openCircuit();
      const { status, body, headers } = await click();
      expect([status, body]).toEqual([503, sayingNo(503, 'PBX_CIRCUIT_OPEN')]);
      expect(headers['retry-after']).toMatch(/^[1-9]\d*$/u);
      expect(await pbx.requests('start')).toHaveLength(5);
      expect((await app.calls()).at(-1)).toMatchObject({ status: 'failed', endReason: 'provider_error' });
      expect(await app.tasks()).toEqual([expect.objectContaining({ status: 'pending' })]);
    });

    it('refuses hangup and transfer too while it is open', async () => {
      const { app } = await openCircuit();
      const call = { bracknet_call_id: 'BN-CALL-456789' };
      const hangup = await app.post('/api/call/hangup', call);
      expect([hangup.status, hangup.body.code]).toEqual([503, 'PBX_CIRCUIT_OPEN']);
      const transfer = await app.post('/api/call/transfer', { ...call, transfer_extension: '305' });
      expect([transfer.status, transfer.body.code]).toEqual([503, 'PBX_CIRCUIT_OPEN']);
      expect(await pbx.requests('hangup')).toEqual([]);
    });

    it('closes again when the PBX answers after the pause', async () => {
      const { click } = await openCircuit();
      await pbx.behave({ answer: 'ok', scenario: 'busy' });
      expect((await click()).status).toBe(503);
      pass(10);
      for (let nth = 1; nth <= 2; nth += 1) {
        expect((await click()).status).toBe(200);
        await pbx.deliveredWebhooks(nth);
      }
      expect(await pbx.requests('start')).toHaveLength(7);
    });

    it('asks the PBX again once the time that Retry-After named is over', async () => {
      const { click } = await openCircuit();
      await pbx.behave({ answer: 'ok', scenario: 'busy' });
      pass(Number((await click()).headers['retry-after']));
      expect((await click()).status).toBe(200);
      await pbx.deliveredWebhooks(1);
    });

    it('stays closed however often the PBX refuses', async () => {
      const { click } = await freshApp();
      await pbx.behave({ answer: 'http400' });
      for (let nth = 0; nth < 7; nth += 1) expect((await click()).body.code).toBe('PBX_REFUSED');
      expect(await pbx.requests('start')).toHaveLength(7);
    });
  });
});
