/** An id of the PBX as clients may send it: printable ASCII without spaces, 1 to 255 characters. */
export const CALL_ID_PATTERN = /^[\x21-\x7e]{1,255}$/u;

/** Removed from both ends of a stored id before it is compared: a PBX may trim ids. */
const SPACES = String.raw`E' \t\r\n'`;

/**
 * Ids of the PBX that are equal in this expression are one id to a PBX that trims ids or ignores their case; for the
 * service they are two. The index on it has the same text. Collation C: the rules of a language would change ASCII letters.
 */
export const CALL_ID_KEY_SQL = `lower(btrim(external_call_id, ${SPACES}) COLLATE "C")`;

/** {@link CALL_ID_KEY_SQL} of an id that a client may send. */
export function callIdKeyOf(externalCallId: string): string {
  return externalCallId.toLowerCase();
}
