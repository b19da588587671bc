import type { ServerResponse } from 'node:http';
import { jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { PbxMetrics } from '../../src/modules/metrics/pbx-metrics.js';
import {
  accepts,
  answers,
  CALL,
  captureLogs,
  clientOf,
  closePeersAndClients,
  errorOf,
  HANGUP,
  hangsUp,
  pbxThat,
  TRANSFER,
} from '../support/bracknet-peer.js';
import { samplesOf } from '../support/samples.js';

let logged: string[];

beforeEach(() => {
  logged = captureLogs();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await closePeersAndClients();
});

/** A PBX that fails until its behaviour is changed, and a clock that only `pass` advances. */
async function pbxThatMayFail() {
  const state = { behave: hangsUp };
  const pbx = await pbxThat((response, nth) => state.behave(response, nth));
  const registry = new Registry();
  const metrics = new PbxMetrics(registry);
  const client = clientOf(pbx.url, 15_000, metrics);
  let now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  return {
    state,
    pbx,
    client,
    metrics,
    samples: async () => samplesOf(await registry.metrics()),
    pass: (ms: number): void => void (now += ms),
    fail: async (times: number): Promise<void> => {
      for (let nth = 0; nth < times; nth++) await errorOf(client.start(CALL));
    },
  };
}

describe('the circuit breaker', () => {
  it('opens after 5 consecutive faults and then sends no request of any operation to the PBX', async () => {
    const { pbx, client, fail, pass } = await pbxThatMayFail();
    await fail(5);
    pass(3_400);
    const questions = [client.start(CALL), client.hangup(HANGUP), client.transfer(TRANSFER)];
    for (const error of await Promise.all(questions.map(errorOf))) {
      expect(error.code).toBe('PBX_CIRCUIT_OPEN');
      expect(error.message).toContain('Try again in 7 s');
      expect(error.cause).toBeInstanceOf(Error);
    }
    expect(pbx.received).toHaveLength(5);
  });

  it('counts an operation with its second try as one fault', async () => {
    const { pbx, client, fail } = await pbxThatMayFail();
    await errorOf(client.hangup(HANGUP));
    await fail(3);
    expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_UNREACHABLE' });
    expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_CIRCUIT_OPEN' });
    expect(pbx.received).toHaveLength(6);
  });

  it.each([
    ['a success', accepts],
    ['a refusal', answers(422, { message: 'Number is barred' })],
  ])('begins to count anew after %s', async (_name, behave) => {
    const { state, pbx, client, fail } = await pbxThatMayFail();
    await fail(4);
    state.behave = behave;
    await client.start(CALL).catch(() => undefined);
    state.behave = hangsUp;
    await fail(4);
    expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_UNREACHABLE' });
    expect(pbx.received).toHaveLength(10);
  });

  it('stays closed when the PBX rejects requests repeatedly', async () => {
    const { state, pbx, client } = await pbxThatMayFail();
    state.behave = answers(400, { message: 'Extension is not registered' });
    for (let nth = 0; nth < 12; nth++) {
      expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_REFUSED' });
    }
    expect(pbx.received).toHaveLength(12);
  });

  it('allows one request after 10 s, and closes when the PBX responds', async () => {
    const { state, pbx, client, fail, pass } = await pbxThatMayFail();
    await fail(5);
    const held: ServerResponse[] = [];
    const arrived = new Promise<void>((resolve) => {
      state.behave = (response) => {
        held.push(response);
        resolve();
      };
    });

    pass(9_999);
    expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_CIRCUIT_OPEN' });
    pass(1);
    const trial = client.start(CALL);
    expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_CIRCUIT_OPEN' });
    await arrived;
    expect(pbx.received).toHaveLength(6);

    state.behave = accepts;
    for (const response of held) accepts(response, 6);
    await expect(trial).resolves.toMatchObject({ bracknetCallId: 'BN-CALL-456789' });
    await expect(client.start(CALL)).resolves.toMatchObject({ bracknetCallId: 'BN-CALL-456789' });
    expect(logged.filter((line) => line.includes('Circuit'))).toEqual([
      'error Circuit open: the PBX keeps failing, no requests are sent for 10 s',
      'log Circuit half open: one trial request is sent',
      'log Circuit closed: the PBX answers again',
    ]);
  });

  it('stays open for another 10 s when that one request fails', async () => {
    const { pbx, client, fail, pass } = await pbxThatMayFail();
    await fail(5);
    pass(10_000);
    expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_UNREACHABLE' });
    pass(9_999);
    expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_CIRCUIT_OPEN' });
    expect(pbx.received).toHaveLength(6);
  });

  it('closes when that one request is rejected: a rejection is no fault', async () => {
    const { state, pbx, client, fail, pass } = await pbxThatMayFail();
    await fail(5);
    pass(10_000);
    state.behave = answers(422, { message: 'Number is barred' });
    expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_REFUSED' });
    state.behave = hangsUp;
    await fail(4);
    expect(await errorOf(client.start(CALL))).toMatchObject({ code: 'PBX_UNREACHABLE' });
    expect(pbx.received).toHaveLength(11);
  });

  it('reports its state: closed, open during the pause, half open until the next request is completed', async () => {
    const { state, client, metrics, samples, fail, pass } = await pbxThatMayFail();
    expect(metrics.breaker()).toBe('closed');
    await fail(5);
    expect(metrics.breaker()).toBe('open');
    pass(9_999);
    expect(metrics.breaker()).toBe('open');
    pass(1);
    expect(metrics.breaker()).toBe('half-open');
    expect([...(await samples())].filter(([name]) => name.startsWith('telephony_pbx_breaker_state'))).toEqual(
      [
        ['telephony_pbx_breaker_state{state="closed"}', 0],
        ['telephony_pbx_breaker_state{state="half-open"}', 1],
        ['telephony_pbx_breaker_state{state="open"}', 0],
      ],
    );
    state.behave = accepts;
    await client.start(CALL);
    expect(metrics.breaker()).toBe('closed');
  });

  it('is counted separately from the attempts of requests to the PBX', async () => {
    const { state, client, samples, fail } = await pbxThatMayFail();
    await client.hangup(HANGUP).catch(() => undefined);
    state.behave = answers(200, 'no JSON');
    await fail(1);
    state.behave = hangsUp;
    await fail(3);
    await errorOf(client.transfer(TRANSFER));
    const counted = await samples();
    const asked = (operation: string, outcome: string) =>
      counted.get(`telephony_pbx_request_seconds_count{operation="${operation}",outcome="${outcome}"}`);
    expect(asked('hangup', 'pbx_unreachable')).toBe(2);
    expect(asked('start', 'pbx_unintelligible')).toBe(1);
    expect(asked('start', 'pbx_unreachable')).toBe(3);
    expect(asked('transfer', 'pbx_unreachable')).toBeUndefined();
    expect(counted.get('telephony_pbx_not_asked_total{operation="transfer"}')).toBe(1);
  });
});
