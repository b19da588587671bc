import type { ErrorCode } from './error-code.js';
import type { FieldRule } from './field-rule.js';

/** A problem with one field of a request. */
export interface ErrorDetail {
  /** Path of the field in the request, such as `customer_number`. */
  field: string;
  /** What to change, for a person. */
  problem: string;
  /** The same for a program; not given: it is told in words alone. */
  rule?: FieldRule;
  /** The bound of `too_long`, `too_many`, `too_small` and `too_large`. */
  limit?: number;
}

export interface DomainErrorOptions extends ErrorOptions {
  /** Seconds after which a retry may succeed; without it, those of the code. */
  readonly retryAfterSeconds?: number | undefined;
}

/** An error whose code and message are sent to the client. Unknown errors are answered as `INTERNAL`. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: ErrorDetail[],
    options?: DomainErrorOptions,
  ) {
    super(message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}
