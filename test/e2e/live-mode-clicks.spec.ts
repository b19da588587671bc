import { AGENT_201, AGENT_202 } from '../support/app.js';
import { useLiveMode } from '../support/live-mode.js';

const START = { agent_extension: '201', customer_number: '01712345678' };
const KEY = { 'Idempotency-Key': 'click-1' };

/** The call does not end and the PBX does not respond before all clicks are received. */
const LASTING = { scenario: 'hung-up', answer: 'slow', slowMs: 300 } as const;

describe('live mode, ten clicks at once', () => {
  const live = useLiveMode();

  function clicks(body: object, headers?: Record<string, string>) {
    return Promise.all(
      Array.from({ length: 10 }, () => live.app.post('/api/call/start', body, AGENT_201, headers)),
    );
  }

  it.each([
    ['without a key', undefined],
    ['with one Idempotency-Key', KEY],
  ])('%s: one request to the PBX, one row, ten equal answers', async (_name, headers) => {
    await live.pbx.behave(LASTING);
    const answers = await clicks(START, headers);
    await live.pbx.deliveredWebhooks(1);
    const [first] = answers;
    expect(answers.map(({ status, body }) => [status, body])).toEqual(answers.map(() => [200, first?.body]));
    expect(first?.body).toMatchObject({ status: 'success', mode: 'live', telephonyCallId: 1 });
    expect(await live.pbx.requests('start')).toHaveLength(1);
    expect((await live.app.onlyCall()).externalCallId).toBe(first?.body.bracknet_call_id);
  });

  it('with one number in ten formats: one request to the PBX', async () => {
    await live.pbx.behave(LASTING);
    const writings = ['01712345678', '+8801712345678', '8801712345678', '008801712345678', '1712345678'];
    const numbers = [
      ...writings,
      '88-01712-345678',
      '০১৭১২৩৪৫৬৭৮',
      '01712-345678',
      '01712 345 678',
      'tel:01712345678',
    ];
    const answers = await Promise.all(
      numbers.map((customer_number) => live.app.post('/api/call/start', { ...START, customer_number })),
    );
    await live.pbx.deliveredWebhooks(1);
    expect(new Set(answers.map(({ body }) => body.bracknet_call_id)).size).toBe(1);
    expect(await live.pbx.requests('start')).toHaveLength(1);
  });

  it('with one key, when the call ends before the PBX responds: one request', async () => {
    await live.pbx.behave({ scenario: 'busy', answer: 'slow', slowMs: 300, eventBeforeAnswer: true });
    const answers = await clicks(START, KEY);
    await live.pbx.deliveredWebhooks(1);
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [200, answers[0]?.body]),
    );
    expect(await live.pbx.requests('start')).toHaveLength(1);
    expect(await live.app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'busy' });
  });

  it('with one key, rejected by the PBX: one request, ten equal rejections, and no later retry', async () => {
    await live.pbx.behave({ answer: 'http400' });
    const answers = await clicks(START, KEY);
    await live.pbx.behave({ answer: 'ok' });
    const later = await live.app.post('/api/call/start', START, AGENT_201, KEY);
    for (const { status, body } of [...answers, later]) {
      expect([status, body.code]).toEqual([502, 'PBX_REFUSED']);
      expect(body.message).toBe('The PBX refused: Extension is not registered');
    }
    expect(await live.pbx.requests('start')).toHaveLength(1);
    expect(await live.app.onlyCall()).toMatchObject({ status: 'failed', endReason: 'provider_error' });
  });

  it('with one key for two numbers: one call, and 422 for the clicks with the other number', async () => {
    await live.pbx.behave(LASTING);
    const other = { ...START, customer_number: '01812345678' };
    const answers = await Promise.all(
      [START, other].map((body) => live.app.post('/api/call/start', body, AGENT_201, KEY)),
    );
    await live.pbx.deliveredWebhooks(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 422]));
    expect(await live.pbx.requests('start')).toHaveLength(1);
    await live.app.onlyCall();
  });

  it('of two agents, five each: one request and one call for each of them', async () => {
    await live.pbx.behave(LASTING);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, nth) =>
        nth % 2 === 0
          ? live.app.post('/api/call/start', START, AGENT_201)
          : live.app.post('/api/call/start', { ...START, agent_extension: '202' }, AGENT_202),
      ),
    );
    await live.pbx.deliveredWebhooks(2);
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => body.bracknet_call_id)).size).toBe(2);
    const calls = await live.app.calls();
    expect(calls).toHaveLength(2);
    expect(new Set(calls.map(({ agentPhone }) => agentPhone))).toEqual(new Set(['201', '202']));
    expect(await live.pbx.requests('start')).toHaveLength(2);
  });
});
