import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A caller's own request id is kept if it is one, and no telephone number: it stands in the log. */
const REQUEST_ID = /^(?!.*\d{7})[\w.-]{1,64}$/u;

export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
