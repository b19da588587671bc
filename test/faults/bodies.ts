import { gzipSync } from 'node:zlib';
import { bytesOf } from './events.js';
import { mustBe } from './fault.js';
import type { PostOptions } from './http.js';
import type { FaultDatabase } from './fault-environment.js';

/**
 * taken: 200, applied, and the body is stored. quarantined: 400 with code and details, and the body is stored. A number:
 * this status, and nothing is stored.
 */
export type Expected = 'taken' | 'quarantined' | number;

export interface BodyFault {
  readonly name: string;
  readonly tried: string;
  /** Expected result, or several acceptable ones. */
  readonly expected: Expected | readonly Expected[];
  /** @param event a valid call_ended event @param id its call id */
  readonly body: (event: Readonly<Record<string, unknown>>, id: string) => Buffer;
  readonly sent?: PostOptions;
  /** Further checks of the database. */
  readonly leaves?: (database: FaultDatabase, id: string) => Promise<void>;
}

const WEBHOOK_LIMIT = 64 * 1024;

/** The event, padded to that many bytes. */
function padded(event: object, bytes: number): Buffer {
  const bare = bytesOf({ ...event, padding: '' }).length;
  return bytesOf({ ...event, padding: 'x'.repeat(bytes - bare) });
}

function withField(event: object, field: string): Buffer {
  return Buffer.from(JSON.stringify(event).replace(/\}$/u, `,${field}}`));
}

function formOf(event: Readonly<Record<string, unknown>>): Buffer {
  const fields = Object.entries(event).map(([name, value]): [string, string] => [name, String(value)]);
  return Buffer.from(new URLSearchParams(fields).toString());
}

async function mustHaveCall(database: FaultDatabase, id: string): Promise<void> {
  const sql = 'SELECT count(*) FROM telephony_calls WHERE external_call_id = $1';
  mustBe(`rows of ${id}`, await database.count(sql, [id]), 1);
}

