import { setTimeout as pause } from 'node:timers/promises';
import type { ServerProcess } from '../../support/server-process.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import type { Webhook } from '../../support/webhook-lives.js';
import { type Attack, ATTACKS, startOfSecond } from '../attacks.js';
import { bytesOf, eventForEachRoute } from '../events.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import { type Answer, jsonOf, pathOf, post } from '../http.js';
import {
  BRACKNET,
  headersOf,
  type Message,
  newId,
  type Parts,
  partsOf,
  type Profile,
  SECRETS,
  signatureOf,
  signed,
  STANDARD,
  timestampAt,
} from '../signature.js';
import type { FaultEnvironment, FaultDatabase } from '../fault-environment.js';

/** A server with one signature profile, and the proxy that counts its bytes to the database. */
interface Target {
  readonly profile: Profile;
  readonly server: ServerProcess;
  readonly proxy: TcpProxy;
}

interface Context {
  readonly environment: FaultEnvironment;
  readonly database: FaultDatabase;
  readonly targets: readonly Target[];
  /** Body of the first refusal; all others must be identical. */
  readonly refusals: Buffer[];
}

/** Attempts until no background SQL of the server, such as that of the sweeper, falls into the measurement. */
const ATTEMPTS = 10;

/** Wait for SQL that the server might send after its response, in milliseconds. */
const AFTERMATH_MS = 30;

async function prepare(environment: FaultEnvironment): Promise<Context> {
  const database = await environment.database('authenticity');
  const targets: Target[] = [];
  for (const profile of [STANDARD, BRACKNET]) {
    const { proxy, url } = await environment.proxyTo(database);
    const server = await environment.server(url, {
      BRACKNET_WEBHOOK_SIGNATURE_PROFILE: profile.name,
      BRACKNET_WEBHOOK_SECRET: `${profile.secret},${SECRETS.old}`,
    });
    targets.push({ profile, server, proxy });
  }
  return { environment, database, targets, refusals: [] };
}

function send(url: string, { route }: Webhook, message: Message): Promise<Answer> {
  return post(url + pathOf(route), message);
}

function mustRefuse(refusals: Buffer[], answer: Answer, status = 401): void {
  mustBe(`answer ${answer.body.toString().slice(0, 200)}`, answer.status, status);
  if (refusals.length === 0) {
    mustBe('fields of the refusal', Object.keys(jsonOf(answer)), ['code', 'message']);
    mustBe('code of the refusal', jsonOf(answer).code, 'WEBHOOK_REFUSED');
    refusals.push(answer.body);
  }
  mustBe('body of the refusal', answer.body.toString(), refusals[0]?.toString());
}

function attackFault(attack: Attack): Fault<Context> {
  return {
    name: attack.name,
    tried: attack.tried,
    run: async ({ targets, database, refusals }) => {
      const before = await database.receipts();
      let sent = 0;
      for (const { profile, server, proxy } of targets) {
        if (attack.only !== undefined && attack.only !== profile.name) continue;
        const begin = attack.atStartOfSecond ? startOfSecond : () => Promise.resolve();
        await withoutSql(proxy, begin, async () => {
          for (const webhook of eventForEachRoute()) {
            for (const message of attack.forge(profile, bytesOf(webhook.body))) {
              const answer = await send(server.url, webhook, message);
              if (!(attack.mayBe431 && answer.status === 431)) mustRefuse(refusals, answer);
              sent += 1;
            }
          }
        });
      }
      mustBe('receipts stored', (await database.receipts()) - before, 0);
      return `${sent} refused alike, nothing stored, no SQL`;
    },
  };
}

/** Runs `work` until it causes no traffic to the database. @throws {NotHeld} when all attempts cause some */
async function withoutSql(
  proxy: TcpProxy,
  begin: () => Promise<void>,
  work: () => Promise<void>,
): Promise<void> {
  let bytes = 0;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    // Before the measurement: `begin` may wait, and background SQL may run meanwhile.
    await begin();
    const before = proxy.bytesSent;
    await work();
    await pause(AFTERMATH_MS);
    bytes = proxy.bytesSent - before;
    if (bytes === 0) return;
  }
  must(false, `SQL was used each of ${ATTEMPTS} times, ${bytes} bytes of it the last time`);
}

