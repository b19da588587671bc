import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import type { ServerProcess } from '../../support/server-process.js';
import { webhooksOf } from '../../support/webhook-lives.js';
import { BODIES, type BodyFault, type Expected } from '../bodies.js';
import { bytesOf, newCall, secondsToNow } from '../events.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import { type Answer, jsonOf, pathOf, post } from '../http.js';
import { type Message, signed, STANDARD } from '../signature.js';
import type { FaultEnvironment, FaultDatabase } from '../fault-environment.js';

interface Context {
  readonly database: FaultDatabase;
  readonly server: ServerProcess;
}

async function prepare(environment: FaultEnvironment): Promise<Context> {
  const database = await environment.database('body');
  return { database, server: await environment.server(database.url) };
}

const ROUTE = 'call-ended';
const OF_THESE_BYTES = 'FROM telephony_webhook_receipts WHERE body = $1';

function bodyFault(fault: BodyFault): Fault<Context> {
  const accepted = [fault.expected].flat();
  return {
    name: fault.name,
    tried: `${fault.tried}: ${accepted.join(' or ')}`,
    run: async ({ database, server }) => {
      const { id, caller } = newCall();
      const event = webhooksOf(id, caller).ended(secondsToNow(), 65);
      const message = signed(STANDARD, fault.body(event.body, id));
      const answer = await post(server.url + pathOf(ROUTE), message, fault.sent);
      const expected = accepted.find((one) => statusOf(one) === answer.status);
      must(expected !== undefined, `answered ${answer.status} ${answer.body.toString().slice(0, 200)}`);
      await mustHaveKept(database, message, answer, expected ?? 0);
      await fault.leaves?.(database, id);
      await mustTakeNext(server);
      return typeof expected === 'number' ? `${expected}, nothing kept` : `${answer.status}, bytes kept`;
    },
  };
}

function statusOf(expected: Expected): number {
  return expected === 'taken' ? 200 : expected === 'quarantined' ? 400 : expected;
}

async function mustHaveKept(
  database: FaultDatabase,
  message: Message,
  answer: Answer,
  expected: Expected,
): Promise<void> {
  const receipts = await database.query<{ outcome: string }>(`SELECT outcome ${OF_THESE_BYTES}`, [
    message.body,
  ]);
  if (typeof expected === 'number') {
    mustBe('receipts with these bytes', receipts, []);
    return;
  }
  mustBe('receipts with these bytes', receipts, [{ outcome: expected === 'taken' ? 'applied' : expected }]);
  if (expected === 'quarantined') {
    must(String(jsonOf(answer).code).startsWith('WEBHOOK_'), `code ${String(jsonOf(answer).code)}`);
    must(Array.isArray(jsonOf(answer).details), 'the answer has no details');
  }
}

/** The server must accept a valid event after the fault. */
async function mustTakeNext(server: ServerProcess): Promise<void> {
  const { id, caller } = newCall();
  const { route, body } = webhooksOf(id, caller).incoming(secondsToNow());
  const answer = await post(server.url + pathOf(route), signed(STANDARD, bytesOf(body)));
  mustBe('answer to a proper event afterwards', [answer.status, jsonOf(answer).result], [200, 'accepted']);
}

const byteBySecond: Fault<Context> = {
  name: 'one byte per second',
  tried: 'a body of 200 bytes: 408 after 10 s, nothing kept',
  run: async ({ database, server }) => {
    const { id, caller } = newCall();
    const { body } = webhooksOf(id, caller).ended(secondsToNow(), 65);
    const message = signed(STANDARD, bytesOf(body));
    const before = await database.receipts();
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const since = performance.now();
    const lines = [
      ['Host', hostname],
      ['Content-Type', 'application/json'],
      ['Content-Length', String(message.body.length)],
      ...message.headers,
    ];
    socket.write(
      `POST ${pathOf(ROUTE)} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n`,
    );
    const answer = text(socket);
    let sent = 0;
    while (!socket.closed && sent < 30) {
      socket.write(message.body.subarray(sent, (sent += 1)));
      await Promise.race([answer, pause(1_000)]);
    }
    const seconds = (performance.now() - since) / 1000;
    socket.destroy();
    const [status = ''] = (await answer.catch(() => '')).split('\r\n');
    mustBe('status', status, 'HTTP/1.1 408 Request Timeout');
    must(seconds < 13, `only after ${seconds.toFixed(1)} s`);
    mustBe('receipts stored', (await database.receipts()) - before, 0);
    return `408 after ${seconds.toFixed(1)} s`;
  },
};

export const body = faultGroup('body', prepare, [...BODIES.map(bodyFault), byteBySecond]);
