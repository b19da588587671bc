/** Largest value of PostgreSQL's integer: no id of a row is larger. */
export const LARGEST_ID = 2_147_483_647;

/** An extension of the PBX. */
export const EXTENSION_PATTERN = /^\d{2,6}$/u;
