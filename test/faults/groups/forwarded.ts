import type { ServerProcess } from '../../support/server-process.js';
import { webhooksOf } from '../../support/webhook-lives.js';
import { bytesOf, newCall, secondsToNow } from '../events.js';
import { type Fault, faultGroup, mustBe } from '../fault.js';
import { jsonOf, post, pathOf } from '../http.js';
import { type Header, signed, STANDARD } from '../signature.js';
import type { FaultEnvironment, FaultDatabase } from '../fault-environment.js';

/** Addresses of the cases. Connections come from 127/8, of which all addresses belong to this machine. */
const PBX = '10.1.1.1';
const STRANGER = '203.0.113.9';
const DIRECT = '127.0.0.1';
const NEAR_PROXY = '127.0.0.2';
const FAR_PROXY = '192.0.2.7';

interface Context {
  readonly database: FaultDatabase;
  /** Index: number of proxies that the server trusts. */
  readonly servers: readonly ServerProcess[];
}

async function prepare(environment: FaultEnvironment): Promise<Context> {
  const database = await environment.database('forwarded');
  const servers: ServerProcess[] = [];
  for (const proxies of [[], [NEAR_PROXY], [NEAR_PROXY, FAR_PROXY]]) {
    servers.push(
      await environment.server(database.url, {
        BRACKNET_WEBHOOK_ALLOWED_IPS: `${PBX}/32,2001:db8::/64`,
        TRUSTED_PROXIES: proxies.map((address) => `${address}/32`).join(','),
      }),
    );
  }
  return { database, servers };
}

interface ForwardedCase {
  readonly name: string;
  readonly hops: 0 | 1 | 2;
  /** Source address of the connection. */
  readonly from: string;
  /** X-Forwarded-For as it arrives: what the sender wrote, then what each proxy added. */
  readonly forwarded: string | readonly string[];
  /** Address that the service must store; null: it must reject the webhook. */
  readonly taken: string | null;
}

/** All webhooks are correctly signed; only the address decides. */
const CASES: readonly ForwardedCase[] = [
  { name: 'no proxy: the header forged', hops: 0, from: DIRECT, forwarded: PBX, taken: null },
  { name: 'no proxy: no header', hops: 0, from: DIRECT, forwarded: [], taken: null },
  { name: 'one proxy: the PBX behind it', hops: 1, from: NEAR_PROXY, forwarded: PBX, taken: PBX },
  {
    name: 'one proxy: the PBX behind it, IPv4 in IPv6',
    hops: 1,
    from: NEAR_PROXY,
    forwarded: `::ffff:${PBX}`,
    taken: PBX,
  },
  {
    name: 'one proxy: the PBX behind it, IPv6',
    hops: 1,
    from: NEAR_PROXY,
    forwarded: '2001:db8::17',
    taken: '2001:db8::17',
  },
  {
    name: 'one proxy: a stranger forged',
    hops: 1,
    from: NEAR_PROXY,
    forwarded: `${PBX}, ${STRANGER}`,
    taken: null,
  },
  {
    name: 'one proxy: a stranger forged, in a header of its own',
    hops: 1,
    from: NEAR_PROXY,
    forwarded: [PBX, STRANGER],
    taken: null,
  },
  { name: 'one proxy: a stranger past it', hops: 1, from: DIRECT, forwarded: PBX, taken: null },
  {
    name: 'one proxy: a stranger forged nonsense',
    hops: 1,
    from: NEAR_PROXY,
    forwarded: `${PBX}, unknown`,
    taken: null,
  },
  {
    name: 'one proxy: a stranger named the second',
    hops: 1,
    from: NEAR_PROXY,
    forwarded: `${PBX}, ${FAR_PROXY}`,
    taken: null,
  },
  {
    name: 'two proxies: the PBX behind them',
    hops: 2,
    from: NEAR_PROXY,
    forwarded: `${PBX}, ${FAR_PROXY}`,
    taken: PBX,
  },
  {
    name: 'two proxies: a stranger forged',
    hops: 2,
    from: NEAR_PROXY,
    forwarded: `${PBX}, ${STRANGER}, ${FAR_PROXY}`,
    taken: null,
  },
  {
    name: 'two proxies: a stranger past the first',
    hops: 2,
    from: NEAR_PROXY,
    forwarded: `${PBX}, ${STRANGER}`,
    taken: null,
  },
  {
    name: 'two proxies: a stranger past both',
    hops: 2,
    from: DIRECT,
    forwarded: `${PBX}, ${FAR_PROXY}`,
    taken: null,
  },
];

function caseFault({ name, hops, from, forwarded, taken }: ForwardedCase): Fault<Context> {
  const lines = [forwarded].flat();
  return {
    name,
    tried: `from ${from}, X-Forwarded-For: ${lines.join(' | ') || 'none'}`,
    run: async ({ servers, database }) => {
      const { id, caller } = newCall();
      const { route, body } = webhooksOf(id, caller).incoming(secondsToNow());
      const message = signed(STANDARD, bytesOf(body));
      const headers = [
        ...message.headers,
        ...lines.map((line): Header => ['X-Forwarded-For', line]),
        // Headers of other proxies, which the service must ignore.
        ['X-Real-IP', PBX] as const,
        ['Forwarded', `for=${PBX}`] as const,
      ];
      const answer = await post(
        (servers[hops]?.url ?? '') + pathOf(route),
        { ...message, headers },
        { from },
      );
      const receipts = await database.query<{ source_address: string }>(
        'SELECT source_address FROM telephony_webhook_receipts WHERE body = $1',
        [message.body],
      );
      const text = answer.body.toString().slice(0, 200);
      if (taken === null) {
        mustBe(`answer ${text}`, [answer.status, jsonOf(answer).code], [403, 'WEBHOOK_REFUSED']);
        mustBe('fields of the refusal', Object.keys(jsonOf(answer)), ['code', 'message']);
        mustBe('receipts', receipts, []);
        return '403, nothing stored';
      }
      mustBe(`answer ${text}`, answer.status, 200);
      mustBe('receipts', receipts, [{ source_address: taken }]);
      return `200, kept as from ${taken}`;
    },
  };
}

export const forwarded = faultGroup('forwarded', prepare, CASES.map(caseFault));
