import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorResponse } from '../../../../common/errors/error-response.js';
import { type ErrorCode, HTTP_STATUS_OF } from '../../../../common/errors/error-code.js';
import { errorBodyOf } from '../../../../common/errors/framework-errors.js';
import { ANSWER_HEADER_LIST } from '../../../../common/browser/answer-headers.js';
import { requestIdOf } from '../../../../common/http/request-id.js';
import type { WebhookAnswer } from '../webhook-answer.dto.js';
import { ResponseBatch, sendResponse } from './response-batch.js';

/** The same body for every failed verification, so that a forger does not learn what was wrong. */
const REFUSED = '{"code":"WEBHOOK_REFUSED","message":"This webhook was not accepted"}';

const rejections = new ResponseBatch();

/** Sends a rejection without its reason. */
export function sendRejection(message: IncomingMessage, response: ServerResponse, status: 401 | 403): void {
  const headers = headersOf(message, requestIdOf(message), REFUSED);
  rejections.add({ response, status, headers, body: REFUSED });
}

/** Sends an error in the common format. @param more additional headers, names and values alternately */
export function sendError(
  message: IncomingMessage,
  response: ServerResponse,
  code: ErrorCode,
  text: string,
  more: readonly string[] = [],
): void {
  const id = requestIdOf(message);
  const body = JSON.stringify(errorBodyOf(code, text, id));
  const headers = headersOf(message, id, body, more);
  rejections.add({ response, status: HTTP_STATUS_OF[code], headers, body });
}

/** Sends the result of a webhook whose changes are committed. */
export function sendResult(
  message: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  outcome: WebhookAnswer,
): void {
  const body = JSON.stringify(outcome);
  sendResponse({ response, status: 200, headers: headersOf(message, requestId, body), body });
}

/** Sends the error of the handler. */
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
    ...ANSWER_HEADER_LIST,
    ...more,
  ];
  // A chunked body may be unread: close the connection instead of waiting for its end.
  if (message.headers['transfer-encoding'] !== undefined && !more.includes('Connection')) {
    headers.push('Connection', 'close');
  }
  return headers;
}
