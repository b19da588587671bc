import type { Call } from '../../src/modules/telephony/calls/call.entity.js';
import { AGENT_201, AGENT_202, SUPERVISOR, TestApp } from '../support/app.js';
import { useLiveMode } from '../support/live-mode.js';
import { SimulatedPbx } from '../support/simulated-pbx.js';

const START = { agent_extension: '201', customer_number: '01712345678' };

describe('live mode, hangup and transfer', () => {
  const live = useLiveMode();

  /** Starts a call that is answered. @returns its id at the PBX */
  async function talkingCall(): Promise<string> {
    await live.pbx.behave({ scenario: 'hung-up' });
    const { body } = await live.app.post('/api/call/start', START);
    await live.pbx.deliveredWebhooks(1);
    return body.bracknet_call_id;
  }

  /** Starts a call at the PBX that is unknown to the CRM. @returns its id at the PBX */
  async function unknownCall(): Promise<string> {
    const { bracknet_call_id: id } = await live.pbx.simulate({
      scenario: 'inbound-hung-up',
      drop: ['incoming_call', 'call_answered'],
    });
    return id;
  }

  /** Records the call at each webhook, after the response to the agent and before the CRM receives the webhook. */
  function recordCallsAfter(response: Promise<unknown>): Call[] {
    const seen: Call[] = [];
    live.pbx.beforeWebhook = async () => {
      await response;
      seen.push(await live.app.onlyCall());
    };
    return seen;
  }

  describe('hangup', () => {
    it('sends the contract’s request with the request id, and responds as the contract specifies', async () => {
      const id = await talkingCall();
      const hangup = { bracknet_call_id: id };
      const answer = await live.app.post('/api/call/hangup', hangup, AGENT_201, {
        'X-Request-Id': 'hangup-1',
      });
      await live.pbx.deliveredWebhooks(3);
      expect([answer.status, answer.body]).toEqual([200, { status: 'ended', mode: 'live' }]);
      const requests = await live.pbx.requests('hangup');
      expect(requests).toEqual([
        expect.objectContaining({ path: '/api/call/hangup', status: 200, body: hangup }),
      ]);
      expect(requests[0]?.headers['x-request-id']).toBe('hangup-1');
    });

    it('changes no status until the PBX reports the end of the call', async () => {
      const id = await talkingCall();
      const answer = live.app.post('/api/call/hangup', { bracknet_call_id: id });
      const seen = recordCallsAfter(answer);
      await live.pbx.deliveredWebhooks(3);
      expect(seen[0]).toMatchObject({
        status: 'answered',
        endedAt: null,
        disposition: null,
        hangupRequestedAt: expect.any(Date),
      });
      expect(await live.app.onlyCall()).toMatchObject({
        status: 'completed',
        disposition: 'completed',
        endReason: 'agent_hangup',
        durationSeconds: 65,
        agentPhone: '201',
        firstAgentPhone: '201',
        recordingUrl: `${live.pbx.access.baseUrl}/records/${id}.wav`,
      });
      expect(await live.app.tasks()).toEqual([]);
    });

    it('of an ended call sends no request to the PBX', async () => {
      const { body } = await live.app.post('/api/call/start', START);
      await live.pbx.deliveredWebhooks(3);
      const before = await live.app.onlyCall();
      const answer = await live.app.post('/api/call/hangup', { bracknet_call_id: body.bracknet_call_id });
      expect([answer.status, answer.body]).toEqual([200, { status: 'ended', mode: 'live' }]);
      expect(await live.pbx.requests('hangup')).toEqual([]);
      expect(await live.app.onlyCall()).toEqual(before);
    });

    it('of an unknown call returns the PBX’s rejection to a supervisor', async () => {
      const { status, body } = await live.app.post(
        '/api/call/hangup',
        { bracknet_call_id: 'BN-CALL-456789' },
        SUPERVISOR,
      );
      expect([status, body.code]).toEqual([502, 'PBX_REFUSED']);
      expect(body.message).toBe('The PBX refused: Call not found');
      expect(await live.pbx.requests('hangup')).toHaveLength(1);
      expect(await live.app.calls()).toEqual([]);
    });

    it('of a call that only the PBX knows returns its success to a supervisor', async () => {
      const id = await unknownCall();
      const answer = await live.app.post('/api/call/hangup', { bracknet_call_id: id }, SUPERVISOR);
      expect([answer.status, answer.body]).toEqual([200, { status: 'ended', mode: 'live' }]);
      await live.pbx.deliveredWebhooks(2);
      expect(await live.app.onlyCall()).toMatchObject({ externalCallId: id, status: 'completed' });
    });

    it('is allowed to the agent at the call’s extension and to supervisors; other agents get 404', async () => {
      const call = { scenario: 'inbound-hung-up', to_extension: '202' } as const;
      for (const [who, status, code] of [
        [AGENT_201, 404, 'CALL_NOT_FOUND'],
        [AGENT_202, 200, undefined],
        [SUPERVISOR, 200, undefined],
      ] as const) {
        await live.pbx.reset();
        const { bracknet_call_id: id } = await live.pbx.simulate(call);
        const { status: answered, body } = await live.app.post(
          '/api/call/hangup',
          { bracknet_call_id: id },
          who,
        );
        expect([answered, body.code]).toEqual([status, code]);
        expect(await live.pbx.requests('hangup')).toHaveLength(status === 200 ? 1 : 0);
        if (status === 200) await live.pbx.deliveredWebhooks(4);
      }
    });
  });

  describe('transfer', () => {
    it('sends the contract’s request, and the call belongs to the other agent once it is answered there', async () => {
      const id = await talkingCall();
      const transfer = { bracknet_call_id: id, transfer_extension: '305' };
      const asked = live.app.post('/api/call/transfer', transfer);
      const seen = recordCallsAfter(asked);
      const answer = await asked;
      await live.pbx.deliveredWebhooks(2);
      expect([answer.status, answer.body]).toEqual([200, { status: 'success', mode: 'live' }]);
      expect((await live.pbx.requests('transfer')).map(({ body }) => body)).toEqual([transfer]);
      expect(seen[0]).toMatchObject({ agentPhone: '201', transferRequestedAt: expect.any(Date) });
      expect(await live.app.onlyCall()).toMatchObject({
        status: 'answered',
        agentPhone: '305',
        firstAgentPhone: '201',
      });
    });

    it('leaves the agent who started the call able to hang it up', async () => {
      const id = await talkingCall();
      await live.app.post('/api/call/transfer', { bracknet_call_id: id, transfer_extension: '305' });
      await live.pbx.deliveredWebhooks(2);
      expect((await live.app.post('/api/call/hangup', { bracknet_call_id: id })).status).toBe(200);
      await live.pbx.deliveredWebhooks(4);
      expect(await live.app.onlyCall()).toMatchObject({ status: 'completed', agentPhone: '305' });
    });

    it('of an ended call sends no request to the PBX and is an error', async () => {
      const { body } = await live.app.post('/api/call/start', START);
      await live.pbx.deliveredWebhooks(3);
      const transfer = { bracknet_call_id: body.bracknet_call_id, transfer_extension: '305' };
      const answer = await live.app.post('/api/call/transfer', transfer);
      expect([answer.status, answer.body]).toEqual([200, { status: 'ended', mode: 'live' }]);
      expect(await live.pbx.requests('transfer')).toEqual([]);
    });

    it('returns the PBX’s rejection: of an unknown call, and of one that has ended at the PBX', async () => {
      const unknown = { bracknet_call_id: 'BN-CALL-456789', transfer_extension: '305' };
      const refused = await live.app.post('/api/call/transfer', unknown, SUPERVISOR);
      expect([refused.status, refused.body.code]).toEqual([502, 'PBX_REFUSED']);
      expect(refused.body.message).toBe('The PBX refused: Call not found');

      await live.pbx.behave({ drop: ['call_ended'] });
      const { body } = await live.app.post('/api/call/start', START);
      await live.pbx.deliveredWebhooks(2);
      const transfer = { ...unknown, bracknet_call_id: body.bracknet_call_id };
      const late = await live.app.post('/api/call/transfer', transfer);
      expect([late.status, late.body.message]).toEqual([502, 'The PBX refused: Call already ended']);
      expect(await live.app.onlyCall()).toMatchObject({ status: 'answered', agentPhone: '201' });
    });

    it('of a call that only the PBX knows returns its success to a supervisor', async () => {
      const id = await unknownCall();
      const transfer = { bracknet_call_id: id, transfer_extension: '305' };
      const answer = await live.app.post('/api/call/transfer', transfer, SUPERVISOR);
      expect([answer.status, answer.body]).toEqual([200, { status: 'success', mode: 'live' }]);
    });

    it('of another agent’s call gets 404, and sends no request to the PBX', async () => {
      const id = await talkingCall();
      const transfer = { bracknet_call_id: id, transfer_extension: '202' };
      const { status, body } = await live.app.post('/api/call/transfer', transfer, AGENT_202);
      expect([status, body.code]).toEqual([404, 'CALL_NOT_FOUND']);
      expect(await live.pbx.requests('transfer')).toEqual([]);
    });
  });

  it('get 502 when the PBX is down, and the call is unchanged', async () => {
    const stopped = await SimulatedPbx.start();
    const caller = await TestApp.start(live.database, { bracknet: stopped.access });
    try {
      stopped.sendWebhooksTo(caller);
      await stopped.behave({ scenario: 'hung-up' });
      const { body } = await caller.post('/api/call/start', START);
      await stopped.deliveredWebhooks(1);
      await stopped.close();
      const id = { bracknet_call_id: body.bracknet_call_id };
      const hangup = await caller.post('/api/call/hangup', id);
      expect([hangup.status, hangup.body.code]).toEqual([502, 'PBX_UNREACHABLE']);
      const transfer = await caller.post('/api/call/transfer', { ...id, transfer_extension: '305' });
      expect([transfer.status, transfer.body.code]).toEqual([502, 'PBX_UNREACHABLE']);
      expect(await caller.onlyCall()).toMatchObject({ status: 'answered', agentPhone: '201', endedAt: null });
    } finally {
      await caller.close();
      await stopped.close();
    }
  });
});
