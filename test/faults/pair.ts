import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import type { ServerProcess } from '../support/server-process.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';
import { bytesOf, newCall, secondsToNow } from './events.js';
import { mustBe } from './fault.js';
import { type Answer, jsonOf, pathOf, post } from './http.js';
import { newId, signed, STANDARD } from './signature.js';
import type { Stage, StageDatabase } from './stage.js';

/** Two instances of the service on one database. */
export interface Pair {
  readonly stage: Stage;
  readonly database: StageDatabase;
  readonly servers: readonly [ServerProcess, ServerProcess];
}

export async function pairOn(stage: Stage, database: StageDatabase): Promise<Pair> {
  const servers = [await stage.server(database.url), await stage.server(database.url)] as const;
  return { stage, database, servers };
}

export function send(server: ServerProcess, { route, body }: Webhook, id = newId()): Promise<Answer> {
  return post(server.url + pathOf(route), signed(STANDARD, bytesOf(body), { id }));
}

/** How often each answer was given, such as `200 accepted`. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const times: Record<string, number> = {};
  for (const answer of answers) {
    const { result, code } = jsonOf(answer);
    const name = `${answer.status} ${String(result ?? code)}`;
    times[name] = (times[name] ?? 0) + 1;
  }
  return times;
}

/**
 * Keeps both servers from writing calls, each with one event that waits, until `waiting` is sent: so that it is there
 * when they go on.
 */
export async function whileHeldUp(
  { database, servers }: Pair,
  waiting: () => readonly Promise<Answer>[],
): Promise<Answer[]> {
  return database.whileLocked('telephony_calls', async (release) => {
    const now = secondsToNow();
    const first = servers.map((server) => {
      const { id, caller } = newCall();
      return send(server, webhooksOf(id, caller).incoming(now));
    });
    await eventually(async () =>
      mustBe('servers held up', (await database.waiting()).length, servers.length),
    );
    const rest = waiting();
    await pause(300);
    await release();
    return Promise.all([...first, ...rest]);
  });
}

export function mustAllBeTaken(answers: readonly Answer[]): void {
  mustBe('answers', tally(answers), { '200 accepted': answers.length });
}
