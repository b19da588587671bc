import type { Page } from 'playwright-core';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { AGENT_201, type ConfigOverrides, TestApp, tokenOf } from './app.js';
import {
  answers,
  type Behaviour,
  type BracknetPeer,
  closePeersAndClients,
  KEY,
  pbxThat,
} from './bracknet-peer.js';
import { TestBrowser } from './browser.js';
import { insertRow } from './crm-tables.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import type { Look } from './supervisor-pages.js';
import { TcpProxy } from './tcp-proxy.js';

/** What Chromium itself writes when a request is refused or a connection breaks. */
export const NETWORK_ERRORS = /Failed to load resource|WebSocket connection to/u;

/** `window.tones`: what the page lets sound. Chromium without a window is not silent, but nobody hears it. */
const COUNT_TONES = `
  window.tones = new Set();
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    tones.add(this);
    this.addEventListener('ended', () => tones.delete(this));
    return start.apply(this, when);
  };`;

/** What is not there after so many milliseconds does not come. */
const LONGEST_MS = 10_000;

export const CUSTOMER_NUMBER = '01712345678';

/** The service with a PBX of the test, behind one address that stays when the service is started anew; and a browser. */
export class AgentPages {
  /** What the PBX does with a request. */
  behaviour: Behaviour = acceptsEach;
  private readonly complaints: string[] = [];
  private readonly tabs: Page[] = [];
  private expected: RegExp | null = null;
  private calls = 0;

  private constructor(
    private readonly database: TestDatabase,
    readonly pbx: BracknetPeer,
    public app: TestApp,
    private readonly proxy: TcpProxy,
    private readonly browser: TestBrowser,
    private readonly overrides: ConfigOverrides,
  ) {}

  static async start(more: ConfigOverrides = {}): Promise<AgentPages> {
    let pages: AgentPages | null = null;
    const database = await createTestDatabase();
    const pbx = await pbxThat((response, nth) => (pages?.behaviour ?? acceptsEach)(response, nth));
    const overrides = {
      bracknet: { mode: 'live' as const, baseUrl: pbx.url, apiKey: KEY, timeoutMs: 2_000 },
      ...more,
    };
    const app = await TestApp.start(database, overrides);
    const proxy = await TcpProxy.to(portOf(app));
    pages = new AgentPages(database, pbx, app, proxy, await TestBrowser.start(), overrides);
    return pages;
  }

  get url(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }

  /** A tab of the browser, not opened yet. What goes wrong in it fails the test. */
  async tab({ language = 'en', scheme = 'light', width = 1280 }: Look = {}): Promise<Page> {
    const page = await this.browser.newPage();
    this.tabs.push(page);
    page.on(
      'console',
      (line) => line.type() === 'error' && this.complaints.push(`${line.text()} ${line.location().url}`),
    );
    page.setDefaultTimeout(LONGEST_MS);
    await page.addInitScript(COUNT_TONES);
    await page.addInitScript(`localStorage.setItem('telephony.language', '${language}')`);
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    return page;
  }

  /** A tab in which the user is signed in, and which is live. */
  async open(user: TokenRequest = AGENT_201, look: Look = {}): Promise<Page> {
    const page = await this.tab(look);
    await page.addInitScript(`localStorage.setItem('authToken', ${JSON.stringify(await tokenOf(user))})`);
    await page.goto(`${this.url}/console/`);
    await isLive(page);
    return page;
  }

  /** A call that rings. @returns its id at the PBX */
  async ring(from = CUSTOMER_NUMBER, to_extension = '201'): Promise<string> {
    this.calls += 1;
    const id = `BN-RING-${this.calls}`;
    await this.event('incoming-call', { event: 'incoming_call', from, to_extension, bracknet_call_id: id });
    return id;
  }

  async answer(id: string, agent_extension = '201'): Promise<void> {
    await this.event('call-answered', { event: 'call_answered', bracknet_call_id: id, agent_extension });
  }

  async end(id: string, duration = 65): Promise<void> {
    const body = { event: 'call_ended', bracknet_call_id: id, duration, end_reason: 'completed' };
    await this.event('call-ended', body);
  }

  /** A call that the agent has. @returns its id at the PBX */
  async talk(from = CUSTOMER_NUMBER): Promise<string> {
    const id = await this.ring(from);
    await this.answer(id);
    return id;
  }

  async event(route: string, body: object): Promise<void> {
    const sent = await this.app.webhook(route, { timestamp: new Date().toISOString(), ...body });
    expect(sent.status).toBe(200);
  }

  /** @returns the id of the customer */
  addCustomer(columns: object = {}): Promise<number> {
    const row = {
      name: 'Rahima',
      last_name: 'Begum',
      phone: CUSTOMER_NUMBER,
      district: 'Cumilla',
      ...columns,
    };
    return insertRow(this.app.db, 'customers', row);
  }

  /** Requests that the PBX received, such as `/api/call/hangup`, with their bodies. */
  get asked(): readonly { readonly path: string; readonly body: unknown }[] {
    return this.pbx.received.map(({ url, body }) => ({ path: new URL(url, this.pbx.url).pathname, body }));
  }

  /** Ends the service. Its address stays, and refuses connections. */
  async stopService(): Promise<void> {
    this.proxy.cutConnections();
    await this.app.close();
  }

  async startService(): Promise<void> {
    this.app = await TestApp.start(this.database, this.overrides);
    this.proxy.forwardTo(portOf(this.app));
  }

  /** Nothing passes between browser and service any more, and neither hears of it. */
  breakNetwork(): void {
    this.proxy.blockTraffic();
  }

  mendNetwork(): void {
    this.proxy.acceptConnections();
    this.proxy.cutConnections();
  }

  /** Lines of the browser's console that belong to what the test does. */
  expectErrors(lines: RegExp): void {
    this.expected = lines;
  }

  /** After each test. Errors of the pages fail it. */
  async clear(): Promise<void> {
    const [last, ...others] = this.tabs.splice(0).filter((tab) => !tab.isClosed());
    // Others would hear that somebody signs out.
    await Promise.all(others.map((tab) => tab.close()));
    await last?.evaluate('localStorage.clear()');
    await this.browser.closePages();
    await this.app.clear('continue');
    this.pbx.received.length = 0;
    this.behaviour = acceptsEach;
    const { expected } = this;
    this.expected = null;
    const lines = [...this.browser.errors.splice(0), ...this.complaints.splice(0)];
    expect(lines.filter((line) => expected?.test(line) !== true)).toEqual([]);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.proxy.close();
    await this.app.close();
    await closePeersAndClients();
    await this.database.drop();
  }
}

/** Tones of the ring that sound in this tab now. */
export function tonesOf(page: Page): Promise<number> {
  return page.evaluate('window.tones.size');
}

/** Waits until the page shows the state of the service. */
export async function isLive(page: Page): Promise<void> {
  await page.locator('.dot.is-live').waitFor({ state: 'attached' });
}

function portOf({ url }: TestApp): number {
  return Number(new URL(url).port);
}

const acceptsEach: Behaviour = (response, nth) =>
  answers(200, { status: 'success', bracknet_call_id: `BN-${nth}` })(response, nth);
