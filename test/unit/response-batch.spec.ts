import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ResponseBatch } from '../../src/modules/telephony/webhooks/ingress/response-batch.js';

describe('a batch of responses', () => {
  /** Operations on the responses, in order. */
  let written: string[];

  beforeEach(() => {
    written = [];
  });

  function responseTo(name: string): ServerResponse {
    return {
      writeHead: (status: number, headers: string[]) =>
        written.push(`${name} ${status} ${headers.join(' ')}`),
      end: (body: string) => written.push(`${name} ${body}`),
    } as unknown as ServerResponse;
  }

  it('is sent once, at the end of the turn, in the order of addition', async () => {
    const batch = new ResponseBatch();
    batch.add({ response: responseTo('first'), status: 401, headers: ['X-Request-Id', '1'], body: 'no' });
    await Promise.resolve();
    batch.add({ response: responseTo('second'), status: 403, headers: [], body: 'no either' });
    expect(written).toEqual([]);
    await nextTurn();
    const all = ['first 401 X-Request-Id 1', 'first no', 'second 403 ', 'second no either'];
    expect(written).toEqual(all);
    await nextTurn();
    expect(written).toEqual(all);
  });

  it('is followed by another batch for responses that are added later', async () => {
    const batch = new ResponseBatch();
    batch.add({ response: responseTo('first'), status: 401, headers: [], body: 'no' });
    await nextTurn();
    batch.add({ response: responseTo('second'), status: 401, headers: [], body: 'no' });
    await nextTurn();
    expect(written).toEqual(['first 401 ', 'first no', 'second 401 ', 'second no']);
  });

  it('is sent before the end of the turn when it has sixteen responses', async () => {
    const batch = new ResponseBatch();
    const names = Array.from({ length: 17 }, (_, index) => `answer ${index}`);
    for (const name of names) {
      batch.add({ response: responseTo(name), status: 401, headers: [], body: 'no' });
    }
    const inOrder = names.flatMap((name) => [`${name} 401 `, `${name} no`]);
    expect(written).toEqual(inOrder.slice(0, 32));
    await nextTurn();
    expect(written).toEqual(inOrder);
  });

  it('closes the connection of a response that cannot be sent, and sends the others', async () => {
    const batch = new ResponseBatch();
    const broken = {
      writeHead: () => {
        throw new Error('invalid header');
      },
      destroy: () => written.push('hung up'),
    } as unknown as ServerResponse;
    batch.add({ response: broken, status: 401, headers: [], body: 'no' });
    batch.add({ response: responseTo('second'), status: 401, headers: [], body: 'no' });
    await nextTurn();
    expect(written).toEqual(['hung up', 'second 401 ', 'second no']);
  });
});
