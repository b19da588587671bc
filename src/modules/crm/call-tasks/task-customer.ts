import { LARGEST_ID } from '../../../common/limits.js';
import { numbersIn } from '../phone-keys.js';
import type { CallTask } from './call-task.entity.js';

/** `customer_id` of a task that the CRM has closed. It also replaces the notes then. */
export const REMOVED_CUSTOMER = 'REMOVED';

/**
 * Whether a task is one of the customer with this number, in whatever writing `customer_id` holds it.
 * @param e164 E.164
 */
export function isTaskOf({ customerId }: Pick<CallTask, 'customerId'>, e164: string): boolean {
  return numbersIn(customerId).includes(e164);
}

/** The `customers.id` in `customer_id` of a task; null: it holds something else. */
export function customerRowOf({ customerId }: Pick<CallTask, 'customerId'>): number | null {
  const id = /^\s*[1-9]\d{0,9}\s*$/u.test(customerId) ? Number(customerId) : 0;
  return id >= 1 && id <= LARGEST_ID ? id : null;
}

/** Whether two tasks are of one customer: they have the same `customer_id`, or a number in common. */
export function haveSameCustomer(one: CallTask, other: CallTask): boolean {
  if (one.customerId === REMOVED_CUSTOMER) return false;
  if (one.customerId === other.customerId) return true;
  const numbers = numbersIn(one.customerId);
  return numbersIn(other.customerId).some((number) => numbers.includes(number));
}
