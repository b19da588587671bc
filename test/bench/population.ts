/**
 * Who calls and who is called, in the seeded database and in the load alike: the same arithmetic in SQL and in
 * TypeScript.
 */
export const CUSTOMERS = 50_000;

/** Of them, so many are in the CRM's `customers`. */
export const KNOWN_CUSTOMERS = 40_000;

export const AGENTS = 200;

/** Has no divisor in common with the number of customers: steps through all of them before one comes again. */
const CUSTOMER_STEP = 31_337;
const NUMBER_STEP = 7_919;

/** The customer of the n-th call, from 0. */
export function customerOf(n: number): number {
  return (n * CUSTOMER_STEP) % CUSTOMERS;
}

/** National form: 01, a mobile operator's digit, 8 digits. */
export function numberOf(customer: number): string {
  return `01${3 + (customer % 7)}${String(customer * NUMBER_STEP).padStart(8, '0').slice(-8)}`;
}

/** Extension of the n-th agent. */
export function extensionOf(n: number): string {
  return String(201 + (n % AGENTS));
}

export const SQL_CUSTOMER_OF = (n: string): string => `(${n}::bigint * ${CUSTOMER_STEP} % ${CUSTOMERS})::integer`;

export const SQL_NUMBER_OF = (customer: string): string =>
  `'01' || 3 + ${customer} % 7 || right(lpad((${customer}::bigint * ${NUMBER_STEP})::text, 8, '0'), 8)`;

export const SQL_EXTENSION_OF = (n: string): string => `(201 + ${n} % ${AGENTS})::text`;
