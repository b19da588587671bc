import { createTelephonyClient, type ConnectionState, type TelephonyClient } from '../client/client.js';
import type { WatchRequest } from './watch-arguments.js';
import { lineOfCall, lineOfMessage } from './watch-lines.js';

/** Refusals that no later attempt changes: the token names somebody who may not listen. */
const FINAL_CODES: ReadonlySet<string | null> = new Set([
  'UNAUTHENTICATED',
  'TOKEN_REVOKED',
  'FORBIDDEN',
  'CUSTOMER_TOKEN_REFUSED',
]);

/**
 * The command `watch`: prints messages until it is told to end.
 *
 * @param print called with each line
 * @param end ends the command
 * @throws {Error} when the service refuses the token
 */
export function watch(
  { url, getToken, who, isFull }: WatchRequest,
  print: (line: string) => void,
  end: AbortSignal,
): Promise<void> {
  print(`Watching ${url} as ${who}; Ctrl-C ends`);
  const client = createTelephonyClient({ url, getToken });
  client.on('message', (message) => print(lineOfMessage(message, new Date(), isFull)));
  return new Promise<void>((resolve, reject) => {
    let last = client.getSnapshot().connection;
    client.subscribe(() => {
      const { connection } = client.getSnapshot();
      if (connection === last) return;
      last = connection;
      if (connection.status === 'live') printOpenCalls(client, print, isFull);
      else if (FINAL_CODES.has(connection.code)) reject(new Error(refusal(connection)));
      else if (connection.status !== 'closed') print(problem(connection, url));
    });
    end.addEventListener('abort', () => resolve(), { once: true });
    if (end.aborted) resolve();
  }).finally(() => client.close());
}

function printOpenCalls(client: TelephonyClient, print: (line: string) => void, isFull: boolean): void {
  const { calls } = client.getSnapshot();
  for (const call of calls) print(lineOfCall(call, new Date(), isFull));
  print(calls.length === 0 ? 'No call is open; waiting for messages' : 'Waiting for messages');
}

function refusal({ code, reason }: ConnectionState): string {
  return `The service refuses this token: ${reason} (${code})`;
}

function problem({ status, reason }: ConnectionState, url: string): string {
  if (status === 'refused') return `The service refuses the connection: ${reason}; trying again`;
  if (status === 'stale') return `The connection is lost: ${reason}; trying again`;
  return `No service answers at ${url}: ${reason}; start it with npm start, or give --url; trying again`;
}
