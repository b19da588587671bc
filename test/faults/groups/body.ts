import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { text } from 'node:stream/consumers';
import type { ServerProcess } from '../../support/server-process.js';
import { webhooksOf } from '../../support/webhook-lives.js';
import { bytesOf, newCall, secondsToNow } from '../events.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import { type Answer, jsonOf, pathOf, post, type PostOptions } from '../http.js';
import { type Message, signed, STANDARD } from '../signature.js';
import type { Stage, StageDatabase } from '../stage.js';

interface Ground {
  readonly database: StageDatabase;
  readonly server: ServerProcess;
}

async function prepare(stage: Stage): Promise<Ground> {
  const database = await stage.database('body');
  return { database, server: await stage.server(database.url) };
}

/**
 * taken: 200, applied, and the bytes kept. quarantined: 400 with code and details, and the bytes kept. A status: that,
 * and nothing is kept.
 */
type Due = 'taken' | 'quarantined' | number;

interface BodyFault {
  readonly name: string;
  readonly tried: string;
  /** What must come of it; of several, any. */
  readonly due: Due | readonly Due[];
  /** @param event a proper end of a call, by its id */
  readonly body: (event: Readonly<Record<string, unknown>>, id: string) => Buffer;
  readonly sent?: PostOptions;
  /** What else must be seen in the database. */
  readonly then?: (database: StageDatabase, id: string) => Promise<void>;
}

const WEBHOOK_LIMIT = 64 * 1024;
const ROUTE = 'call-ended';
const OF_THESE_BYTES = 'FROM telephony_webhook_receipts WHERE body = $1';

/** The event, padded to that many bytes. */
function padded(event: object, bytes: number): Buffer {
  const bare = bytesOf({ ...event, padding: '' }).length;
  return bytesOf({ ...event, padding: 'x'.repeat(bytes - bare) });
}

function withField(event: object, field: string): Buffer {
  return Buffer.from(JSON.stringify(event).replace(/\}$/u, `,${field}}`));
}

async function mustHaveCall(database: StageDatabase, id: string): Promise<void> {
  const sql = 'SELECT count(*) FROM telephony_calls WHERE external_call_id = $1';
  mustBe(`rows of ${id}`, await database.count(sql, [id]), 1);
}

const BODIES: readonly BodyFault[] = [
  {
    name: 'cut off in the middle',
    tried: 'not JSON',
    due: 'quarantined',
    body: (event) => bytesOf(event).subarray(0, 40),
  },
  { name: 'empty', tried: 'no byte at all', due: ['quarantined', 400], body: () => Buffer.alloc(0) },
  {
    name: '9,000 levels deep',
    tried: 'arrays in arrays',
    due: 'quarantined',
    body: (event) => withField(event, `"x":${'['.repeat(9_000)}${']'.repeat(9_000)}`),
  },
  {
    name: '64 KiB',
    tried: 'exactly',
    due: 'taken',
    body: (event) => padded(event, WEBHOOK_LIMIT),
    then: mustHaveCall,
  },
  {
    name: '64 KiB and one byte',
    tried: 'said in Content-Length',
    due: 413,
    body: (event) => padded(event, WEBHOOK_LIMIT + 1),
  },
  {
    name: 'over the limit in chunks',
    tried: '80 KiB, the length not said',
    due: 413,
    body: (event) => padded(event, 80 * 1024),
    sent: { chunked: true },
  },
  {
    name: 'within the limit in chunks',
    tried: '60 KiB, the length not said',
    due: 'taken',
    body: (event) => padded(event, 60 * 1024),
    sent: { chunked: true },
  },
  {
    name: 'gzip',
    tried: 'Content-Encoding: gzip, what is sent is signed',
    due: 415,
    body: (event) => gzipSync(bytesOf(event)),
    sent: {
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Encoding', 'gzip'],
      ],
    },
  },
  {
    name: 'Content-Encoding: identity',
    tried: 'any at all is refused',
    due: 415,
    body: bytesOf,
    sent: {
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Encoding', 'identity'],
      ],
    },
  },
  {
    name: 'utf-16',
    tried: 'as application/json',
    due: 'quarantined',
    body: (event) => Buffer.from(JSON.stringify(event), 'utf16le'),
  },
  {
    name: 'utf-16, and says so',
    tried: 'charset=utf-16',
    due: ['quarantined', 415],
    body: (event) => Buffer.from(`\uFEFF${JSON.stringify(event)}`, 'utf16le'),
    sent: { headers: [['Content-Type', 'application/json; charset=utf-16']] },
  },
  {
    name: 'latin1',
    tried: 'a byte that is no UTF-8',
    due: 'quarantined',
    body: (event) => Buffer.from(JSON.stringify({ ...event, queue_name: 'é' }), 'latin1'),
  },
  {
    name: 'text/plain',
    tried: 'proper JSON in it',
    due: 415,
    body: bytesOf,
    sent: { headers: [['Content-Type', 'text/plain']] },
  },
  { name: 'no Content-Type', tried: 'proper JSON', due: 415, body: bytesOf, sent: { headers: [] } },
  { name: 'GET', tried: 'signed, with a body', due: 405, body: bytesOf, sent: { method: 'GET' } },
  { name: 'PUT', tried: 'signed, with a body', due: 405, body: bytesOf, sent: { method: 'PUT' } },
  {
    name: '__proto__ brings the call id',
    tried: 'required fields are the own ones',
    due: 'quarantined',
    body: ({ bracknet_call_id, ...event }) =>
      withField(event, `"__proto__":{"bracknet_call_id":"${String(bracknet_call_id)}"}`),
  },
  {
    name: '__proto__ beside a proper event',
    tried: 'an unknown field like any other; the next event is read as ever',
    due: 'taken',
    body: (event) =>
      withField(
        event,
        '"__proto__":{"duration":86399,"status":"answered"},"constructor":{"prototype":{"x":1}}',
      ),
    then: async (database, id) => {
      const rows = await database.query(
        'SELECT duration_seconds FROM telephony_calls WHERE external_call_id = $1',
        [id],
      );
      mustBe('row', rows, [{ duration_seconds: 65 }]);
    },
  },
  {
    name: 'duplicate keys',
    tried: 'two call ids: refused and kept, or the last counts',
    due: ['taken', 'quarantined'],
    body: (event, id) =>
      Buffer.from(
        JSON.stringify({ bracknet_call_id: 'BN-FIRST', ...event })
          .replace(`"bracknet_call_id":"${id}"`, '"bracknet_call_id":"BN-FIRST"')
          .replace(/\}$/u, `,"bracknet_call_id":"${id}"}`),
      ),
    then: async (database) => {
      const sql = `SELECT count(*) FROM telephony_calls WHERE external_call_id = 'BN-FIRST'`;
      mustBe('rows of the first', await database.count(sql), 0);
    },
  },
  {
    name: 'call id as a number',
    tried: '12345678901234567890',
    due: 'quarantined',
    body: (event) =>
      withField({ ...event, bracknet_call_id: undefined }, '"bracknet_call_id":12345678901234567890'),
  },
  {
    name: 'NUL in the call id',
    tried: 'escaped',
    due: 'quarantined',
    body: (event, id) => bytesOf({ ...event, bracknet_call_id: `${id}\0` }),
  },
  {
    name: 'NUL in an unknown field',
    tried: 'escaped; PostgreSQL cannot keep it in text',
    due: ['taken', 'quarantined'],
    body: (event) => bytesOf({ ...event, note: 'a\0b', 'c\0d': 1 }),
  },
  {
    name: 'NUL as a byte',
    tried: 'between the fields',
    due: 'quarantined',
    body: (event) => withField(event, '\0"x":1'),
  },
  {
    name: 'lone surrogate in the call id',
    tried: '\\ud800',
    due: 'quarantined',
    body: (event) =>
      withField({ ...event, bracknet_call_id: undefined }, String.raw`"bracknet_call_id":"BN-\ud800"`),
  },
  {
    name: 'lone surrogate in an unknown field',
    tried: '\\udfff',
    due: ['taken', 'quarantined'],
    body: (event) => withField(event, String.raw`"note":{"deep":["\udfff"]}`),
  },
  {
    name: '31 February',
    tried: 'as timestamp',
    due: 'quarantined',
    body: (event) => bytesOf({ ...event, timestamp: '2026-02-31T10:00:00Z' }),
  },
  {
    name: 'year 275760',
    tried: 'as timestamp, the last a Date can hold',
    due: 'quarantined',
    body: (event) => bytesOf({ ...event, timestamp: '+275760-09-13T00:00:00.000Z' }),
  },
  {
    name: `'; drop table`,
    tried: 'as call id: an id like any other',
    due: 'taken',
    body: (event, id) => bytesOf({ ...event, bracknet_call_id: `${id}'; drop table telephony_calls; --` }),
    then: (database, id) => mustHaveCall(database, `${id}'; drop table telephony_calls; --`),
  },
];

