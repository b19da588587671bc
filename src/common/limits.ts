/** Largest value of PostgreSQL's integer: no id of a row is larger. */
export const LARGEST_ID = 2_147_483_647;

/** Largest value of its bigint, which is text in JavaScript. */
export const LARGEST_BIG_ID = 9_223_372_036_854_775_807n;

/** An id of that kind, without leading zeros; null when the text is none. */
export function bigIdOf(text: string): string | null {
  const id = /^\d{1,19}$/u.test(text) ? BigInt(text) : 0n;
  return id < 1n || id > LARGEST_BIG_ID ? null : String(id);
}

/** An extension of the PBX. */
export const EXTENSION_PATTERN = /^\d{2,6}$/u;

/** Largest body of the CRM's own calls, and of a webhook, in bytes. */
export const BODY_LIMIT = 16 * 1024;
export const WEBHOOK_BODY_LIMIT = 64 * 1024;
