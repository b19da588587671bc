import { namesOf, secondsBetween, SimulatorHarness } from '../support/simulator-harness.js';

const ISO_SECONDS: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

let pbx: SimulatorHarness;

beforeEach(async () => {
  pbx = new SimulatorHarness();
  await pbx.start();
});

afterEach(() => pbx.close());

describe('outbound scenarios, begun by start', () => {
  it('responds to start as the contract specifies, and then sends answered, ended and recorded', async () => {
    const reply = await pbx.startCall();
    const id = reply.json().bracknet_call_id;
    expect(reply.status).toBe(200);
    expect(id).toMatch(/^BN-CALL-\d+$/);
    expect(reply.json()).toEqual({ status: 'success', bracknet_call_id: id, message: 'Call initiated' });

    const [answered, ended, recorded] = await pbx.crm.received(3);
    expect(answered).toEqual({
      event: 'call_answered',
      bracknet_call_id: id,
      agent_extension: '201',
      timestamp: ISO_SECONDS,
    });
    expect(ended).toEqual({
      event: 'call_ended',
      bracknet_call_id: id,
      duration: 65,
      end_reason: 'completed',
      timestamp: ISO_SECONDS,
    });
    expect(secondsBetween(answered, ended)).toBe(65);
    expect(recorded).toEqual({
      event: 'call_recording_ready',
      bracknet_call_id: id,
      recording_url: expect.stringMatching(`^http://127\\.0\\.0\\.1:\\d+/records/${String(id)}\\.wav$`),
      recording_duration: 65,
    });
    expect(pbx.crm.webhooks.map(({ path }) => path)).toEqual([
      '/api/webhook/bracknet/call-answered',
      '/api/webhook/bracknet/call-ended',
      '/api/webhook/bracknet/call-recording',
    ]);
  });

  it.each([
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['failed', 'failed'],
  ] as const)('%s sends only an end without talk, as %s', async (scenario, endReason) => {
    await pbx.behave({ scenario });
    const id = await pbx.startedCallId();
    const [ended] = await pbx.crm.received(1);
    expect(ended).toMatchObject({
      event: 'call_ended',
      bracknet_call_id: id,
      duration: 0,
      end_reason: endReason,
    });
    await pbx.simulate({ scenario: 'inbound-missed' });
    expect(pbx.crm.bodies().filter((body) => body.bracknet_call_id === id)).toHaveLength(1);
  });

  it('transferred is answered a second time, by the transfer extension, before it ends', async () => {
    await pbx.behave({ scenario: 'transferred', transferTo: '305', talkSeconds: 100 });
    await pbx.startCall();
    const [first, second, ended] = await pbx.crm.received(4);
    expect(first).toMatchObject({ event: 'call_answered', agent_extension: '201' });
    expect(second).toMatchObject({ event: 'call_answered', agent_extension: '305' });
    expect(secondsBetween(first, second)).toBe(50);
    expect(secondsBetween(first, ended)).toBe(100);
    expect(ended).toMatchObject({ event: 'call_ended', duration: 100 });
  });

  it('hung-up stays connected, can be transferred, and ends when the agent hangs up', async () => {
    await pbx.behave({ scenario: 'hung-up' });
    const id = await pbx.startedCallId();
    expect(namesOf(await pbx.crm.received(1))).toEqual(['call_answered']);

    const transferred = await pbx.transfer(id, '302');
    expect([transferred.status, transferred.json()]).toEqual([200, { status: 'success' }]);
    const [, second] = await pbx.crm.received(2);
    expect(second).toMatchObject({ event: 'call_answered', bracknet_call_id: id, agent_extension: '302' });

    const over = await pbx.hangUp(id);
    expect([over.status, over.json()]).toEqual([200, { status: 'ended' }]);
    const [first, , ended, recorded] = await pbx.crm.received(4);
    expect(ended).toMatchObject({ event: 'call_ended', duration: 65, end_reason: 'agent_hangup' });
    expect(secondsBetween(first, ended)).toBe(65);
    expect(recorded).toMatchObject({ event: 'call_recording_ready', bracknet_call_id: id });
  });

  it.each([
    [{ agent_extension: undefined }, 'agent_extension must be an extension of 2 to 6 digits'],
    [{ customer_number: '' }, 'customer_number must be a phone number'],
  ])('rejects a start with missing fields: %j', async (fields, message) => {
    const reply = await pbx.startCall(fields);
    expect([reply.status, reply.json()]).toEqual([400, { status: 'error', message }]);
  });
});

