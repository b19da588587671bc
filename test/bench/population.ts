/** Agents and customers of the calls, computed from the call number: in TypeScript for the load, in SQL for the seed. */

const CUSTOMERS = 50_000;
/** Coprime to the number of customers, so that every customer occurs once before one is repeated. */
const CUSTOMER_STEP = 31_337;
/** Coprime to the number of 8-digit numbers, so that no two customers share a number. */
const NUMBER_STEP = 7_919;
const NUMBERS = 100_000_000;
/** A prime, like the other moduli of the call number, so that agent and kind of call are independent. */
const AGENTS = 211;

/** Number of customers that exist in the CRM's `customers`. */
export const KNOWN_CUSTOMERS = 40_000;

/** The PBX's id of the n-th call. */
export function callIdOf(n: number): string {
  return `BN-CALL-${String(n).padStart(10, '0')}`;
}

/** The inverse of {@link callIdOf}. */
export function callOfId(id: string): number {
  return Number(id.slice('BN-CALL-'.length));
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

/** The functions above as SQL expressions. */
export const sql = {
  callIdOf: (n: string): string => `'BN-CALL-' || lpad((${n})::text, 10, '0')`,
  customerOf: (n: string): string => `((${n})::bigint * ${CUSTOMER_STEP} % ${CUSTOMERS})::integer`,
  numberOf: (customer: string): string =>
    `'01' || 3 + (${customer}) % 7 || lpad(((${customer})::bigint * ${NUMBER_STEP} % ${NUMBERS})::text, 8, '0')`,
  agentOf: (n: string): string => `1 + (${n}) % ${AGENTS}`,
  extensionOf: (agent: string): string => `(200 + (${agent}))::text`,
};
