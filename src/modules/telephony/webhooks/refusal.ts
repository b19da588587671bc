import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type ErrorCode, HTTP_STATUS_OF } from '../../../common/errors/error-code.js';
import { errorBodyOf } from '../../../common/errors/framework-errors.js';
import { requestIdOf } from '../../../common/request-id.js';

/** One body for every refusal, byte for byte: it tells a forger nothing of what was wrong. */
const REFUSED = '{"code":"WEBHOOK_REFUSED","message":"This webhook was not accepted"}';

/** Answers that it is not trusted, and nothing of why. */
export function refuse(message: IncomingMessage, response: ServerResponse, status: 401 | 403): void {
  send(message, response, status, requestIdOf(message), REFUSED, {});
}

/** Answers in the one shape of all errors. */
export function answerError(
  message: IncomingMessage,
  response: ServerResponse,
  code: ErrorCode,
  words: string,
  headers: OutgoingHttpHeaders = {},
): void {
  const id = requestIdOf(message);
  send(message, response, HTTP_STATUS_OF[code], id, JSON.stringify(errorBodyOf(code, words, id)), headers);
}

function send(
  message: IncomingMessage,
  response: ServerResponse,
  status: number,
  requestId: string,
  body: string,
  headers: OutgoingHttpHeaders,
): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    // A body of unknown length that nobody will read is not waited for.
    ...(message.headers['transfer-encoding'] !== undefined && { Connection: 'close' }),
    ...headers,
  });
  response.end(body);
}
