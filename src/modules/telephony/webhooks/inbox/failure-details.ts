import type { ErrorDetail } from '../../../../common/errors/domain-error.js';
import { maskNumbersIn } from '../../../../common/phone-number.js';

/** Room for what an error says; the log has all of it. */
const LONGEST_PROBLEM = 500;

/** Why an event could not be applied, as its receipt tells it. */
export function detailsOfFailure(error: unknown): ErrorDetail[] {
  const text = error instanceof Error ? error.message : String(error);
  return [{ field: '(event)', problem: maskNumbersIn(text).slice(0, LONGEST_PROBLEM).toWellFormed() }];
}
