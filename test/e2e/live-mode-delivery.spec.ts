import type { Call } from '../../src/modules/telephony/calls/call.entity.js';
import type { PostedWebhook } from '../../src/simulator/journal.js';
import type { OutboundScenario, ScenarioName } from '../../src/simulator/scenario.js';
import { useLiveMode } from '../support/live-mode.js';

const START = { agent_extension: '201', customer_number: '01712345678', crm_call_id: 'CRM-CALL-987654' };
const CALLER = { from: '01912345678', to_extension: '202' };

const TALKED = { status: 'completed', disposition: 'completed', durationSeconds: 65, endReason: 'completed' };
const RECORDED = { recordingDurationSeconds: 65, recordingUrl: expect.stringContaining('/records/BN-CALL-') };

/** Final columns of each call, however its webhooks are delivered. */
const ENDS = {
  answered: { ...TALKED, ...RECORDED, agentPhone: '201', firstAgentPhone: '201' },
  transferred: { ...TALKED, ...RECORDED, agentPhone: '301', firstAgentPhone: '201' },
  busy: { status: 'failed', disposition: 'busy', endReason: 'busy', answeredAt: null },
  'no-answer': { status: 'failed', disposition: 'no_answer', endReason: 'no_answer', answeredAt: null },
  'inbound-answered': { ...TALKED, ...RECORDED, direction: 'inbound', agentPhone: '202' },
  'inbound-transferred': {
    ...TALKED,
    ...RECORDED,
    direction: 'inbound',
    agentPhone: '301',
    firstAgentPhone: '202',
  },
  'inbound-missed': {
    status: 'failed',
    disposition: 'missed',
    direction: 'inbound',
    agentPhone: '202',
    waitSeconds: 30,
  },
} as const satisfies Partial<Record<ScenarioName, object>>;

const EVENTS = {
  answered: 3,
  transferred: 4,
  busy: 1,
  'no-answer': 1,
  'inbound-answered': 4,
  'inbound-transferred': 5,
  'inbound-missed': 2,
} as const satisfies Record<keyof typeof ENDS, number>;

const OUTBOUND = ['answered', 'transferred', 'busy', 'no-answer'] as const;
const INBOUND = ['inbound-answered', 'inbound-transferred', 'inbound-missed'] as const;

const MISSED_TASK = { customerId: '01912345678', status: 'pending', priority: 'warm' };

/** Tasks that the call creates. */
function tasksAfter(scenario: ScenarioName): object[] {
  return scenario === 'inbound-missed' ? [MISSED_TASK] : [];
}

/** The CRM's result for a webhook: accepted or duplicate. */
function resultOf({ response }: PostedWebhook): unknown {
  return typeof response === 'object' && response !== null && 'result' in response ? response.result : null;
}

