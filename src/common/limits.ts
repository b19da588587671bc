/** Largest value of PostgreSQL's integer: no id of a row is larger. */
export const LARGEST_ID = 2_147_483_647;

/** An extension of the PBX. */
export const EXTENSION_PATTERN = /^\d{2,6}$/u;

/** Largest body of the CRM's own calls, and of a webhook, in bytes. */
export const BODY_LIMIT = 16 * 1024;
export const WEBHOOK_BODY_LIMIT = 64 * 1024;
