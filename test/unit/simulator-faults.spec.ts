import * as fc from 'fast-check';
import { HELP, readCommandLine } from '../../src/simulator/command-line.js';
import { planDeliveries, seededRandom } from '../../src/simulator/webhooks/delivery-plan.js';
import type { PbxEvent } from '../../src/simulator/webhooks/events.js';
import type { PostedWebhook } from '../../src/simulator/journal.js';
import { DEFAULT_BEHAVIOUR } from '../../src/simulator/settings.js';
import { DEFAULT_OPTIONS, startSimulator } from '../../src/simulator/simulator.js';
import { namesOf, secondsBetween, SimulatorHarness } from '../support/simulator-harness.js';

/** Each event with its extension, which distinguishes the answer after a transfer from the first one. */
function orderOf(webhooks: PostedWebhook[]): string[] {
  return webhooks.map(({ body }) => `${body.event} ${'agent_extension' in body ? body.agent_extension : ''}`);
}

let pbx: SimulatorHarness;

beforeEach(async () => {
  pbx = new SimulatorHarness();
  await pbx.start();
});

afterEach(() => pbx.close());

describe('call settings', () => {
  it('oneShot posts everything to the one-shot route, ringing included', async () => {
    await pbx.behave({ oneShot: true, scenario: 'busy' });
    const id = await pbx.startedCallId();
    const [ringing, ended] = await pbx.crm.received(2);
    expect(ringing).toMatchObject({
      event: 'ringing',
      bracknet_call_id: id,
      agent_extension: '201',
      customer_number: '01712345678',
    });
    expect(secondsBetween(ringing, ended)).toBe(3);
    const oneShot = '/api/telephony/webhook/bracknet';
    expect(pbx.crm.webhooks.map(({ path }) => path)).toEqual([oneShot, oneShot]);
  });

  it('delayMs keeps webhooks apart in real time', async () => {
    await pbx.simulate({ scenario: 'inbound-missed', delayMs: 80 });
    const [first, second] = pbx.crm.webhooks.map(({ at }) => at);
    expect(Number(second) - Number(first)).toBeGreaterThan(75);
  });

  it('duplicate posts each event n times', async () => {
    await pbx.simulate({ scenario: 'inbound-missed', duplicate: 2 });
    const twice = ['incoming_call', 'incoming_call', 'call_missed', 'call_missed'];
    expect(namesOf(pbx.crm.bodies())).toEqual(twice);
  });

  it('shuffle posts out of order, and again in that order for the seed it reports', async () => {
    const fields = { scenario: 'inbound-transferred', shuffle: true, duplicate: 3 };
    const drawn = await pbx.simulate(fields);
    const again = await pbx.simulate({ ...fields, seed: drawn.seed });
    const straight = await pbx.simulate({ ...fields, shuffle: false });
    expect(orderOf(again.webhooks)).toEqual(orderOf(drawn.webhooks));
    expect(orderOf(drawn.webhooks)).not.toEqual(orderOf(straight.webhooks));
    expect(orderOf(drawn.webhooks).toSorted()).toEqual(orderOf(straight.webhooks).toSorted());
  });

  it('drop leaves out the named events, and the call goes on', async () => {
    await pbx.simulate({ scenario: 'inbound-answered', drop: ['call_answered', 'call_ended'] });
    expect(namesOf(pbx.crm.bodies())).toEqual(['incoming_call', 'call_recording_ready']);
    expect(pbx.printed.filter((line) => line.endsWith(' dropped'))).toHaveLength(2);
  });

  it('drop with chance 1 leaves out everything', async () => {
    expect((await pbx.simulate({ scenario: 'inbound-answered', drop: 1 })).webhooks).toEqual([]);
  });

  it('eventBeforeAnswer keeps start waiting until the CRM has taken the first webhook', async () => {
    const release = pbx.crm.holdAnswers();
    await pbx.behave({ eventBeforeAnswer: true });
    const starting = pbx.startCall();
    const [first] = await pbx.crm.received(1);
    expect((await pbx.log()).requests).toMatchObject([{ path: '/api/call/start', status: null }]);
    release();
    expect((await starting).json().bracknet_call_id).toBe(first?.bracknet_call_id);
    expect(namesOf(await pbx.crm.received(3))).toEqual([
      'call_answered',
      'call_ended',
      'call_recording_ready',
    ]);
  });

  it("echoCrmCallId adds start's crm_call_id to every event", async () => {
    await pbx.behave({ echoCrmCallId: true });
    await pbx.startCall({ crm_call_id: '123' });
    const echoed = (await pbx.crm.received(3)).map(({ crm_call_id }) => crm_call_id);
    expect(echoed).toEqual(['123', '123', '123']);
  });

  it('/behaviour changes nothing when a field is wrong, and DELETE resets it', async () => {
    await pbx.behave({ duplicate: 2 });
    const misspelt = await pbx.request('POST', '/behaviour', { shuffle: true, dealyMs: 1 });
    expect([misspelt.status, misspelt.json().message]).toEqual([400, expect.stringMatching(/^dealyMs is/)]);
    expect((await pbx.request('GET', '/behaviour')).json()).toEqual({ ...DEFAULT_BEHAVIOUR, duplicate: 2 });
    expect((await pbx.request('DELETE', '/behaviour')).json()).toEqual({ ...DEFAULT_BEHAVIOUR });
  });
});

