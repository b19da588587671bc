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
  readonly durationMs: number;
}

export function logRequest(logger: Logger, { durationMs, ...line }: RequestLine): void {
  logger.info({ ...line, durationMs: Math.round(durationMs * 10) / 10 }, 'request');
}
