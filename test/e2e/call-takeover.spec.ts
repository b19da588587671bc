import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { AGENT_201, AGENT_202, SUPERVISOR } from '../support/app.js';
import { answers } from '../support/bracknet-peer.js';
import { LivePeer } from '../support/live-peer.js';

describe('hangup and transfer of a call of another agent', () => {
  let live: LivePeer;

  beforeAll(async () => {
    live = await LivePeer.start();
  });
  afterAll(() => live.close());
  beforeEach(() => live.clear());

  const hangup = (id: unknown, user: TokenRequest = AGENT_201) =>
    live.app.post('/api/call/hangup', { bracknet_call_id: id }, user);
  const transfer = (id: unknown, user: TokenRequest = AGENT_201, transfer_extension: unknown = '305') =>
    live.app.post('/api/call/transfer', { bracknet_call_id: id, transfer_extension }, user);

  /** A call at an extension that is answered, under that id. */
  async function answered(id: string, extension: string, from = '01812345678'): Promise<void> {
    const event = { event: 'call_answered', bracknet_call_id: id, agent_extension: extension, from };
    expect((await live.app.webhook('call-answered', event)).status).toBe(200);
  }

  it.each([
    'BN-1 ',
    ' BN-1',
    'BN-1\n',
    'BN-1\t',
    'BN\u00a0-1',
    'BN-1\u200b',
    'BN‐1',
    'ＢＮ-1',
    '',
    'B'.repeat(256),
    1,
  ])('under an id that is not printable ASCII without spaces (%j) is refused as invalid', async (id) => {
    await answered('BN-1', '202');
    for (const asked of [hangup, transfer]) {
      const { status, body } = await asked(id, SUPERVISOR);
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(body.message).toContain('1 to 255 printable ASCII characters without spaces');
    }
    expect(live.sent).toEqual([]);
  });

  it.each(['BN-1', 'bn-1', 'Bn-1', 'BN-01', 'B%4E-1', 'BN-1.0', 'BN-1;', 'BN-1,BN-2', '"BN-1"'])(
    'under %s is not found, and nothing is sent',
    async (id) => {
      await answered('BN-1', '202');
      for (const asked of [hangup, transfer]) {
        const { status, body } = await asked(id);
        expect([status, body.code]).toEqual([404, 'CALL_NOT_FOUND']);
      }
      expect(live.sent).toEqual([]);
      expect(await live.acts()).toEqual([
        `call.hangup bracknet:${id} refused CALL_NOT_FOUND`,
        `call.transfer bracknet:${id} refused CALL_NOT_FOUND`,
      ]);
    },
  );

  it('whose stored id ends with a space is not found without it', async () => {
    await answered('BN-1', '202');
    await live.app.db.query(`UPDATE telephony_calls SET external_call_id = 'BN-1 '`);
    expect((await hangup('bn-1')).body.code).toBe('CALL_NOT_FOUND');
  });

  it('is the agent’s own under another case of its id: the PBX is sent the id that it gave', async () => {
    await answered('BN-1', '201');
    expect((await transfer('bn-1')).body).toEqual({ status: 'success', mode: 'live' });
    expect((await hangup('Bn-1')).body).toEqual({ status: 'ended', mode: 'live' });
    expect(live.sent.map(({ body }) => body.bracknet_call_id)).toEqual(['BN-1', 'BN-1']);
  });

  describe('of two whose ids differ in case', () => {
    beforeEach(async () => {
      await answered('BN-1', '201');
      await answered('bn-1', '202', '01912345678');
    });

    it('stay two calls, and each is its agent’s', async () => {
      expect((await live.app.calls()).map(({ externalCallId }) => externalCallId)).toEqual(['BN-1', 'bn-1']);
      expect((await hangup('bn-1')).status).toBe(404);
      expect((await hangup('BN-1', AGENT_202)).status).toBe(404);
      expect((await hangup('BN-1')).status).toBe(200);
      expect((await hangup('bn-1', AGENT_202)).status).toBe(200);
      expect(live.sent.map(({ body }) => body.bracknet_call_id)).toEqual(['BN-1', 'bn-1']);
    });

    it('a third spelling means neither while one is open and another’s', async () => {
      expect((await hangup('Bn-1')).status).toBe(404);
      const ended = { event: 'call_ended', bracknet_call_id: 'bn-1', duration: 5 };
      await live.app.webhook('call-ended', ended);
      expect((await hangup('Bn-1')).status).toBe(200);
      expect(live.sent.map(({ body }) => body.bracknet_call_id)).toEqual(['BN-1']);
    });
  });

  it('is passed on for a supervisor where no row has the id, and for nobody else', async () => {
    for (const asked of [hangup, transfer]) {
      expect((await asked('BN-ELSEWHERE')).body.code).toBe('CALL_NOT_FOUND');
      expect((await asked('BN-ELSEWHERE', SUPERVISOR)).status).toBe(200);
    }
    expect(live.sent.map(({ body }) => body.bracknet_call_id)).toEqual(['BN-ELSEWHERE', 'BN-ELSEWHERE']);
    expect(await live.acts()).toEqual([
      'call.hangup bracknet:BN-ELSEWHERE refused CALL_NOT_FOUND',
      'call.hangup bracknet:BN-ELSEWHERE done',
      'call.transfer bracknet:BN-ELSEWHERE refused CALL_NOT_FOUND',
      'call.transfer bracknet:BN-ELSEWHERE done',
    ]);
  });

  it('has no telephone number in the audit that was sent instead of an id', async () => {
    await hangup('01712345678');
    expect(await live.acts()).toEqual(['call.hangup bracknet:********678 refused CALL_NOT_FOUND']);
  });

  it.each([
    ['999', 422, 'NUMBER_EMERGENCY'],
    ['112', 422, 'NUMBER_EMERGENCY'],
    ['0911', 422, 'NUMBER_EMERGENCY'],
    ['16247', 422, 'NUMBER_SHORT_CODE'],
    ['880999', 422, 'NUMBER_EMERGENCY'],
    ['1', 400, 'VALIDATION_FAILED'],
    ['20-1', 400, 'VALIDATION_FAILED'],
    ['৯৯৯', 400, 'VALIDATION_FAILED'],
    [-201, 400, 'VALIDATION_FAILED'],
    [null, 400, 'VALIDATION_FAILED'],
  ])('to the extension %j is refused', async (extension, status, code) => {
    await answered('BN-1', '201');
    const answer = await transfer('BN-1', AGENT_201, extension);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.message).toContain('transfer_extension');
    expect(live.sent).toEqual([]);
  });

  it('goes to an extension that is written as a JSON number', async () => {
    await answered('BN-1', '201');
    expect((await transfer('BN-1', AGENT_201, 305)).status).toBe(200);
    expect(live.sent[0]?.body.transfer_extension).toBe('305');
  });

  describe('in the audit', () => {
    it('is one entry with user, role, address and request id; none when the call is over', async () => {
      await answered('BN-1', '201');
      const { headers } = await hangup('BN-1');
      await live.app.webhook('call-ended', { event: 'call_ended', bracknet_call_id: 'BN-1', duration: 5 });
      expect((await hangup('BN-1')).body.status).toBe('ended');
      expect(await live.app.audit()).toEqual([
        expect.objectContaining({
          at: expect.any(Date),
          userId: 7,
          role: 'agent',
          address: '127.0.0.1',
          action: 'call.hangup',
          subject: 'call:1',
          outcome: 'done',
          code: null,
          requestId: headers['x-request-id'],
        }),
      ]);
    });

    it('failed with the code when the PBX refuses it', async () => {
      await answered('BN-1', '201');
      live.behaviour = answers(400, { status: 'error', message: 'No' });
      await hangup('BN-1');
      await transfer('BN-1');
      expect(await live.acts()).toEqual([
        'call.hangup call:1 failed PBX_REFUSED',
        'call.transfer call:1 failed PBX_REFUSED',
      ]);
      expect(await live.app.onlyCall()).toMatchObject({ hangupRequestedAt: null });
    });
  });
});
