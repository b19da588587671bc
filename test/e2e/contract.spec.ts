import { AGENT_201, AGENT_202, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const START = {
  agent_extension: '201',
  agent_id: 'A102',
  customer_number: '01700000000',
  caller_id: 'TrustCart',
  call_type: 'outbound',
  crm_call_id: 'CRM-CALL-987654',
};
const ENDED = {
  event: 'call_ended',
  bracknet_call_id: 'BN-CALL-456789',
  duration: 135,
  end_reason: 'completed',
};

describe('the contract, on a fresh database in mock mode', () => {
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

  describe('call control', () => {
    it('starts a call, writes its row and responds as the contract specifies', async () => {
      const { status, body } = await app.post('/api/call/start', START);
      expect(status).toBe(200);
      expect(body).toEqual({
        status: 'success',
        bracknet_call_id: expect.stringMatching(/^BN-MOCK-/u),
        message: expect.any(String),
        telephonyCallId: 1,
        mode: 'mock',
        crm_task_id: null,
      });
      expect(await app.onlyCall()).toMatchObject({
        externalCallId: body.bracknet_call_id,
        crmCallId: 'CRM-CALL-987654',
        agentUserId: 7,
        agentPhone: '201',
        customerPhone: '01700000000',
        customerNumberE164: '+8801700000000',
        direction: 'outbound',
        status: 'initiated',
      });
    });

    it('carries a call from click to end, with the PBX’s events on the row of the click', async () => {
      const { body } = await app.post('/api/call/start', START);
      const id = body.bracknet_call_id;
      await app.webhook('call-answered', {
        event: 'call_answered',
        bracknet_call_id: id,
        agent_extension: '201',
        timestamp: '2026-01-03T10:30:10Z',
      });
      expect((await app.onlyCall()).status).toBe('answered');
      await app.webhook('call-ended', { ...ENDED, bracknet_call_id: id, timestamp: '2026-01-03T10:32:25Z' });
      await app.webhook('call-recording', {
        event: 'call_recording_ready',
        bracknet_call_id: id,
        recording_url: 'https://bracknet.com/records/BN-CALL-456789.mp3',
        recording_duration: 135,
      });
      expect(await app.onlyCall()).toMatchObject({
        status: 'completed',
        disposition: 'completed',
        durationSeconds: 135,
        answeredAt: new Date('2026-01-03T10:30:10Z'),
        endedAt: new Date('2026-01-03T10:32:25Z'),
        recordingUrl: 'https://bracknet.com/records/BN-CALL-456789.mp3',
        recordingDurationSeconds: 135,
        endReason: 'completed',
      });
    });

    it('ends a call on hangup in mock mode, with the same response to a second request', async () => {
      const { body } = await app.post('/api/call/start', START);
      for (let i = 0; i < 2; i += 1) {
        const answer = await app.post('/api/call/hangup', { bracknet_call_id: body.bracknet_call_id });
        expect([answer.status, answer.body]).toEqual([200, { status: 'ended', mode: 'mock' }]);
      }
      expect(await app.onlyCall()).toMatchObject({
        status: 'failed',
        disposition: 'no_answer',
        endReason: 'agent_hangup',
        hangupRequestedAt: expect.any(Date),
      });
    });

    it('transfers a call, and rejects the transfer of an ended one', async () => {
      const { body } = await app.post('/api/call/start', START);
      const transfer = { bracknet_call_id: body.bracknet_call_id, transfer_extension: '301' };
      expect((await app.post('/api/call/transfer', transfer)).body).toEqual({
        status: 'success',
        mode: 'mock',
      });
      await app.post('/api/call/hangup', { bracknet_call_id: body.bracknet_call_id });
      const late = await app.post('/api/call/transfer', transfer);
      expect([late.status, late.body]).toEqual([200, { status: 'ended', mode: 'mock' }]);
    });

    it('succeeds in mock mode for an unknown call', async () => {
      const hangup = await app.post('/api/call/hangup', { bracknet_call_id: 'BN-CALL-456789' });
      expect([hangup.status, hangup.body]).toEqual([200, { status: 'ended', mode: 'mock' }]);
      const transfer = { bracknet_call_id: 'BN-CALL-456789', transfer_extension: '301' };
      expect((await app.post('/api/call/transfer', transfer)).body).toEqual({
        status: 'success',
        mode: 'mock',
      });
      expect(await app.calls()).toHaveLength(0);
    });

    it('hides another agent’s call, and opens all to a supervisor', async () => {
      const { body } = await app.post('/api/call/start', START);
      const hangup = { bracknet_call_id: body.bracknet_call_id };
      const refused = await app.post('/api/call/hangup', hangup, AGENT_202);
      expect([refused.status, refused.body.code]).toEqual([404, 'CALL_NOT_FOUND']);
      expect((await app.post('/api/call/hangup', hangup, SUPERVISOR)).status).toBe(200);
    });

    it('allows an agent to start only from the agent’s own extension, and a supervisor from any', async () => {
      const refused = await app.post('/api/call/start', START, AGENT_202);
      expect([refused.status, refused.body.code]).toEqual([403, 'EXTENSION_NOT_YOURS']);
      expect((await app.post('/api/call/start', START, SUPERVISOR)).status).toBe(200);
    });

    it('uses the extension of the token where the request names none', async () => {
      const { agent_extension: _extension, ...rest } = START;
      expect((await app.post('/api/call/start', rest, AGENT_202)).status).toBe(200);
      expect((await app.onlyCall()).agentPhone).toBe('202');
      const nobody = await app.post('/api/call/start', rest, { userId: 9, role: 'agent' });
      expect([nobody.status, nobody.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    });

    it('ties an event to its start by the echoed CRM id alone, before the PBX’s id is known', async () => {
      const { body } = await app.post('/api/call/start', { ...START, crm_call_id: 'CRM-1' });
      await app.db.query('UPDATE telephony_calls SET external_call_id = NULL');
      const echo = { bracknet_call_id: 'BN-X1', agent_extension: '201', crm_call_id: 'CRM-1' };
      expect((await app.webhook('call-answered', echo)).body).toEqual({ status: 'ok', result: 'accepted' });
      expect(await app.onlyCall()).toMatchObject({
        id: body.telephonyCallId,
        externalCallId: 'BN-X1',
        status: 'answered',
      });
    });

    it.each([
      ['a NUL', { ...START, agent_id: 'a\0b' }, 400, 'VALIDATION_FAILED', 'agent_id'],
      [
        'half a surrogate pair',
        { ...START, crm_call_id: 'a\ud800' },
        400,
        'VALIDATION_FAILED',
        'crm_call_id',
      ],
      ['no number', { ...START, customer_number: undefined }, 400, 'VALIDATION_FAILED', 'customer_number'],
      ['an unknown field', { ...START, colour: 'red' }, 400, 'VALIDATION_FAILED', 'colour'],
      [
        'an extension of 1 digit',
        { ...START, agent_extension: '2' },
        400,
        'VALIDATION_FAILED',
        'agent_extension',
      ],
      ['an id that is no text', { ...START, crm_call_id: 12.5 }, 400, 'VALIDATION_FAILED', 'crm_call_id'],
      [
        'an impossible number',
        { ...START, customer_number: '0171' + '2'.repeat(20) },
        422,
        'NUMBER_INVALID',
        null,
      ],
      ['an emergency number', { ...START, customer_number: '999' }, 422, 'NUMBER_EMERGENCY', null],
      ['a short code', { ...START, customer_number: '16247' }, 422, 'NUMBER_SHORT_CODE', null],
      [
        'a foreign number',
        { ...START, customer_number: '+14155550123' },
        422,
        'NUMBER_COUNTRY_NOT_ALLOWED',
        null,
      ],
    ])('rejects %s and writes nothing', async (_what, body, status, code, field) => {
      const answer = await app.post('/api/call/start', body);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(answer.body).toMatchObject({
        statusCode: status,
        message: expect.any(String),
        requestId: expect.any(String),
      });
      if (field !== null) expect(answer.body.details).toEqual([expect.objectContaining({ field })]);
      expect(await app.calls()).toHaveLength(0);
    });
  });

  describe('one click', () => {
    it('is one call, however often it is clicked within ten seconds', async () => {
      const answers = [];
      for (let i = 0; i < 3; i += 1) answers.push((await app.post('/api/call/start', START)).body);
      expect(new Set(answers.map(({ bracknet_call_id: id }) => id)).size).toBe(1);
      expect(await app.calls()).toHaveLength(1);
    });

    it('to a number in another writing is the same click', async () => {
      await app.post('/api/call/start', START);
      await app.post('/api/call/start', { ...START, customer_number: '+880 1700-000000' });
      expect(await app.calls()).toHaveLength(1);
    });

    it('after the call is over is a new call', async () => {
      const { body } = await app.post('/api/call/start', START);
      await app.webhook('call-ended', { ...ENDED, bracknet_call_id: body.bracknet_call_id });
      await app.post('/api/call/start', START);
      expect(await app.calls()).toHaveLength(2);
    });

    it('with an Idempotency-Key repeats the first response, even when the call has ended', async () => {
      const key = { 'Idempotency-Key': 'click-1' };
      const first = await app.post('/api/call/start', START, AGENT_201, key);
      await app.post('/api/call/hangup', { bracknet_call_id: first.body.bracknet_call_id });
      const again = await app.post('/api/call/start', START, AGENT_201, key);
      expect(again.body).toEqual(first.body);
      expect(await app.calls()).toHaveLength(1);
    });

    it('rejects a key that was used for another call, and an invalid key', async () => {
      const key = { 'Idempotency-Key': 'click-1' };
      await app.post('/api/call/start', START, AGENT_201, key);
      const other = { ...START, customer_number: '01812345678' };
      const reused = await app.post('/api/call/start', other, AGENT_201, key);
      expect([reused.status, reused.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
      const blank = await app.post('/api/call/start', START, AGENT_201, { 'Idempotency-Key': 'a b' });
      expect([blank.status, blank.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    });

    it('that joins another keeps its own key: repeated, it never dials again', async () => {
      const first = await app.post('/api/call/start', START, AGENT_201, { 'Idempotency-Key': 'K1' });
      const second = await app.post('/api/call/start', START, AGENT_201, { 'Idempotency-Key': 'K2' });
      await app.post('/api/call/hangup', { bracknet_call_id: first.body.bracknet_call_id });
      const repeated = await app.post('/api/call/start', START, AGENT_201, { 'Idempotency-Key': 'K2' });
      expect([second.body, repeated.body]).toEqual([first.body, first.body]);
      const other = { ...START, customer_number: '01812345678' };
      const reused = await app.post('/api/call/start', other, AGENT_201, { 'Idempotency-Key': 'K2' });
      expect(reused.body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    });

    it('from another extension of the same agent is the same click', async () => {
      const first = await app.post('/api/call/start', START, SUPERVISOR);
      const second = await app.post('/api/call/start', { ...START, agent_extension: '202' }, SUPERVISOR);
      expect(second.body).toEqual(first.body);
    });

    it('of one agent is not the click of another, with the same key or without', async () => {
      const key = { 'Idempotency-Key': 'click-1' };
      await app.post('/api/call/start', START, AGENT_201, key);
      await app.post('/api/call/start', { ...START, agent_extension: '202' }, AGENT_202, key);
      expect(await app.calls()).toHaveLength(2);
    });
  });
});