describe('inbound scenarios, begun by /simulate', () => {
  it('inbound-answered rings before it is answered, ended and recorded', async () => {
    const { bracknet_call_id: id } = await pbx.simulate({
      scenario: 'inbound-answered',
      from: '০১৭১২৩৪৫৬৭৮',
      to_extension: '204',
      talkSeconds: 7,
    });
    const [ringing, answered, ended, recorded] = pbx.crm.bodies();
    expect(ringing).toEqual({
      event: 'incoming_call',
      from: '০১৭১২৩৪৫৬৭৮',
      to_extension: '204',
      bracknet_call_id: id,
      timestamp: ISO_SECONDS,
    });
    expect(answered).toMatchObject({ event: 'call_answered', agent_extension: '204' });
    expect(ended).toMatchObject({ event: 'call_ended', duration: 7, end_reason: 'completed' });
    expect(recorded).toMatchObject({ event: 'call_recording_ready', recording_duration: 7 });
    expect(secondsBetween(ringing, answered)).toBe(10);
    expect(secondsBetween(ringing, ended)).toBe(17);
  });

  it('inbound-missed sends the miss without a call id, as in the contract', async () => {
    await pbx.simulate({ scenario: 'inbound-missed', from: '01700000001', to_extension: '202' });
    const [ringing, missed] = pbx.crm.bodies();
    expect(missed).toEqual({
      event: 'call_missed',
      from: '01700000001',
      to_extension: '202',
      timestamp: ISO_SECONDS,
    });
    expect(secondsBetween(ringing, missed)).toBe(30);
    expect(pbx.crm.webhooks.map(({ path }) => path)).toEqual([
      '/api/webhook/bracknet/incoming-call',
      '/api/webhook/bracknet/call-missed',
    ]);
  });

  it('inbound-transferred and inbound-hung-up go on as their outbound namesakes', async () => {
    const talk = ['call_ended', 'call_recording_ready'];
    await pbx.simulate({ scenario: 'inbound-transferred' });
    expect(namesOf(pbx.crm.bodies())).toEqual(['incoming_call', 'call_answered', 'call_answered', ...talk]);

    const held = await pbx.simulate({ scenario: 'inbound-hung-up' });
    expect(held.webhooks.map(({ event }) => event)).toEqual(['incoming_call', 'call_answered']);
    await pbx.hangUp(held.bracknet_call_id);
    expect(namesOf((await pbx.crm.received(9)).slice(7))).toEqual(talk);
  });

  it('returns with wait the CRM’s response to each webhook', async () => {
    pbx.crm.answer = () => 202;
    const { webhooks } = await pbx.simulate({ scenario: 'inbound-missed' });
    expect(webhooks).toMatchObject([
      { event: 'incoming_call', status: 202, response: { status: 'ok' }, attempts: 1 },
      { event: 'call_missed', status: 202, response: { status: 'ok' }, attempts: 1 },
    ]);
  });

  it('answers without wait before the CRM has taken a webhook', async () => {
    const release = pbx.crm.holdAnswers();
    const reply = await pbx.request('POST', '/simulate', { scenario: 'inbound-missed' });
    expect(reply.json()).not.toHaveProperty('webhooks');
    release();
    expect(namesOf(await pbx.crm.received(2))).toEqual(['incoming_call', 'call_missed']);
  });

  it.each([
    [{}, /^scenario must be one of answered, /],
    [{ scenario: 'busy', to_extension: 'desk' }, /^to_extension must be an extension/],
    [{ scenario: 'busy', drop: ['call_lost'] }, /^each of drop must be one of incoming_call, /],
    [{ scenario: 'busy', drop: 1.5 }, /^drop must be a chance from 0 to 1, or a list/],
    [{ scenario: 'busy', colour: 'red' }, /^colour is unknown; known are scenario, /],
  ])('rejects %j with the reason', async (fields, message) => {
    const reply = await pbx.request('POST', '/simulate', fields);
    expect(reply.status).toBe(400);
    expect(reply.json().message).toMatch(message);
  });
});

describe('hang-up and transfer', () => {
  it('a hang-up while the phone rings sends only an unanswered end', async () => {
    const release = pbx.crm.holdAnswers();
    await pbx.behave({ oneShot: true });
    const id = await pbx.startedCallId();
    await pbx.crm.received(1);
    await pbx.hangUp(id);
    release();
    const [ringing, ended] = await pbx.crm.received(2);
    expect(ringing).toMatchObject({ event: 'ringing', bracknet_call_id: id });
    expect(ended).toMatchObject({ event: 'call_ended', duration: 0, end_reason: 'agent_hangup' });
    await pbx.simulate({ scenario: 'inbound-answered' });
    expect(pbx.crm.bodies().filter((body) => body.bracknet_call_id === id)).toHaveLength(2);
  });

  it('an ended call is unchanged: hang-up responds with ended, transfer is rejected', async () => {
    const { bracknet_call_id: id } = await pbx.simulate({ scenario: 'answered' });
    expect((await pbx.hangUp(id)).json()).toEqual({ status: 'ended' });
    const refused = await pbx.transfer(id, '301');
    expect([refused.status, refused.json().message]).toEqual([409, 'Call already ended']);
    await pbx.simulate({ scenario: 'inbound-missed' });
    expect(pbx.crm.bodies().filter((body) => body.bracknet_call_id === id)).toHaveLength(3);
  });

  it('a call that is not answered cannot be transferred', async () => {
    await pbx.behave({ delayMs: 60_000 });
    const refused = await pbx.transfer(await pbx.startedCallId(), '301');
    expect([refused.status, refused.json().message]).toEqual([409, 'Call not answered yet']);
  });

  it.each([['BN-CALL-0'], [7], [undefined]])('an unknown call (%j) is 404 with a message', async (id) => {
    const replies = [await pbx.hangUp(id), await pbx.transfer(id, '301')];
    for (const reply of replies) {
      expect([reply.status, reply.json()]).toEqual([404, { status: 'error', message: 'Call not found' }]);
    }
  });
});
