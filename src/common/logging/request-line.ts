import type { Logger } from 'pino';

/** Fields of the log line of a request. */
export interface RequestLine {
  readonly requestId: string;
  /** Source address; from X-Forwarded-For if a trusted proxy sent it. */
  readonly address: string;
  /** The CRM's id and the role of the user whose token was verified, also if the request was then refused. */
  readonly userId?: number;
  readonly role?: string;
  readonly method: string;
  /** The route pattern, never the requested URL: it may contain phone numbers. */
  readonly route: string;
  readonly status: number;
  /** Error code of the response, where the handler did not succeed. */
  readonly code?: string;
  readonly durationMs: number;
}

/** @param level `debug` for probes, which come every few seconds and say nothing while all is well */
export function logRequest(
  logger: Logger,
  { durationMs, ...line }: RequestLine,
  level: 'info' | 'debug' = 'info',
): void {
  logger[level]({ ...line, durationMs: Math.round(durationMs * 10) / 10 }, 'request');
}
