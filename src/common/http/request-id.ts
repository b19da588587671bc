import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Accepted request ids of clients. Seven digits in a row are rejected: phone numbers must not appear in the log. */
const REQUEST_ID = /^(?!.*\d{7})[\w.-]{1,64}$/u;

export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
