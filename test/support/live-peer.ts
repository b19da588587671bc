import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { AGENT_201, type ConfigOverrides, TestApp } from './app.js';
import {
  accepts,
  answers,
  type Behaviour,
  type BracknetPeer,
  closePeersAndClients,
  KEY,
  pbxThat,
} from './bracknet-peer.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** An application in live mode whose PBX is an HTTP server with behaviour that a test sets. */
export class LivePeer {
  /** What the PBX does with a request; by default it accepts all, each start under an id of its own. */
  behaviour: Behaviour = acceptsEach;

  private constructor(
    readonly database: TestDatabase,
    readonly pbx: BracknetPeer,
    readonly app: TestApp,
  ) {}

  static async start(overrides: ConfigOverrides = {}): Promise<LivePeer> {
    const database = await createTestDatabase();
    let live: LivePeer | null = null;
    const pbx = await pbxThat((response, nth) => (live?.behaviour ?? accepts)(response, nth));
    const bracknet = { mode: 'live', baseUrl: pbx.url, apiKey: KEY, ...overrides.bracknet } as const;
    const app = await TestApp.start(database, { ...overrides, bracknet });
    live = new LivePeer(database, pbx, app);
    return live;
  }

  async close(): Promise<void> {
    await this.app.close();
    await closePeersAndClients();
    await this.database.drop();
  }

  async clear(): Promise<void> {
    await this.app.clear();
    this.pbx.received.length = 0;
    this.behaviour = acceptsEach;
  }

  call(body: object = {}, user: TokenRequest = AGENT_201, headers: Record<string, string> = {}) {
    return this.app.post('/api/call/start', { customer_number: '01712345678', ...body }, user, headers);
  }

  /** What the service sent to the PBX. */
  get sent(): { url: string; body: Record<string, unknown> }[] {
    return this.pbx.received.map(({ url, body }) => ({ url, body: body as Record<string, unknown> }));
  }

  /** The outcomes in the audit, such as `call.start call:1 done`. */
  async acts(): Promise<string[]> {
    const entries = await this.app.audit();
    return entries.map(({ action, subject, outcome, code }) =>
      [action, subject, outcome, code].filter((part) => part !== null).join(' '),
    );
  }
}

const acceptsEach: Behaviour = (response, nth) =>
  answers(200, { status: 'success', bracknet_call_id: `BN-${nth}` })(response, nth);
