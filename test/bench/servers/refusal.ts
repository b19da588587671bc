import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSigned, keyOf } from '../load/signature.js';
import { setting } from './setting.js';

/**
 * The least work for a server that rejects forged webhooks: `node:http` that reads the body, verifies its signature and
 * answers 401 with the body that the service sends. The bench sends it forged webhooks only.
 */
const key = keyOf(setting('BRACKNET_WEBHOOK_SECRET'));
const refusal = Buffer.from(setting('REFUSAL_BODY'));
const HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': refusal.length };

const server = createServer((request, response) => {
  readBody(request, (body) => {
    response.writeHead(isSigned(key, request.headers, body) ? 500 : 401, HEADERS);
    response.end(refusal);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
}
