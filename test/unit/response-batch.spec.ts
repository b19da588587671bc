import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ResponseBatch } from '../../src/modules/telephony/webhooks/ingress/response-batch.js';

describe('a round of answers', () => {
  /** What was done with responses, in its order. */
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

  it('is sent at the end of the turn, in the order it was added, and once', async () => {
    const round = new ResponseBatch();
    round.add({ response: responseTo('first'), status: 401, headers: ['X-Request-Id', '1'], body: 'no' });
    await Promise.resolve();
    round.add({ response: responseTo('second'), status: 403, headers: [], body: 'nor you' });
    expect(written).toEqual([]);
    await nextTurn();
    const all = ['first 401 X-Request-Id 1', 'first no', 'second 403 ', 'second nor you'];
    expect(written).toEqual(all);
    await nextTurn();
    expect(written).toEqual(all);
  });

  it('is followed by another one, for what is added later', async () => {
    const round = new ResponseBatch();
    round.add({ response: responseTo('first'), status: 401, headers: [], body: 'no' });
    await nextTurn();
    round.add({ response: responseTo('second'), status: 401, headers: [], body: 'no' });
    await nextTurn();
    expect(written).toEqual(['first 401 ', 'first no', 'second 401 ', 'second no']);
  });

  it('does not wait for the end of the turn when sixteen are ready', async () => {
    const round = new ResponseBatch();
    const names = Array.from({ length: 17 }, (_, index) => `answer ${index}`);
    for (const name of names) {
      round.add({ response: responseTo(name), status: 401, headers: [], body: 'no' });
    }
    const inOrder = names.flatMap((name) => [`${name} 401 `, `${name} no`]);
    expect(written).toEqual(inOrder.slice(0, 32));
    await nextTurn();
    expect(written).toEqual(inOrder);
  });

  it('goes on behind an answer that cannot be sent, and hangs up on that one', async () => {
    const round = new ResponseBatch();
    const broken = {
      writeHead: () => {
        throw new Error('a header that is none');
      },
      destroy: () => written.push('hung up'),
    } as unknown as ServerResponse;
    round.add({ response: broken, status: 401, headers: [], body: 'no' });
    round.add({ response: responseTo('second'), status: 401, headers: [], body: 'no' });
    await nextTurn();
    expect(written).toEqual(['hung up', 'second 401 ', 'second no']);
  });
});