describe("what may happen to start's answer", () => {
  it.each([['callId'], ['id']] as const)('%s carries the id under that name alone', async (answer) => {
    await pbx.behave({ answer });
    const { bracknet_call_id, ...named } = (await pbx.startCall()).json();
    const [first] = await pbx.crm.received(1);
    expect(bracknet_call_id).toBeUndefined();
    expect(named).toMatchObject({ status: 'success', [answer]: first?.bracknet_call_id });
  });

  it.each([
    ['html', 200, /^<!doctype html>/],
    ['empty', 200, /^$/],
    ['no-id', 200, /^\{"status":"success","message":"Call initiated"\}$/],
    ['http400', 400, /"message":"Extension is not registered"/],
    ['http500', 500, /"message":"Internal PBX error"/],
    ['huge', 200, /x{1000}"\}$/],
    ['redirect', 307, /^$/],
  ] as const)('%s gets %i, and no call is created', async (answer, status, body) => {
    await pbx.behave({ answer });
    const reply = await pbx.startCall();
    expect(reply.status).toBe(status);
    expect(reply.text).toMatch(body);
    const { webhooks } = await pbx.simulate({ scenario: 'inbound-answered' });
    expect((await pbx.log()).webhooks).toEqual(webhooks);
  });

  it('huge is larger than any honest answer', async () => {
    await pbx.behave({ answer: 'huge' });
    expect((await pbx.startCall()).text.length).toBeGreaterThan(16 * 1024 * 1024);
  });

  it('redirect leads back to start, so that following it shows in the log', async () => {
    await pbx.behave({ answer: 'redirect' });
    await expect(pbx.startCall({}, { redirect: 'follow' })).rejects.toThrow('fetch failed');
    expect((await pbx.log()).requests.length).toBeGreaterThan(1);
  });

  it('slow responds after the client’s timeout, and the call continues', async () => {
    await pbx.behave({ answer: 'slow', slowMs: 700, eventBeforeAnswer: true });
    const patience = new AbortController();
    const impatient = pbx.startCall({}, { signal: patience.signal }).catch(() => 'gave up');
    await pbx.crm.received(1);
    patience.abort();
    expect(await impatient).toBe('gave up');
    expect((await pbx.crm.received(3))[1]).toMatchObject({ event: 'call_ended', duration: 65 });
  });

  it('slow is the ordinary answer for a patient client', async () => {
    await pbx.behave({ answer: 'slow', slowMs: 100 });
    const asked = performance.now();
    expect((await pbx.startCall()).json()).toMatchObject({ status: 'success', message: 'Call initiated' });
    expect(performance.now() - asked).toBeGreaterThan(95);
  });
});

describe('webhooks that the CRM rejects', () => {
  it('are posted again after a 5xx', async () => {
    let asked = 0;
    pbx.crm.answer = () => (++asked < 3 ? 503 : 200);
    const { webhooks } = await pbx.simulate({ scenario: 'busy' });
    expect(webhooks).toMatchObject([{ status: 200, attempts: 3 }]);
    expect(pbx.printed.filter((line) => line.includes('failed: HTTP 503'))).toHaveLength(2);
  });

  it('are not posted again after a 4xx, which would not change', async () => {
    pbx.crm.answer = () => 400;
    const { webhooks } = await pbx.simulate({ scenario: 'busy' });
    expect(webhooks).toMatchObject([{ status: 400, attempts: 1 }]);
  });

  it('are abandoned after three attempts when there is no response', async () => {
    await pbx.crm.close();
    const { webhooks } = await pbx.simulate({ scenario: 'busy' });
    expect(webhooks).toMatchObject([{ status: null, response: null, attempts: 3 }]);
    expect(pbx.printed.filter((line) => line.includes('failed: ECONNREFUSED'))).toHaveLength(3);
  });
});

describe('access, log and life', () => {
  it('rejects every request without the right key', async () => {
    const headers = { authorization: 'Bearer wrong' };
    const start = await pbx.startCall({}, { headers });
    expect([start.status, start.json().message]).toEqual([401, 'Wrong or missing API key']);
    const others = ['/simulate', '/behaviour', '/api/call/hangup', '/elsewhere'];
    const replies = await Promise.all(others.map((path) => pbx.request('POST', path, {}, { headers: {} })));
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });

  it('answers an unknown route 404 and a body that is no JSON object 400', async () => {
    expect((await pbx.request('GET', '/api/call/start')).status).toBe(404);
    const noJson = await pbx.startCall({}, { body: 'agent_extension=201' });
    expect([noJson.status, noJson.json().message]).toEqual([400, 'The body must be a JSON object']);
  });

  it('logs requests with headers and body but not the key, and webhooks with their status', async () => {
    await pbx.startCall({}, { headers: { authorization: 'Bearer k', 'x-request-id': 'r-1' } });
    await pbx.crm.received(3);
    await pbx.simulate({ scenario: 'inbound-missed' });
    const { requests, webhooks } = await pbx.log();
    expect(requests).toMatchObject([
      { path: '/api/call/start', headers: { 'x-request-id': 'r-1' }, body: { agent_extension: '201' } },
    ]);
    expect(requests[0]).toMatchObject({ status: 200, at: expect.stringMatching(/Z$/) });
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
    expect(webhooks).toHaveLength(5);
    expect(webhooks[0]).toMatchObject({ event: 'call_answered', status: 200, response: { status: 'ok' } });

    expect((await pbx.request('DELETE', '/log')).status).toBe(204);
    expect(await pbx.log()).toEqual({ requests: [], webhooks: [] });
  });

  it('prints one line per event, with no more than three digits of a phone number', async () => {
    await pbx.simulate({ scenario: 'inbound-missed', from: '+8801712345678' });
    await pbx.simulate({ scenario: 'busy', from: '01712345678', oneShot: true });
    expect(pbx.printed).toHaveLength(4);
    expect(pbx.printed[0]).toMatch(/incoming_call BN-CALL-\d+ from \*{11}678 to 201 posted to .*: 200$/);
    expect(pbx.printed.join('\n')).not.toMatch(/12345678/);
  });

  it('closes without waiting for pending webhooks and responses', async () => {
    const other = await startSimulator({
      port: 0,
      crmUrl: pbx.crm.url,
      behaviour: { answer: 'slow', delayMs: 600_000, eventBeforeAnswer: true },
    });
    const authorization = `Bearer ${DEFAULT_OPTIONS.key}`;
    const post = (path: string, body: object) =>
      fetch(other.url + path, { method: 'POST', headers: { authorization }, body: JSON.stringify(body) });
    await post('/simulate', { scenario: 'inbound-answered' });
    const start = { agent_extension: '201', customer_number: '01712345678' };
    const unanswered = post('/api/call/start', start).catch(() => 'cut off');
    await pbx.crm.received(2);
    await other.close();
    expect(await unanswered).toBe('cut off');
    expect(namesOf(pbx.crm.bodies())).toEqual(['incoming_call', 'call_answered']);
  });

  it('rejects when its port is taken', async () => {
    const port = Number(new URL(pbx.simulator.url).port);
    await expect(startSimulator({ port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('delivery plan', () => {
  const events: PbxEvent[] = ['1', '2', '3', '4'].map((from) => ({
    event: 'call_missed',
    from,
    to_extension: '201',
    timestamp: '2026-01-03T11:05:00Z',
  }));

  it('keeps every event, dropped or n times, whatever the seed and the order', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, duplicate, shuffle, drop) => {
          const plan = planDeliveries(events, { duplicate, shuffle, drop }, seededRandom(seed));
          for (const event of events) {
            const copies = plan.filter((delivery) => delivery.event === event);
            expect(copies).toHaveLength(copies[0]?.dropped ? 1 : duplicate);
          }
        },
      ),
    );
  });

  it('is the same for the same seed', () => {
    const faults = { duplicate: 2, shuffle: true, drop: 0.3 };
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const plans = [1, 2].map(() => planDeliveries(events, faults, seededRandom(seed)));
        expect(plans[0]).toEqual(plans[1]);
      }),
    );
  });
});

describe('command line', () => {
  it('without flags is the defaults', () => {
    const { print: _print, ...defaults } = DEFAULT_OPTIONS;
    expect(readCommandLine([])).toEqual({ ...defaults, behaviour: DEFAULT_BEHAVIOUR });
  });

  it('accepts every setting as a flag', () => {
    const flags =
      '--port 0 --key s3 --crm-url https://crm.test --scenario busy --talk-seconds 135 --answer http500 ' +
      '--slow-ms 5 --one-shot --delay-ms 10 --duplicate 2 --shuffle --seed 7 --drop call_ended,ringing ' +
      '--event-before-answer --transfer-to 305 --echo-crm-call-id';
    expect(readCommandLine(flags.split(' '))).toEqual({
      port: 0,
      key: 's3',
      sign: expect.any(Function),
      crmUrl: 'https://crm.test',
      behaviour: {
        scenario: 'busy',
        talkSeconds: 135,
        answer: 'http500',
        slowMs: 5,
        oneShot: true,
        delayMs: 10,
        duplicate: 2,
        shuffle: true,
        seed: 7,
        drop: ['call_ended', 'ringing'],
        eventBeforeAnswer: true,
        transferTo: '305',
        echoCrmCallId: true,
      },
    });
    for (const flag of flags.match(/--[a-z-]+/g) ?? []) expect(HELP).toContain(`\n  ${flag} `);
  });

  it('reads drop as a chance, too, and --help as a call for help', () => {
    expect(readCommandLine(['--drop', '0.25'])?.behaviour.drop).toBe(0.25);
    expect(readCommandLine(['--help'])).toBeNull();
  });

  it.each([
    [['--colour', 'red'], '--colour'],
    [['--port', '70000'], '--port must be'],
    [['--crm-url', 'localhost:3000'], '--crm-url must be'],
    [['--scenario', 'inbound-missed'], 'scenario must be one of answered'],
    [['--talk-seconds', 'long'], 'talkSeconds must be a whole number'],
  ])('refuses %j by name', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message);
  });
});
