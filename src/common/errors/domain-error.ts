import type { ErrorCode } from './error-code.js';

/** What was wrong with one field of a request. */
export interface ErrorDetail {
  /** Path of the field as the caller wrote it, such as `customer_number`. */
  field: string;
  /** What to change, in words a person can act on. */
  problem: string;
}

/** An error whose code and message may be shown to the caller. Anything else is answered as `INTERNAL`. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: ErrorDetail[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
