import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorResponse } from '../../../../common/errors/error-response.js';
import { type ErrorCode, HTTP_STATUS_OF } from '../../../../common/errors/error-code.js';
import { errorBodyOf } from '../../../../common/errors/framework-errors.js';
import { jsonLine } from '../../../../common/http/json-line.js';
import { ANSWER_HEADER_LIST } from '../../../../common/browser/answer-headers.js';
import { ResponseBatch, sendResponse } from './response-batch.js';

/** The same body for every failed verification, so that a forger does not learn what was wrong. */
const REFUSED = '{"code":"WEBHOOK_REFUSED","message":"This webhook was not accepted"}';

/** A request that is to be answered. */
export interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

const rejections = new ResponseBatch();

/** Sends a rejection without its reason. */
export function sendRejection(exchange: Exchange, status: 401 | 403): void {
  const headers = headersOf(exchange, REFUSED);
  rejections.add({ response: exchange.response, status, headers, body: REFUSED });
}

/** Sends an error in the common format. @param more additional headers, names and values alternately */
export function sendError(
  exchange: Exchange,
  code: ErrorCode,
  text: string,
  more: readonly string[] = [],
): void {
  const body = jsonLine(errorBodyOf(code, text, exchange.requestId));
  const headers = headersOf(exchange, body, more);
  rejections.add({ response: exchange.response, status: HTTP_STATUS_OF[code], headers, body });
}

/** @param waitSeconds until the next request is allowed */
export function sendTooMany(exchange: Exchange, waitSeconds: number, text: string): void {
  sendError(exchange, 'TOO_MANY_REQUESTS', text, ['Retry-After', String(waitSeconds)]);
}

/** Sends the result of a webhook whose changes are committed. */
export function sendResult(exchange: Exchange, result: object): void {
  const body = jsonLine(result);
  sendResponse({ response: exchange.response, status: 200, headers: headersOf(exchange, body), body });
}

/** Sends the error of the handler. */
export function sendFailure(exchange: Exchange, { body: failure, retryAfter }: ErrorResponse): void {
  const body = jsonLine(failure);
  const more = retryAfter === null ? [] : ['Retry-After', String(retryAfter)];
  const headers = headersOf(exchange, body, more);
  sendResponse({ response: exchange.response, status: failure.statusCode, headers, body });
}

function headersOf({ message, requestId }: Exchange, body: string, more: readonly string[] = []): string[] {
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
