import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSigned, keyOf } from '../load/signature.js';

const ACCEPTED = Buffer.from('{"status":"ok","result":"accepted"}');
const TYPE = 'application/json; charset=utf-8';

/** One webhook whose signature is good. */
export interface SignedWebhook {
  readonly id: string;
  /** Last part of the address. */
  readonly route: string;
  readonly body: Buffer;
  readonly sourceAddress: string;
}

/** A value of the environment that the bench sets. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this server is started by the bench`);
  return value;
}

/**
 * The least server there can be: `node:http`, the body read, its signature checked. Prints its address.
 * @param store resolves when it is committed
 * @param refusal what is answered with 401
 */
export function serveBare(store: (webhook: SignedWebhook) => Promise<void>, refusal = '{}'): void {
  const key = keyOf(setting('BRACKNET_WEBHOOK_SECRET'));
  const refused = Buffer.from(refusal);
  const server = createServer((request, response) => {
    readBody(request, (body) => {
      if (!isSigned(key, request.headers, body)) {
        answer(response, 401, refused);
        return;
      }
      const url = request.url ?? '';
      const webhook = {
        id: String(request.headers['webhook-id']),
        route: url.slice(url.lastIndexOf('/') + 1),
        body,
        sourceAddress: request.socket.remoteAddress ?? '',
      };
      store(webhook).then(
        () => answer(response, 200, ACCEPTED),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`);
          answer(response, 500, Buffer.from('{}'));
        },
      );
    });
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
  });
}

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
}

function answer(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { 'Content-Type': TYPE, 'Content-Length': body.length });
  response.end(body);
}
