import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { jsonLine } from '../http/json-line.js';
import { requestIdOf } from '../http/request-id.js';
import { ANSWER_HEADERS } from '../browser/answer-headers.js';
import type { DomainError } from './domain-error.js';
import type { ErrorBody } from './error-body.js';
import { type ErrorCode, HTTP_STATUS_OF } from './error-code.js';

/** Answers, with the common error body, errors that occur before Nest handles the request. */

/** For a URL that cannot be parsed, or a path parameter that is too long. */
export function respondUnreadableUrl(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const body = errorBodyOf('ROUTE_NOT_FOUND', 'The address cannot be read. See /api/docs', request.id);
  void reply
    .status(body.statusCode)
    .headers({ 'X-Request-Id': request.id, ...ANSWER_HEADERS })
    .send(body);
}

const ANSWER_HEADER_LINES = Object.entries(ANSWER_HEADERS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/** For a connection error, a late request, too many headers or invalid HTTP: there is no request object, only a socket. */
export function respondBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  socket.end(rawAnswer(errorBodyOf(...meaningOf(error.code), randomUUID())));
}

/** For a request for a socket: there is no response object either. Closes the connection. */
export function respondRefusedUpgrade(
  message: IncomingMessage,
  socket: Duplex,
  { code, message: words }: DomainError,
): void {
  // The client may be gone.
  socket.on('error', () => socket.destroy());
  socket.end(rawAnswer(errorBodyOf(code, words, requestIdOf(message))), () => socket.destroy());
}

function rawAnswer(body: ErrorBody): string {
  const json = jsonLine(body);
  return (
    `HTTP/1.1 ${body.statusCode} ${STATUS_CODES[body.statusCode]}\r\nConnection: close\r\n` +
    `X-Request-Id: ${body.requestId}\r\n${ANSWER_HEADER_LINES}` +
    `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`
  );
}

/** Retry-After: time until another instance, or this one after its restart, is available. */
const RESTART_SECONDS = 5;

/** For a request on a keep-alive connection after the service began to shut down. */
export function respondShuttingDown(message: IncomingMessage, response: ServerResponse): void {
  const words = 'The service is shutting down. Send this again in a moment';
  const body = errorBodyOf('SHUTTING_DOWN', words, requestIdOf(message));
  response.writeHead(body.statusCode, {
    'Content-Type': 'application/json; charset=utf-8',
    'Retry-After': String(RESTART_SECONDS),
    'X-Request-Id': body.requestId,
    Connection: 'close',
    ...ANSWER_HEADERS,
  });
  response.end(JSON.stringify(body));
}

/** For an `Expect` header other than `100-continue`, which Node.js answers without a body by itself. */
export function respondUnexpected(message: IncomingMessage, response: ServerResponse): void {
  const body = {
    ...errorBodyOf('REQUEST_REFUSED', 'The header Expect may only be 100-continue', requestIdOf(message)),
    statusCode: 417,
  };
  response.writeHead(body.statusCode, {
    'Content-Type': 'application/json; charset=utf-8',
    'X-Request-Id': body.requestId,
    Connection: 'close',
    ...ANSWER_HEADERS,
  });
  response.end(jsonLine(body));
}

function meaningOf(code: string | undefined): [ErrorCode, string] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['REQUEST_TIMEOUT', 'The request took too long to arrive'];
    case 'HPE_HEADER_OVERFLOW':
      return ['HEADERS_TOO_LARGE', 'The headers of the request are larger than 16 KiB'];
    default:
      return ['VALIDATION_FAILED', 'This is not an HTTP request'];
  }
}

export function errorBodyOf(code: ErrorCode, message: string, requestId: string): ErrorBody {
  return { statusCode: HTTP_STATUS_OF[code], code, message, requestId };
}
