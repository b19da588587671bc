/** Largest value of PostgreSQL's integer, the type of most row ids. */
export const LARGEST_ID = 2_147_483_647;

/** Largest value of PostgreSQL's bigint; ids of this type are strings in JavaScript. */
export const LARGEST_BIG_ID = 9_223_372_036_854_775_807n;

/** Parses a bigint id and removes leading zeros; null when the text is not a valid id. */
export function bigIdOf(text: string): string | null {
  const id = /^\d{1,19}$/u.test(text) ? BigInt(text) : 0n;
  return id < 1n || id > LARGEST_BIG_ID ? null : String(id);
}

/** Largest request body of the API and of a webhook, in bytes. */
export const BODY_LIMIT = 16 * 1024;
export const WEBHOOK_BODY_LIMIT = 64 * 1024;
