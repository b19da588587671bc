import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorResponse } from '../../../../common/errors/error-response.js';
import { type ErrorCode, HTTP_STATUS_OF } from '../../../../common/errors/error-code.js';
import { errorBodyOf } from '../../../../common/errors/framework-errors.js';
import { requestIdOf } from '../../../../common/http/request-id.js';
import type { WebhookAnswer } from '../webhook-answer.dto.js';
import { ResponseBatch, sendResponse } from './response-batch.js';

/** One body for every refusal, byte for byte: it tells a forger nothing of what was wrong. */
const REFUSED = '{"code":"WEBHOOK_REFUSED","message":"This webhook was not accepted"}';

/** What is turned away at the door, whoever it comes from. */
const refusals = new ResponseBatch();

/** Answers that it is not trusted, and nothing of why. */
export function sendRejection(message: IncomingMessage, response: ServerResponse, status: 401 | 403): void {
  const headers = headersOf(message, requestIdOf(message), REFUSED);
  refusals.add({ response, status, headers, body: REFUSED });
}

/** Answers in the one shape of all errors. @param more headers: names and values in turn */
export function sendError(
  message: IncomingMessage,
  response: ServerResponse,
  code: ErrorCode,
  words: string,
  more: readonly string[] = [],
): void {
  const id = requestIdOf(message);
  const body = JSON.stringify(errorBodyOf(code, words, id));
  const headers = headersOf(message, id, body, more);
  refusals.add({ response, status: HTTP_STATUS_OF[code], headers, body });
}

/** Answers what became of it; all of that is committed. */
export function sendResult(
  message: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  outcome: WebhookAnswer,
): void {
  const body = JSON.stringify(outcome);
  sendResponse({ response, status: 200, headers: headersOf(message, requestId, body), body });
}

/** Answers that it could not be taken, and why. */
export function sendFailure(
  message: IncomingMessage,
  response: ServerResponse,
  { body: failure, retryAfter }: ErrorResponse,
): void {
  const body = JSON.stringify(failure);
  const more = retryAfter === null ? [] : ['Retry-After', String(retryAfter)];
  const headers = headersOf(message, failure.requestId, body, more);
  sendResponse({ response, status: failure.statusCode, headers, body });
}

function headersOf(
  message: IncomingMessage,
  requestId: string,
  body: string,
  more: readonly string[] = [],
): string[] {
  const headers = [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'X-Request-Id',
    requestId,
    ...more,
  ];
  // A body of unknown length that nobody will read is not waited for.
  if (message.headers['transfer-encoding'] !== undefined && !more.includes('Connection')) {
    headers.push('Connection', 'close');
  }
  return headers;
}
