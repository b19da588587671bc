/** Who calls and who is called: the same arithmetic for the load, in TypeScript, and for the seeded rows, in SQL. */

const CUSTOMERS = 50_000;
/** Shares no divisor with the number of customers: all of them have a turn before one comes again. */
const CUSTOMER_STEP = 31_337;
/** Shares no divisor with the number of 8-digit numbers: no two customers have the same. */
const NUMBER_STEP = 7_919;
const NUMBERS = 100_000_000;
/** A prime, as are the others that calls are counted off by: what a call is like says nothing of whose it is. */
const AGENTS = 211;

/** Of the customers, so many are in the CRM's `customers`. */
export const KNOWN_CUSTOMERS = 40_000;

/** The PBX's id of the n-th call. */
export function callIdOf(n: number): string {
  return `BN-CALL-${String(n).padStart(10, '0')}`;
}

/** The customer of the n-th call, from 0. */
export function customerOf(n: number): number {
  return (n * CUSTOMER_STEP) % CUSTOMERS;
}

/** National form: 01, the digit of a mobile operator, 8 digits. */
export function numberOf(customer: number): string {
  return `01${3 + (customer % 7)}${String((customer * NUMBER_STEP) % NUMBERS).padStart(8, '0')}`;
}

/** The agents' CRM user ids, from 1. */
export function agentOf(n: number): number {
  return 1 + (n % AGENTS);
}

export function extensionOf(agent: number): string {
  return String(200 + agent);
}

/** The functions above, of SQL expressions. */
export const sql = {
  callIdOf: (n: string): string => `'BN-CALL-' || lpad((${n})::text, 10, '0')`,
  customerOf: (n: string): string => `((${n})::bigint * ${CUSTOMER_STEP} % ${CUSTOMERS})::integer`,
  numberOf: (customer: string): string =>
    `'01' || 3 + (${customer}) % 7 || lpad(((${customer})::bigint * ${NUMBER_STEP} % ${NUMBERS})::text, 8, '0')`,
  agentOf: (n: string): string => `1 + (${n}) % ${AGENTS}`,
  extensionOf: (agent: string): string => `(200 + (${agent}))::text`,
};
