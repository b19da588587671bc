import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSigned, keyOf } from '../load/signature.js';

const ACCEPTED = Buffer.from('{"status":"ok","result":"accepted"}');
const TYPE = 'application/json; charset=utf-8';

/** A webhook with a valid signature. */
export interface SignedWebhook {
  readonly id: string;
  /** Last segment of the path. */
  readonly route: string;
  readonly body: Buffer;
  readonly sourceAddress: string;
}

/** An environment variable set by the bench. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this server is started by the bench`);
  return value;
}

/**
 * A minimal server on `node:http` that reads the body and verifies its signature. Prints its address.
 *
 * @param store resolves when the webhook is committed
 * @param refusal body of 401 responses
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
