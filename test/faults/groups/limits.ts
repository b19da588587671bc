import { setTimeout as pause } from 'node:timers/promises';
import type { ServerProcess } from '../../support/server-process.js';
import { webhooksOf } from '../../support/webhook-lives.js';
import { bytesOf, newCall, secondsToNow } from '../events.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import { type Answer, jsonOf, pathOf, post } from '../http.js';
import { type Message, SECRETS, signed, STANDARD } from '../signature.js';
import type { FaultEnvironment, FaultDatabase } from '../fault-environment.js';

const FAILURES_PER_MINUTE = 20;
const EVENTS_PER_SECOND = 50;

/** Loopback addresses; each fault uses its own. */
const GUESSER = '127.0.0.3';
const FORGER = '127.0.0.4';
const FLOODER = '127.0.0.5';
const NEIGHBOUR = '127.0.0.6';

interface Context {
  readonly database: FaultDatabase;
  readonly server: ServerProcess;
}

async function prepare(environment: FaultEnvironment): Promise<Context> {
  const database = await environment.database('limits');
  const server = await environment.server(database.url, {
    BRACKNET_WEBHOOK_FAILURES_PER_MINUTE: String(FAILURES_PER_MINUTE),
    BRACKNET_WEBHOOK_EVENTS_PER_SECOND: String(EVENTS_PER_SECOND),
  });
  return { database, server };
}

const ROUTE = 'incoming-call';

function message(secret = STANDARD.secret): Message {
  const { id, caller } = newCall();
  return signed(STANDARD, bytesOf(webhooksOf(id, caller).incoming(secondsToNow()).body), { secret });
}

function send({ server }: Context, what: Message, from: string): Promise<Answer> {
  return post(server.url + pathOf(ROUTE), what, { from });
}

function summaryOf(answer: Answer): string {
  return `${answer.status} ${String(jsonOf(answer).code ?? jsonOf(answer).result)}`;
}

/** Sends twice as many wrong signatures as an address may send in a minute. */
async function guess(context: Context, from: string, change: (what: Message) => Message): Promise<void> {
  const before = await context.database.receipts();
  const answers: Answer[] = [];
  for (let n = 1; n <= 2 * FAILURES_PER_MINUTE; n += 1) {
    answers.push(await send(context, change(message(SECRETS.foreign)), from));
  }
  const refused = answers.filter((answer) => summaryOf(answer) === '401 WEBHOOK_REFUSED');
  const limited = answers.filter((answer) => summaryOf(answer) === '429 TOO_MANY_REQUESTS');
  mustBe('answers', [refused.length, limited.length], [FAILURES_PER_MINUTE, FAILURES_PER_MINUTE]);
  must(
    limited.every(({ retryAfter }) => retryAfter !== undefined),
    'a 429 says not when to come back',
  );
  mustBe('receipts stored', (await context.database.receipts()) - before, 0);
  mustBe('another address', summaryOf(await send(context, message(), NEIGHBOUR)), '200 accepted');
}

const guessing: Fault<Context> = {
  name: 'guessing at signatures',
  tried: `${2 * FAILURES_PER_MINUTE} wrong ones, ${FAILURES_PER_MINUTE} a minute allowed: then 429 + Retry-After; others are served`,
  run: (context) => guess(context, GUESSER, (what) => what),
};

const forging: Fault<Context> = {
  name: 'guessing under forged addresses',
  tried: 'the same with another X-Forwarded-For each time: no way around it',
  run: (context) => {
    let n = 0;
    return guess(context, FORGER, ({ headers, body }) => {
      n += 1;
      return { headers: [...headers, ['X-Forwarded-For', `198.51.100.${n}`]], body };
    });
  },
};

const flood: Fault<Context> = {
  name: 'flood from one address',
  tried: `300 proper events at once, ${EVENTS_PER_SECOND} a second allowed: 200 or 429 + Retry-After, all there in the end; others are served`,
  run: async (context) => {
    let open = Array.from({ length: 300 }, () => message());
    const before = await context.database.receipts();
    let limited = 0;
    for (let turn = 1; open.length > 0; turn += 1) {
      must(turn <= 15, `${open.length} are not taken after 15 s`);
      const answers = await Promise.all(open.map((what) => send(context, what, FLOODER)));
      if (turn === 1) {
        mustBe('another address', summaryOf(await send(context, message(), NEIGHBOUR)), '200 accepted');
      }
      const refused = answers.filter(({ status }) => status === 429);
      const other = answers.filter(({ status }) => status !== 200 && status !== 429).map(summaryOf);
      mustBe('answers but 200 and 429', other, []);
      const waits = refused.map(({ retryAfter }) => Number(retryAfter));
      must(
        waits.every((seconds) => seconds >= 1 && seconds <= 2),
        `Retry-After ${JSON.stringify(waits.slice(0, 3))} of a limit for each second`,
      );
      limited += refused.length;
      open = open.filter((_, at) => answers[at]?.status === 429);
      if (open.length > 0) await pause(1_000);
    }
    must(limited > 0, 'Nothing was refused, so nothing was tried');
    mustBe('receipts stored', (await context.database.receipts()) - before, 301);
    return `${limited} refused on the way, all 300 there`;
  },
};

export const limits = faultGroup('limits', prepare, [guessing, forging, flood]);