/** A valid message that must be accepted. */
function takenFault(
  name: string,
  tried: string,
  make: (profile: Profile, body: Buffer) => Message,
  { atStartOfSecond = false }: { atStartOfSecond?: boolean } = {},
): Fault<Context> {
  return {
    name,
    tried,
    run: async ({ targets, database }) => {
      for (const { profile, server } of targets) {
        if (atStartOfSecond) await startOfSecond();
        for (const webhook of eventForEachRoute()) {
          const message = make(profile, bytesOf(webhook.body));
          const answer = await send(server.url, webhook, message);
          mustBe(
            `${profile.name}, ${webhook.route}`,
            [answer.status, jsonOf(answer).result],
            [200, 'accepted'],
          );
          const sql = 'SELECT count(*) FROM telephony_webhook_receipts WHERE body = $1';
          mustBe('receipts with these bytes', await database.count(sql, [message.body]), 1);
        }
      }
      return 'accepted on all six routes, by both profiles';
    },
  };
}

const rotation: Fault<Context> = {
  name: 'old secret after its time',
  tried: 'the same secret, once the server is started without it',
  run: async ({ environment, database, refusals }) => {
    const server = await environment.server(database.url, { BRACKNET_WEBHOOK_SECRET: SECRETS.newest });
    const before = await database.receipts();
    for (const webhook of eventForEachRoute()) {
      const body = bytesOf(webhook.body);
      mustRefuse(refusals, await send(server.url, webhook, signed(STANDARD, body, { secret: SECRETS.old })));
    }
    mustBe('receipts stored', (await database.receipts()) - before, 0);
  },
};

const resignedRetry: Fault<Context> = {
  name: 'retry signed anew',
  tried: 'same id, same bytes, later time: a duplicate, no attack',
  run: async ({ targets }) => {
    for (const { profile, server } of targets) {
      for (const webhook of eventForEachRoute()) {
        const body = bytesOf(webhook.body);
        const id = newId();
        const results = [];
        for (const timestamp of [timestampAt(-20), timestampAt(-10), timestampAt()]) {
          const answer = await send(server.url, webhook, signed(profile, body, { id, timestamp }));
          results.push(answer.status, jsonOf(answer).result);
        }
        mustBe('answers', results, [200, 'accepted', 200, 'duplicate', 200, 'duplicate']);
      }
    }
  },
};

const everywhere: Fault<Context> = {
  name: 'all refusals while the database is out of reach',
  tried: 'every forgery above again, the connection to PostgreSQL dead: refused as before, at once',
  run: async ({ targets, refusals }) => {
    let slowest = 0;
    for (const { profile, server, proxy } of targets) {
      proxy.blockTraffic();
      const [webhook] = eventForEachRoute();
      for (const attack of ATTACKS.filter(
        ({ only, atStartOfSecond }) => !atStartOfSecond && (only ?? profile.name) === profile.name,
      )) {
        for (const message of attack.forge(profile, bytesOf(webhook?.body ?? {}))) {
          const answer = await post(server.url + pathOf(webhook?.route ?? ''), message);
          slowest = Math.max(slowest, answer.milliseconds);
          if (!(attack.mayBe431 && answer.status === 431)) mustRefuse(refusals, answer);
        }
      }
    }
    must(slowest < 1_000, `one took ${Math.round(slowest)} ms`);
  },
};

function severalSignatures(profile: Profile, body: Buffer): Message {
  const parts: Parts = partsOf(profile, body);
  const right = signatureOf(profile, parts);
  const other = signatureOf(profile, { ...parts, secret: SECRETS.foreign });
  return {
    headers: headersOf(profile, parts, profile.name === 'standard' ? `${other} ${right}` : right),
    body,
  };
}

export const authenticity = faultGroup('authenticity', prepare, [
  takenFault('none: signed as it should be', 'or all refusals below would mean nothing', signed),
  ...ATTACKS.map(attackFault),
  takenFault(
    'time -299 s',
    'within the window',
    (profile, body) => signed(profile, body, { timestamp: timestampAt(-299) }),
    {
      atStartOfSecond: true,
    },
  ),
  takenFault(
    'time +59 s',
    'within the window',
    (profile, body) => signed(profile, body, { timestamp: timestampAt(59) }),
    {
      atStartOfSecond: true,
    },
  ),
  takenFault(
    'two signatures, one of them foreign',
    'as a PBX sends them while it changes its secret',
    severalSignatures,
  ),
  takenFault('old secret inside its time', 'the second of the secrets the server is told', (profile, body) =>
    signed(profile, body, { secret: SECRETS.old }),
  ),
  rotation,
  resignedRetry,
  everywhere,
]);
