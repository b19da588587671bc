import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  CALL_ENDED,
  ENDED,
  ENDED_BODY,
  postSigned,
  REFUSED,
  startEnforcing,
  statementsDuring,
} from '../support/enforcing-app.js';
import { rawRequest } from '../support/raw-request.js';
import { OTHER_SECRET, signedHeaders } from '../support/signed-webhooks.js';

const LIMIT = 64 * 1024;

/** JSON of exactly so many bytes. */
function ofLength(bytes: number): string {
  const empty = JSON.stringify({ ...ENDED, pad: '' });
  return empty.replace('"pad":""', `"pad":"${'x'.repeat(bytes - empty.length)}"`);
}

describe('a body, on a server that enforces signatures', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startEnforcing(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  it.each([
    ['broken JSON', '{"event":'],
    ['9,000 levels', `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`],
    ['nothing', ''],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('of %s, badly signed, is a bad signature and nothing more', async (_what, body) => {
    const statements = await statementsDuring(async () => {
      const answer = await postSigned(app, body, {}, { secret: OTHER_SECRET });
      expect([answer.status, answer.text]).toEqual([401, REFUSED]);
    });
    expect(statements).toBe(0);
  });

  it.each([
    ['broken JSON', '{"event":', '(body)'],
    ['9,000 levels', `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`, '(body)'],
    ['nothing', '', '(body)'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), '(body)'],
    ['UTF-16', Buffer.from(ENDED_BODY, 'utf16le'), '(body)'],
    [
      'a call id that is a number too large for JSON',
      { ...ENDED, bracknet_call_id: 2 ** 60 },
      'bracknet_call_id',
    ],
    ['a call id with a NUL', { ...ENDED, bracknet_call_id: 'BN\0' }, 'bracknet_call_id'],
    ['half a surrogate pair', ENDED_BODY.replace('BN-CALL-456789', 'BN\\ud800'), 'bracknet_call_id'],
  ])('of %s with a valid signature is kept unchanged and gets 400', async (_what, content, field) => {
    const body = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
    const answer = await postSigned(app, body);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      400,
      expect.objectContaining({
        code: 'WEBHOOK_INVALID',
        details: [{ field, problem: expect.any(String) }],
      }),
    ]);
    const [receipt] = await app.receipts();
    expect(receipt).toMatchObject({ outcome: 'quarantined', keyId: expect.any(String) });
    expect(receipt?.body).toEqual(Buffer.from(body));
    expect(await app.calls()).toEqual([]);
  });

  it.each([
    ['a prototype', `{"__proto__":{"admin":true},${ENDED_BODY.slice(1)}`],
    ['a constructor', `{"constructor":{"prototype":{"admin":true}},${ENDED_BODY.slice(1)}`],
    ['duplicate keys', `{"bracknet_call_id":"BN-OTHER",${ENDED_BODY.slice(1)}`],
    ['SQL', ENDED_BODY.replace('BN-CALL-456789', `'; drop table telephony_calls; --`)],
  ])('with %s is data', async (_what, body) => {
    const answer = await postSigned(app, body);
    expect([answer.status, answer.text]).toEqual([200, '{"status":"ok","result":"accepted"}\n']);
    const call = await app.onlyCall();
    expect(call.externalCallId).toBe(JSON.parse(body).bracknet_call_id);
    expect((await app.receipts())[0]?.body.toString()).toBe(body);
    expect({}).not.toHaveProperty('admin');
  });

  it('may have 64 KiB, and not one byte more', async () => {
    expect((await postSigned(app, ofLength(LIMIT))).status).toBe(200);
    const statements = await statementsDuring(async () => {
      const large = await postSigned(app, ofLength(LIMIT + 1));
      expect([large.status, JSON.parse(large.text).code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    });
    expect(statements).toBe(0);
  });

  it('may be sent in chunks, up to the same limit', async () => {
    const inParts = (text: string) => [text.slice(0, 1000), text.slice(1000)];
    expect((await postSigned(app, inParts(ofLength(LIMIT)))).status).toBe(200);
    app.log.length = 0;
    const large = await postSigned(app, inParts(ofLength(LIMIT + 1)));
    expect([large.status, JSON.parse(large.text).code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(app.log.filter(({ msg }) => msg === 'request')).toEqual([]);
  });

  it('of unknown length that is not wanted is not waited for', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const answer: Buffer[] = [];
    socket.on('data', (part: Buffer) => answer.push(part));
    socket.write(
      `POST ${CALL_ENDED} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    await once(socket, 'end');
    socket.destroy();
    expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1.1 401[^]*\r\nconnection: close/iu);
  });

  it.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded; charset=latin1', {}],
    ['multipart/form-data; boundary=x', {}],
    ['application/x-www-form-urlencoded', { 'content-encoding': 'gzip' }],
    ['application/json; charset=utf-16', {}],
    ['application/json; charset=latin1', {}],
    ['application/jsonp', {}],
    ['application/json, text/plain', {}],
    ['', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
    ['application/json', { 'content-encoding': 'identity' }],
  ])('sent as %j with %j gets 415, regardless of its signature', async (type, more) => {
    const body =
      'content-encoding' in more && more['content-encoding'] === 'gzip' ? gzipSync(ENDED_BODY) : ENDED_BODY;
    for (const secret of [undefined, OTHER_SECRET]) {
      const statements = await statementsDuring(async () => {
        const answer = await postSigned(app, body, { 'content-type': type, ...more }, secret && { secret });
        expect([answer.status, JSON.parse(answer.text).code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
      });
      expect(statements).toBe(0);
    }
  });

  it.each([
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON; charset="utf-8"',
    'application/json ',
    'application/x-www-form-urlencoded',
  ])('may be sent as %j', async (type) => {
    expect((await postSigned(app, ENDED_BODY, { 'content-type': type })).status).toBe(200);
  });

  it.each(['application/x-www-form-urlencoded', 'Application/X-WWW-Form-URLencoded; charset=UTF-8'])(
    'that is a form, sent as %j, is verified over its bytes and read as if it were JSON',
    async (type) => {
      const form = 'event=call_ended&bracknet_call_id=BN-CALL-456789&duration=135&end_reason=completed';
      const answer = await postSigned(app, form, { 'content-type': type });
      expect([answer.status, answer.text]).toEqual([200, '{"status":"ok","result":"accepted"}\n']);
      expect(await app.onlyCall()).toMatchObject({
        externalCallId: 'BN-CALL-456789',
        status: 'completed',
        durationSeconds: 135,
      });
      expect((await app.receipts())[0]?.body.toString()).toBe(form);
      const forged = await postSigned(app, form, { 'content-type': type }, { secret: OTHER_SECRET });
      expect([forged.status, forged.text]).toEqual([401, REFUSED]);
    },
  );

  it('that is never completed is closed after a timeout, without SQL', async () => {
    const { hostname, port } = new URL(app.url);
    const statements = await statementsDuring(async () => {
      const socket = connect(Number(port), hostname);
      const headers = Object.entries(signedHeaders(ENDED_BODY)).map((pair) => `${pair.join(': ')}\r\n`);
      const answer: Buffer[] = [];
      socket.on('data', (part: Buffer) => answer.push(part));
      socket.write(
        `POST ${CALL_ENDED} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n${headers.join('')}\r\n{`,
      );
      await once(socket, 'close');
      expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1.1 408[^]*"code":"REQUEST_TIMEOUT"/u);
    });
    expect(statements).toBe(0);
  });

  it('sent to a wrong method is never read', async () => {
    const answer = await rawRequest(`${app.url}${CALL_ENDED}`, { method: 'PUT', body: ['{"event":', '}'] });
    expect([answer.status, answer.headers.allow, answer.headers.connection]).toEqual([405, 'POST', 'close']);
  });
});
