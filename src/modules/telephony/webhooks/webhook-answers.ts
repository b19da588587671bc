import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorAnswer } from '../../../common/errors/error-answer.js';
import { type ErrorCode, HTTP_STATUS_OF } from '../../../common/errors/error-code.js';
import { errorBodyOf } from '../../../common/errors/framework-errors.js';
import { requestIdOf } from '../../../common/request-id.js';
import type { WebhookAnswer } from '../dto/webhook.dto.js';

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
  headers: Record<string, string> = {},
): void {
  const id = requestIdOf(message);
  send(message, response, HTTP_STATUS_OF[code], id, JSON.stringify(errorBodyOf(code, words, id)), headers);
}

/** Answers what became of it; all of that is committed. */
export function answer(
  message: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  outcome: WebhookAnswer,
): void {
  send(message, response, 200, requestId, JSON.stringify(outcome), {});
}

/** Answers that it could not be taken, and why. */
export function answerFailure(
  message: IncomingMessage,
  response: ServerResponse,
  { body, retryAfter }: ErrorAnswer,
): void {
  const headers: Record<string, string> = retryAfter === null ? {} : { 'Retry-After': String(retryAfter) };
  send(message, response, body.statusCode, body.requestId, JSON.stringify(body), headers);
}

function send(
  message: IncomingMessage,
  response: ServerResponse,
  status: number,
  requestId: string,
  body: string,
  headers: Record<string, string>,
): void {
  // A flat list, which Node takes as it is: an object of headers made a refusal a tenth dearer.
  const list = [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'X-Request-Id',
    requestId,
  ];
  for (const [name, value] of Object.entries(headers)) list.push(name, value);
  // A body of unknown length that nobody will read is not waited for.
  if (message.headers['transfer-encoding'] !== undefined && headers.Connection === undefined) {
    list.push('Connection', 'close');
  }
  response.writeHead(status, list);
  response.end(body);
}
