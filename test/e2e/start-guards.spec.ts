import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { AGENT_201, AGENT_202, NO_START_LIMITS, SUPERVISOR } from '../support/app.js';
import { answers } from '../support/bracknet-peer.js';
import { LivePeer } from '../support/live-peer.js';

/** The agents of the CRM's present tokens, which name no extension. */
const UNBOUND: TokenRequest = { userId: 9, role: 'agent' };

describe('a start', () => {
  let live: LivePeer;

  beforeAll(async () => {
    live = await LivePeer.start({
      telephony: { startLimits: NO_START_LIMITS, callerIds: ['TrustCart', 'Care'] },
    });
  });
  afterAll(() => live.close());
  beforeEach(() => live.clear());

  async function expectRefused(
    body: object,
    [status, code, words]: [number, string, string],
    user = AGENT_201,
  ): Promise<void> {
    const answer = await live.call(body, user);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.message).toContain(words);
    expect(live.sent).toEqual([]);
    expect(await live.app.calls()).toEqual([]);
  }

  it.each([
    ['999', 422, 'NUMBER_EMERGENCY', 'emergency'],
    ['112', 422, 'NUMBER_EMERGENCY', 'emergency'],
    ['0911', 422, 'NUMBER_EMERGENCY', 'emergency'],
    ['16247', 422, 'NUMBER_SHORT_CODE', 'TELEPHONY_EXTENSION_ALLOW'],
    ['2', 400, 'VALIDATION_FAILED', '2 to 6 digits'],
    ['01712345678', 400, 'VALIDATION_FAILED', '2 to 6 digits'],
    ['201\r\nX: y', 400, 'VALIDATION_FAILED', 'must be an extension'],
  ])('from the extension %j is refused', async (agent_extension, ...refusal) => {
    await expectRefused({ agent_extension }, refusal, UNBOUND);
    expect(JSON.stringify(await live.acts())).not.toContain('01712345678');
  });

  it.each(['agent_id', 'call_type', 'crm_call_id', 'caller_id'])(
    'whose %s has control or invisible characters is refused',
    async (field) => {
      for (const text of [
        'A\r\nVariable: x',
        'A\n',
        'A\0',
        'A\u007f',
        'A\u0085',
        'A\u200b',
        'A\u3164',
        'A\u2028',
        '\u202eA',
      ]) {
        await expectRefused({ [field]: text }, [400, 'VALIDATION_FAILED', `${field} must be`]);
      }
    },
  );

  it.each(['Nobody', 'trustcart', 'TrustCart ', '01712345678'])(
    'with the caller_id %j is refused, and the allowed ones are named',
    (caller_id) =>
      expectRefused({ caller_id }, [400, 'VALIDATION_FAILED', 'caller_id must be one of TrustCart, Care']),
  );

  it('has the first caller_id by default, and any that is allowed', async () => {
    await live.call();
    await live.call({ caller_id: 'Care', customer_number: '01812345678' });
    expect(live.sent.map(({ body }) => body.caller_id)).toEqual(['TrustCart', 'Care']);
  });

  it.each(['8', 8, '07', '+7', '7.0', ' 7', '৮', '７', '8e0', '0x8', '⑧', '7-', '(7)'])(
    'in the name of another user (agent_id %j) is for supervisors',
    async (agent_id) => {
      await expectRefused({ agent_id }, [403, 'FORBIDDEN', 'agent_id must be 7']);
      expect((await live.call({ agent_id, agent_extension: '201' }, SUPERVISOR)).status).toBe(200);
      expect(live.sent[0]?.body.agent_id).toBe(String(agent_id));
    },
  );

  it.each(['A102', '7', 7, 'রিমা'])(
    'in the agent’s own name, or under a name (agent_id %j), goes out',
    async (agent_id) => {
      expect((await live.call({ agent_id })).status).toBe(200);
    },
  );

  it.each(['TELEPHONY-1', 'telephony-1', 'Telephony-X', ' TELEPHONY-1', 'TELEPHONY_1', 'telephony 1'])(
    'with the crm_call_id %j, as the service gives them, is refused',
    (crm_call_id) =>
      expectRefused({ crm_call_id }, [
        400,
        'VALIDATION_FAILED',
        'crm_call_id must not begin with TELEPHONY-',
      ]),
  );

  it('takes whole numbers for extension, agent and crm_call_id as their digits', async () => {
    const body = { agent_extension: 201, agent_id: 7, crm_call_id: 123 };
    expect((await live.call(body)).body).toMatchObject({ status: 'success', crm_task_id: null });
    expect(live.sent[0]?.body).toMatchObject({ agent_extension: '201', agent_id: '7', crm_call_id: '123' });
  });

  it.each([
    [{ customer_number: undefined }, 'customer_number is required'],
    [{ customer_number: 1712345678 }, 'customer_number must be text, in quotation marks'],
    [{ agent_extension: 2.5 }, 'agent_extension must be an extension, such as 201'],
    [{ crm_call_id: -1 }, 'crm_call_id must be text, in quotation marks'],
    [{ call_type: '' }, 'call_type must not be empty'],
    [{ call_type: 'x'.repeat(33) }, 'call_type must be at most 32 characters long'],
  ])('with %j is refused in one sentence that says what is wrong', async (body, problem) => {
    const answer = await live.call(body);
    expect([answer.status, answer.body.message]).toEqual([400, problem]);
  });

  describe('with the crm_call_id of another agent’s', () => {
    const CRM = 'CRM-1';
    const event = (over: object = {}) =>
      live.app.webhook('call-answered', {
        event: 'call_answered',
        bracknet_call_id: 'BN-1',
        crm_call_id: CRM,
        agent_extension: '202',
        ...over,
      });
    const ended = () =>
      live.app.webhook('call-ended', {
        event: 'call_ended',
        bracknet_call_id: 'BN-1',
        crm_call_id: CRM,
        duration: 20,
      });

    it.each([
      ['refused', answers(400, { status: 'error', message: 'No' })],
      ['accepted', answers(200, { status: 'success', bracknet_call_id: 'BN-2' })],
    ])('is %s while the other waits: the other keeps its events', async (_what, ofCapture) => {
      let answerVictim = (): void => {};
      const asked = new Promise<void>((resolve) => {
        live.behaviour = (response, nth) => {
          if (nth > 1) return ofCapture(response, nth);
          answerVictim = () => answers(200, { status: 'success', bracknet_call_id: 'BN-1' })(response, nth);
          resolve();
        };
      });
      const victim = live.call({ crm_call_id: CRM, customer_number: '01812345678' }, AGENT_202);
      const answered = victim.then((answer) => answer);
      await asked;
      await live.call({ crm_call_id: CRM });
      await event();
      await ended();
      answerVictim();
      expect((await answered).body.bracknet_call_id).toBe('BN-1');
      const [first, second] = await live.app.calls();
      expect(first).toMatchObject({
        externalCallId: 'BN-1',
        agentUserId: 8,
        status: 'completed',
        durationSeconds: 20,
      });
      expect(second?.externalCallId).not.toBe('BN-1');
      expect(second?.facts?.reports ?? []).toEqual([]);
      expect(await live.app.calls()).toHaveLength(2);
    });
  });

  describe('in the audit', () => {
    it('is one entry, and none for the same click or key again', async () => {
      const key = { 'Idempotency-Key': 'k' };
      for (let nth = 0; nth < 3; nth += 1) await live.call({}, AGENT_201, key);
      await live.call();
      expect(await live.acts()).toEqual(['call.start call:1 done']);
    });

    it('failed with the code of the PBX', async () => {
      live.behaviour = answers(400, { status: 'error', message: 'No' });
      await live.call();
      expect(await live.acts()).toEqual(['call.start call:1 failed PBX_REFUSED']);
    });

    it('refused without a telephone number, at most 30 times a minute for one user', async () => {
      const numbers = ['999', '16247', '+14155550123', '0171'];
      for (let nth = 0; nth < 32; nth += 1)
        await live.call(
          { customer_number: numbers[nth % 4], agent_extension: '305' },
          { ...UNBOUND, userId: 10 },
        );
      await live.call({ customer_number: '999' }, AGENT_202);
      await live.call({ agent_extension: '305' }, AGENT_202);
      const acts = await live.acts();
      expect(acts).not.toContain('14155550123');
      expect(acts.filter((act) => act.startsWith('call.start extension:305 refused NUMBER'))).toHaveLength(
        30,
      );
      expect(acts.slice(30)).toEqual([
        'call.start extension:202 refused NUMBER_EMERGENCY',
        'call.start extension:305 refused EXTENSION_NOT_YOURS',
      ]);
      const lines = live.app.log.filter(({ msg }) => String(msg).includes('were refused in a minute'));
      expect(lines).toEqual([expect.objectContaining({ ids: { user: '10', action: 'call.start' } })]);
    });
  });
});
