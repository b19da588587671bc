import type { Call } from '../../src/modules/telephony/calls/call.entity.js';
import type { OutboundScenario, ScenarioName } from '../../src/simulator/scenario.js';
import { AGENT_201, TestApp } from '../support/app.js';
import { useLiveMode } from '../support/live-mode.js';
import { PBX_KEY } from '../support/simulated-pbx.js';

const START = {
  agent_extension: '201',
  agent_id: 'A102',
  customer_number: '01712345678',
  caller_id: 'TrustCart',
  call_type: 'callback',
  crm_call_id: 'CRM-CALL-987654',
};

describe('live mode', () => {
  const live = useLiveMode();

  describe('start', () => {
    it('responds as the contract specifies, with the PBX’s id', async () => {
      const { status, body } = await live.app.post('/api/call/start', START);
      const [answered] = await live.pbx.deliveredWebhooks(3);
      expect([status, body]).toEqual([
        200,
        {
          status: 'success',
          bracknet_call_id: expect.stringMatching(/^BN-CALL-\d+$/u),
          message: 'Call initiated',
          telephonyCallId: 1,
          mode: 'live',
          crm_task_id: null,
        },
      ]);
      expect(answered?.body).toMatchObject({ bracknet_call_id: body.bracknet_call_id });
      expect((await live.app.onlyCall()).externalCallId).toBe(body.bracknet_call_id);
    });

    it('sends the PBX one request with exactly the contract’s fields', async () => {
      await live.app.post('/api/call/start', START);
      await live.pbx.deliveredWebhooks(3);
      expect(await live.pbx.requests('start')).toEqual([
        expect.objectContaining({ path: '/api/call/start', status: 200, body: START }),
      ]);
    });

    it('sends the national number, and the contract’s defaults for absent fields', async () => {
      const { body } = await live.app.post('/api/call/start', { customer_number: '+880 1712-345678' });
      await live.pbx.deliveredWebhooks(3);
      const { crmCallId } = await live.app.onlyCall();
      expect((await live.pbx.requests('start')).map((request) => request.body)).toEqual([
        {
          agent_extension: '201',
          agent_id: '7',
          customer_number: '01712345678',
          caller_id: 'TrustCart',
          call_type: 'outbound',
          crm_call_id: crmCallId,
        },
      ]);
      expect(crmCallId).toBe(`TELEPHONY-${body.telephonyCallId}`);
    });

    it('forwards the client’s request id, or a generated one', async () => {
      const answer = await live.app.post('/api/call/start', START, AGENT_201, { 'X-Request-Id': 'click-42' });
      await live.pbx.deliveredWebhooks(3);
      const next = await live.app.post('/api/call/start', { ...START, customer_number: '01812345678' });
      await live.pbx.deliveredWebhooks(6);
      const forwarded = (await live.pbx.requests('start')).map(({ headers }) => headers['x-request-id']);
      expect(forwarded).toEqual(['click-42', next.headers['x-request-id']]);
      expect(answer.headers['x-request-id']).toBe('click-42');
      expect(forwarded[1]).toMatch(/^[\da-f-]{36}$/u);
    });

    it('sends its key to the PBX, which rejects another key', async () => {
      const stranger = await TestApp.start(live.database, {
        bracknet: { ...live.pbx.access, apiKey: 'another-key' },
      });
      try {
        const { status, body } = await stranger.post('/api/call/start', START);
        expect([status, body.code]).toEqual([502, 'PBX_REFUSED']);
        expect(body.message).toBe('The PBX refused: Wrong or missing API key');
      } finally {
        await stranger.close();
      }
      expect((await live.app.post('/api/call/start', START)).status).toBe(200);
      await live.pbx.deliveredWebhooks(3);
    });

    it('commits its row before the request to the PBX', async () => {
      await live.pbx.behave({ eventBeforeAnswer: true });
      const seen: Call[][] = [];
      live.pbx.beforeWebhook = async () => seen.push(await live.app.calls());
      await live.app.post('/api/call/start', START);
      await live.pbx.deliveredWebhooks(3);
      expect(seen[0]).toEqual([
        expect.objectContaining({ id: 1, status: 'initiated', externalCallId: null, agentUserId: 7 }),
      ]);
    });

    it('writes neither the key nor a full number to the log', async () => {
      const from = live.app.log.length;
      await live.app.post('/api/call/start', START);
      await live.pbx.deliveredWebhooks(3);
      const log = JSON.stringify(live.app.log.slice(from));
      expect(log).toContain('/api/call/start');
      expect(log).not.toContain(PBX_KEY);
      expect(log).not.toContain('1712345678');
    });
  });

  describe('a started call ends as', () => {
    it.each<[OutboundScenario, number, Partial<Call>]>([
      [
        'answered',
        3,
        { status: 'completed', agentPhone: '201', firstAgentPhone: '201', durationSeconds: 65 },
      ],
      [
        'transferred',
        4,
        { status: 'completed', agentPhone: '301', firstAgentPhone: '201', durationSeconds: 65 },
      ],
      ['busy', 1, { status: 'failed', disposition: 'busy', endReason: 'busy', durationSeconds: null }],
      [
        'no-answer',
        1,
        { status: 'failed', disposition: 'no_answer', endReason: 'no_answer', durationSeconds: null },
      ],
      ['failed', 1, { status: 'failed', disposition: 'failed', endReason: 'failed', durationSeconds: null }],
    ])('%s: one row, no task', async (scenario, webhooks, expected) => {
      await live.pbx.behave({ scenario });
      const { body } = await live.app.post('/api/call/start', START);
      const told = await live.pbx.deliveredWebhooks(webhooks);
      const timeOf = (event: string): Date | null => {
        const found = told.find((webhook) => webhook.event === event)?.body;
        return found !== undefined && 'timestamp' in found ? new Date(found.timestamp) : null;
      };
      const talked = expected.status === 'completed';
      expect(await live.app.onlyCall()).toMatchObject({
        id: body.telephonyCallId,
        externalCallId: body.bracknet_call_id,
        direction: 'outbound',
        customerNumberE164: '+8801712345678',
        agentUserId: 7,
        answeredAt: timeOf('call_answered'),
        endedAt: timeOf('call_ended'),
        recordingUrl: talked ? `${live.pbx.access.baseUrl}/records/${body.bracknet_call_id}.wav` : null,
        recordingDurationSeconds: talked ? 65 : null,
        ...(talked ? { disposition: 'completed', endReason: 'completed' } : { agentPhone: '201' }),
        ...expected,
      });
      expect(await live.app.tasks()).toEqual([]);
    });
  });

  describe('an incoming call ends as', () => {
    it.each<[ScenarioName, Partial<Call>]>([
      ['inbound-answered', { agentPhone: '202', firstAgentPhone: '202' }],
      ['inbound-transferred', { agentPhone: '301', firstAgentPhone: '202' }],
    ])('%s: one row, no task', async (scenario, expected) => {
      const { bracknet_call_id: id } = await live.pbx.simulate({
        scenario,
        from: '8801912345678',
        to_extension: '202',
      });
      expect(await live.app.onlyCall()).toMatchObject({
        externalCallId: id,
        direction: 'inbound',
        status: 'completed',
        disposition: 'completed',
        customerPhone: '8801912345678',
        customerNumberE164: '+8801912345678',
        agentUserId: null,
        waitSeconds: 10,
        durationSeconds: 65,
        recordingUrl: `${live.pbx.access.baseUrl}/records/${id}.wav`,
        ...expected,
      });
      expect(await live.app.tasks()).toEqual([]);
    });

    it('inbound-missed: one row and one task to call the customer back', async () => {
      const { bracknet_call_id: id } = await live.pbx.simulate({
        scenario: 'inbound-missed',
        from: '8801912345678',
        to_extension: '202',
      });
      expect(await live.app.onlyCall()).toMatchObject({
        externalCallId: id,
        direction: 'inbound',
        status: 'failed',
        disposition: 'missed',
        agentPhone: '202',
        firstAgentPhone: null,
        answeredAt: null,
        waitSeconds: 30,
        recordingUrl: null,
      });
      expect(await live.app.tasks()).toEqual([
        expect.objectContaining({
          customerId: '01912345678',
          callReason: 'missed_call',
          status: 'pending',
          priority: 'warm',
          notes: expect.stringMatching(/^Missed call on .+ \(call 1\)\.$/u),
        }),
      ]);
    });

    it('inbound-missed, twice for one customer in two number formats: two rows, one hot task', async () => {
      await live.pbx.simulate({ scenario: 'inbound-missed', from: '8801912345678', to_extension: '202' });
      await live.pbx.simulate({ scenario: 'inbound-missed', from: '০১৯১২-৩৪৫৬৭৮', to_extension: '203' });
      expect((await live.app.calls()).map(({ disposition }) => disposition)).toEqual(['missed', 'missed']);
      expect(await live.app.tasks()).toEqual([
        expect.objectContaining({ customerId: '01912345678', status: 'pending', priority: 'hot' }),
      ]);
    });
  });
});