export const BODIES: readonly BodyFault[] = [
  {
    name: 'cut off in the middle',
    tried: 'not JSON',
    expected: 'quarantined',
    body: (event) => bytesOf(event).subarray(0, 40),
  },
  { name: 'empty', tried: 'no byte at all', expected: ['quarantined', 400], body: () => Buffer.alloc(0) },
  {
    name: '9,000 levels deep',
    tried: 'arrays in arrays',
    expected: 'quarantined',
    body: (event) => withField(event, `"x":${'['.repeat(9_000)}${']'.repeat(9_000)}`),
  },
  {
    name: '64 KiB',
    tried: 'exactly',
    expected: 'taken',
    body: (event) => padded(event, WEBHOOK_LIMIT),
    leaves: mustHaveCall,
  },
  {
    name: '64 KiB and one byte',
    tried: 'said in Content-Length',
    expected: 413,
    body: (event) => padded(event, WEBHOOK_LIMIT + 1),
  },
  {
    name: 'over the limit in chunks',
    tried: '80 KiB, the length not said',
    expected: 413,
    body: (event) => padded(event, 80 * 1024),
    sent: { chunked: true },
  },
  {
    name: 'within the limit in chunks',
    tried: '60 KiB, the length not said',
    expected: 'taken',
    body: (event) => padded(event, 60 * 1024),
    sent: { chunked: true },
  },
  {
    name: 'gzip',
    tried: 'Content-Encoding: gzip, what is sent is signed',
    expected: 415,
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
    expected: 415,
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
    expected: 'quarantined',
    body: (event) => Buffer.from(JSON.stringify(event), 'utf16le'),
  },
  {
    name: 'utf-16, and says so',
    tried: 'charset=utf-16',
    expected: ['quarantined', 415],
    body: (event) => Buffer.from(`\uFEFF${JSON.stringify(event)}`, 'utf16le'),
    sent: { headers: [['Content-Type', 'application/json; charset=utf-16']] },
  },
  {
    name: 'latin1',
    tried: 'a byte that is no UTF-8',
    expected: 'quarantined',
    body: (event) => Buffer.from(JSON.stringify({ ...event, queue_name: 'é' }), 'latin1'),
  },
  {
    name: 'text/plain',
    tried: 'proper JSON in it',
    expected: 415,
    body: bytesOf,
    sent: { headers: [['Content-Type', 'text/plain']] },
  },
  {
    name: 'a form',
    tried: 'the fields of the event, its bytes signed',
    expected: 'taken',
    body: (event) => formOf(event),
    sent: { headers: [['Content-Type', 'application/x-www-form-urlencoded']] },
    leaves: mustHaveCall,
  },
  {
    name: 'a form, and says that it is latin1',
    tried: 'charset=latin1',
    expected: 415,
    body: (event) => formOf(event),
    sent: { headers: [['Content-Type', 'application/x-www-form-urlencoded; charset=latin1']] },
  },
  { name: 'no Content-Type', tried: 'proper JSON', expected: 415, body: bytesOf, sent: { headers: [] } },
  { name: 'GET', tried: 'signed, with a body', expected: 405, body: bytesOf, sent: { method: 'GET' } },
  { name: 'PUT', tried: 'signed, with a body', expected: 405, body: bytesOf, sent: { method: 'PUT' } },
  {
    name: '__proto__ brings the call id',
    tried: 'required fields are the own ones',
    expected: 'quarantined',
    body: ({ bracknet_call_id, ...event }) =>
      withField(event, `"__proto__":{"bracknet_call_id":"${String(bracknet_call_id)}"}`),
  },
  {
    name: '__proto__ beside a proper event',
    tried: 'an unknown field like any other; the next event is read as ever',
    expected: 'taken',
    body: (event) =>
      withField(
        event,
        '"__proto__":{"duration":86399,"status":"answered"},"constructor":{"prototype":{"x":1}}',
      ),
    leaves: async (database, id) => {
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
    expected: ['taken', 'quarantined'],
    body: (event, id) =>
      Buffer.from(
        JSON.stringify({ bracknet_call_id: 'BN-FIRST', ...event })
          .replace(`"bracknet_call_id":"${id}"`, '"bracknet_call_id":"BN-FIRST"')
          .replace(/\}$/u, `,"bracknet_call_id":"${id}"}`),
      ),
    leaves: async (database) => {
      const sql = `SELECT count(*) FROM telephony_calls WHERE external_call_id = 'BN-FIRST'`;
      mustBe('rows of the first', await database.count(sql), 0);
    },
  },
  {
    name: 'call id as a number that JSON cannot keep',
    tried: '12345678901234567890',
    expected: 'quarantined',
    body: (event) =>
      withField({ ...event, bracknet_call_id: undefined }, '"bracknet_call_id":12345678901234567890'),
  },
  {
    name: 'NUL in the call id',
    tried: 'escaped',
    expected: 'quarantined',
    body: (event, id) => bytesOf({ ...event, bracknet_call_id: `${id}\0` }),
  },
  {
    name: 'NUL in an unknown field',
    tried: 'escaped; PostgreSQL cannot keep it in text',
    expected: ['taken', 'quarantined'],
    body: (event) => bytesOf({ ...event, note: 'a\0b', 'c\0d': 1 }),
  },
  {
    name: 'NUL as a byte',
    tried: 'between the fields',
    expected: 'quarantined',
    body: (event) => withField(event, '\0"x":1'),
  },
  {
    name: 'lone surrogate in the call id',
    tried: '\\ud800',
    expected: 'quarantined',
    body: (event) =>
      withField({ ...event, bracknet_call_id: undefined }, String.raw`"bracknet_call_id":"BN-\ud800"`),
  },
  {
    name: 'lone surrogate in an unknown field',
    tried: '\\udfff',
    expected: ['taken', 'quarantined'],
    body: (event) => withField(event, String.raw`"note":{"deep":["\udfff"]}`),
  },
  {
    name: '31 February',
    tried: 'as timestamp: left out, and the event applied',
    expected: 'taken',
    body: (event) => bytesOf({ ...event, timestamp: '2026-02-31T10:00:00Z' }),
  },
  {
    name: 'year 275760',
    tried: 'as timestamp, the last a Date can hold: left out, and the event applied',
    expected: 'taken',
    body: (event) => bytesOf({ ...event, timestamp: '+275760-09-13T00:00:00.000Z' }),
  },
  {
    name: `'; drop table`,
    tried: 'as call id: an id like any other',
    expected: 'taken',
    body: (event, id) => bytesOf({ ...event, bracknet_call_id: `${id}'; drop table telephony_calls; --` }),
    leaves: (database, id) => mustHaveCall(database, `${id}'; drop table telephony_calls; --`),
  },
];