function bodyFault(fault: BodyFault): Fault<Ground> {
  const dues = [fault.due].flat();
  return {
    name: fault.name,
    tried: `${fault.tried}: ${dues.join(' or ')}`,
    run: async ({ database, server }) => {
      const { id, caller } = newCall();
      const event = webhooksOf(id, caller).ended(secondsToNow(), 65);
      const message = signed(STANDARD, fault.body(event.body, id));
      const answer = await post(server.url + pathOf(ROUTE), message, fault.sent);
      const due = dues.find((one) => statusOf(one) === answer.status);
      must(due !== undefined, `answered ${answer.status} ${answer.body.toString().slice(0, 200)}`);
      await mustHaveKept(database, message, answer, due ?? 0);
      await fault.then?.(database, id);
      await mustTakeNext(server);
      return typeof due === 'number' ? `${due}, nothing kept` : `${answer.status}, bytes kept`;
    },
  };
}

function statusOf(due: Due): number {
  return due === 'taken' ? 200 : due === 'quarantined' ? 400 : due;
}

async function mustHaveKept(
  database: StageDatabase,
  message: Message,
  answer: Answer,
  due: Due,
): Promise<void> {
  const receipts = await database.query<{ outcome: string }>(`SELECT outcome ${OF_THESE_BYTES}`, [
    message.body,
  ]);
  if (typeof due === 'number') {
    mustBe('receipts with these bytes', receipts, []);
    return;
  }
  mustBe('receipts with these bytes', receipts, [{ outcome: due === 'taken' ? 'applied' : due }]);
  if (due === 'quarantined') {
    must(/^WEBHOOK_/u.test(String(jsonOf(answer).code)), `code ${String(jsonOf(answer).code)}`);
    must(Array.isArray(jsonOf(answer).details), 'the answer has no details');
  }
}

/** Whatever came before. */
async function mustTakeNext(server: ServerProcess): Promise<void> {
  const { id, caller } = newCall();
  const { route, body } = webhooksOf(id, caller).incoming(secondsToNow());
  const answer = await post(server.url + pathOf(route), signed(STANDARD, bytesOf(body)));
  mustBe('answer to a proper event afterwards', [answer.status, jsonOf(answer).result], [200, 'accepted']);
}

const byteBySecond: Fault<Ground> = {
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
