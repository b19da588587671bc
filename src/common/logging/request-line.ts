import type { Logger } from 'pino';

/** One request, as the log tells it. */
export interface RequestLine {
  readonly requestId: string;
  readonly method: string;
  /** Never the address as it was asked for: it may hold numbers. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/** Writes the one line of a request. */
export function logRequest(logger: Logger, { durationMs, ...line }: RequestLine): void {
  logger.info({ ...line, durationMs: Math.round(durationMs * 10) / 10 }, 'request');
}
