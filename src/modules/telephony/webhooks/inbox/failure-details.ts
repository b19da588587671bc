import type { ErrorDetail } from '../../../../common/errors/domain-error.js';
import { maskNumbersIn } from '../../../../common/phone-number.js';

/** Longest error message on a receipt; the log has the whole error. */
const MAX_PROBLEM_LENGTH = 500;

/** Why an event could not be applied, as error details of its receipt. */
export function detailsOfFailure(error: unknown): ErrorDetail[] {
  const text = error instanceof Error ? error.message : String(error);
  return [{ field: '(event)', problem: maskNumbersIn(text).slice(0, MAX_PROBLEM_LENGTH).toWellFormed() }];
}
