import type { ErrorCode } from './error-code.js';

/** A problem with one field of a request. */
export interface ErrorDetail {
  /** Path of the field in the request, such as `customer_number`. */
  field: string;
  /** What to change, for a person. */
  problem: string;
}

/** An error whose code and message are sent to the client. Unknown errors are answered as `INTERNAL`. */
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