describe('live mode, with webhooks duplicated, reordered or lost', () => {
  const live = useLiveMode();

  /** Starts a call and waits for all its webhooks. */
  async function startedCall(webhooks: number) {
    const { status, body } = await live.app.post('/api/call/start', START);
    expect(status).toBe(200);
    return { body, told: await live.pbx.deliveredWebhooks(webhooks) };
  }

  describe('each three times', () => {
    it.each(OUTBOUND)('a started call that ends as %s is one row', async (scenario) => {
      await live.pbx.behave({ scenario, duplicate: 3 });
      const { told } = await startedCall(EVENTS[scenario] * 3);
      expect(await live.app.onlyCall()).toMatchObject(ENDS[scenario]);
      expect(told.map(resultOf)).toEqual(told.map((_, nth) => (nth % 3 === 0 ? 'accepted' : 'duplicate')));
      expect(await live.app.receipts()).toHaveLength(EVENTS[scenario]);
    });

    it.each(INBOUND)(
      'a call that comes in and ends as %s is one row, with its task once',
      async (scenario) => {
        const { webhooks } = await live.pbx.simulate({ scenario, ...CALLER, duplicate: 3 });
        expect(await live.app.onlyCall()).toMatchObject(ENDS[scenario]);
        expect(webhooks.map(resultOf).filter((result) => result === 'accepted')).toHaveLength(
          EVENTS[scenario],
        );
        expect(await live.app.tasks()).toMatchObject(tasksAfter(scenario));
      },
    );
  });

  describe('in any order, each twice', () => {
    it.each([1, 2, 3, 4, 5, 6])('a transferred call is the same row (seed %i)', async (seed) => {
      await live.pbx.behave({ scenario: 'transferred', shuffle: true, duplicate: 2, seed });
      await startedCall(EVENTS.transferred * 2);
      expect(await live.app.onlyCall()).toMatchObject(ENDS.transferred);
    });

    it.each(INBOUND.flatMap((scenario) => [11, 12, 13, 14].map((seed) => ({ scenario, seed }))))(
      '$scenario is the same row, with the same tasks (seed $seed)',
      async ({ scenario, seed }) => {
        await live.pbx.simulate({ scenario, ...CALLER, shuffle: true, duplicate: 2, seed });
        expect(await live.app.onlyCall()).toMatchObject(ENDS[scenario]);
        expect(await live.app.tasks()).toMatchObject(tasksAfter(scenario));
      },
    );
  });

  describe('some of them lost', () => {
    it('a lost answered event is inferred from the end of the call', async () => {
      await live.pbx.behave({ drop: ['call_answered'] });
      await startedCall(2);
      expect(await live.app.onlyCall()).toMatchObject({
        ...TALKED,
        ...RECORDED,
        answeredAt: null,
        waitSeconds: null,
      });
    });

    it('a lost ended event leaves the call answered: its end is not guessed', async () => {
      await live.pbx.behave({ drop: ['call_ended'] });
      await startedCall(2);
      expect(await live.app.onlyCall()).toMatchObject({
        ...RECORDED,
        status: 'answered',
        disposition: null,
        endedAt: null,
        durationSeconds: null,
      });
    });

    it('a lost recording event changes nothing else', async () => {
      await live.pbx.behave({ drop: ['call_recording_ready'] });
      await startedCall(2);
      expect(await live.app.onlyCall()).toMatchObject({ ...TALKED, recordingUrl: null });
    });

    it('a call without its incoming event gets a row, with its direction marked as inferred', async () => {
      const { bracknet_call_id: id } = await live.pbx.simulate({
        scenario: 'inbound-answered',
        ...CALLER,
        drop: ['incoming_call'],
      });
      const call = await live.app.onlyCall();
      expect(call).toMatchObject({ ...TALKED, ...RECORDED, externalCallId: id, customerPhone: '' });
      expect(call.inferred).toContain('direction');
    });

    it('a missed event without its incoming event gets its own row and its task', async () => {
      await live.pbx.simulate({ scenario: 'inbound-missed', ...CALLER, drop: ['incoming_call'] });
      expect(await live.app.onlyCall()).toMatchObject({
        externalCallId: null,
        status: 'failed',
        disposition: 'missed',
        direction: 'inbound',
        customerNumberE164: '+8801912345678',
      });
      expect(await live.app.tasks()).toMatchObject([MISSED_TASK]);
    });

    it('a lost missed event leaves the call ringing, without a task', async () => {
      await live.pbx.simulate({ scenario: 'inbound-missed', ...CALLER, drop: ['call_missed'] });
      expect(await live.app.onlyCall()).toMatchObject({ status: 'ringing', endedAt: null });
      expect(await live.app.tasks()).toEqual([]);
    });
  });

  describe('before the response to start', () => {
    describe.each([
      ['with crm_call_id echoed', true],
      ['without crm_call_id', false],
    ])('%s', (_name, echoCrmCallId) => {
      it.each(OUTBOUND)(
        'a call that ends as %s is the one row that start answered with',
        async (scenario) => {
          await live.pbx.behave({ scenario, eventBeforeAnswer: true, echoCrmCallId });
          const { body } = await startedCall(EVENTS[scenario]);
          const call = await live.app.onlyCall();
          expect(call).toMatchObject({
            ...ENDS[scenario],
            id: body.telephonyCallId,
            externalCallId: body.bracknet_call_id,
            crmCallId: START.crm_call_id,
            customerNumberE164: '+8801712345678',
            direction: 'outbound',
            agentUserId: 7,
          });
          const receipts = await live.app.receipts();
          expect(receipts.map(({ callId }) => callId)).toEqual(Array(EVENTS[scenario]).fill(call.id));
          const read = await live.app.get(`/api/telephony/calls/${body.telephonyCallId}`);
          expect([read.status, read.body.externalCallId]).toEqual([200, body.bracknet_call_id]);
        },
      );

      it.each([21, 22, 23, 24])(
        'in any order, each twice, the call is the same row (seed %i)',
        async (seed) => {
          const faults = { eventBeforeAnswer: true, shuffle: true, duplicate: 2, seed };
          await live.pbx.behave({ scenario: 'transferred', ...faults, echoCrmCallId });
          const { body } = await startedCall(EVENTS.transferred * 2);
          expect(await live.app.onlyCall()).toMatchObject({
            ...ENDS.transferred,
            id: body.telephonyCallId,
            externalCallId: body.bracknet_call_id,
          });
        },
      );
    });

    it('an event is assigned by crm_call_id to the row of its start before the PBX responds', async () => {
      await live.pbx.behave({ eventBeforeAnswer: true, echoCrmCallId: true, duplicate: 2 });
      const seen: Call[][] = [];
      live.pbx.beforeWebhook = async () => seen.push(await live.app.calls());
      const { body } = await startedCall(6);
      expect(seen[1]).toEqual([
        expect.objectContaining({
          id: body.telephonyCallId,
          status: 'answered',
          externalCallId: body.bracknet_call_id,
        }),
      ]);
    });
  });

  describe('all on the one-shot route', () => {
    it.each<[OutboundScenario, keyof typeof ENDS, number]>([
      ['answered', 'answered', 4],
      ['transferred', 'transferred', 5],
      ['busy', 'busy', 2],
    ])('a started call that ends as %s is the same row', async (scenario, end, webhooks) => {
      await live.pbx.behave({ scenario, oneShot: true });
      const { told } = await startedCall(webhooks);
      expect(await live.app.onlyCall()).toMatchObject(ENDS[end]);
      expect(told.map(({ path }) => path)).toEqual(Array(webhooks).fill('/api/telephony/webhook/bracknet'));
    });

    it.each(INBOUND)(
      'a call that comes in and ends as %s is the same row, with the same tasks',
      async (scenario) => {
        await live.pbx.simulate({ scenario, ...CALLER, oneShot: true });
        expect(await live.app.onlyCall()).toMatchObject(ENDS[scenario]);
        expect(await live.app.tasks()).toMatchObject(tasksAfter(scenario));
      },
    );
  });
});
