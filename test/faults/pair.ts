import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import type { ServerProcess } from '../support/server-process.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';
import { bytesOf, newCall, secondsToNow } from './events.js';
import { mustBe } from './fault.js';
import { type Answer, jsonOf, pathOf, post } from './http.js';
import { newId, signed, STANDARD } from './signature.js';
import type { FaultEnvironment, FaultDatabase } from './fault-environment.js';

/** Two instances of the service on one database. */
export interface Pair {
  readonly environment: FaultEnvironment;
  readonly database: FaultDatabase;
  readonly servers: readonly [ServerProcess, ServerProcess];
}

export async function pairOn(environment: FaultEnvironment, database: FaultDatabase): Promise<Pair> {
  const servers = [await environment.server(database.url), await environment.server(database.url)] as const;
  return { environment, database, servers };
}

export function send(server: ServerProcess, { route, body }: Webhook, id = newId()): Promise<Answer> {
  return post(server.url + pathOf(route), signed(STANDARD, bytesOf(body), { id }));
}

/** Number of responses by status and result, such as `200 accepted`. */
export function countAnswers(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const { result, code } = jsonOf(answer);
    const name = `${answer.status} ${String(result ?? code)}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** In the beginning of the statement with which a batch locks its calls: PostgreSQL shows no more of it. */
const LOCKS_CALLS = 'lookup';

/**
 * Blocks the writes of both servers, each with one event that waits for the lock, until the events of `sendMore` are sent.
 * The servers then process those events in batches.
 */
export async function whileBlocked(
  { database, servers }: Pair,
  sendMore: () => readonly Promise<Answer>[],
): Promise<Answer[]> {
  return database.whileLocked('telephony_calls', async (release) => {
    const now = secondsToNow();
    const first = servers.map((server) => {
      const { id, caller } = newCall();
      return send(server, webhooksOf(id, caller).incoming(now));
    });
    // Their jobs may be held up too.
    await eventually(async () =>
      mustBe('servers held up', (await database.waiting(LOCKS_CALLS)).length, servers.length),
    );
    const rest = sendMore();
    await pause(300);
    await release();
    return Promise.all([...first, ...rest]);
  });
}

export function mustAllBeTaken(answers: readonly Answer[]): void {
  mustBe('answers', countAnswers(answers), { '200 accepted': answers.length });
}
