import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from './installed-programs.js';

/** Without these Chromium connects to hosts of its maker. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Otherwise a page may sound or not by what other pages of the profile have played.
  '--autoplay-policy=no-user-gesture-required',
];

/** How Chromium is started, by tests and by screenshots. */
export const LAUNCH = {
  executablePath: CHROMIUM ?? undefined,
  // Chromium has no sandbox as root.
  args: [...QUIET, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
};

/** A Chromium without a window, with a profile of its own. */
export class TestBrowser {
  /** Errors of the pages, and of what they load. */
  readonly errors: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    private readonly profile: string,
  ) {}

  static async start(): Promise<TestBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'telephony-chromium-'));
    const context = await chromium.launchPersistentContext(profile, LAUNCH);
    return new TestBrowser(context, profile);
  }

  /** A page without an address yet. */
  async newPage(): Promise<Page> {
    const page = await this.context.newPage();
    page.on('pageerror', ({ message }) => this.errors.push(message));
    page.on('console', (message) => {
      // That the service refused a request, the page says in words.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.errors.push(message.text());
    });
    return page;
  }

  /** Opens a page that finds this token under the name of the CRM's front end. */
  async open(url: string, token: string | null): Promise<Page> {
    const page = await this.newPage();
    if (token !== null)
      await page.addInitScript(`localStorage.setItem('authToken', ${JSON.stringify(token)})`);
    await page.goto(url);
    return page;
  }

  async closePages(): Promise<void> {
    await Promise.all(this.context.pages().map((page) => page.close()));
  }

  async close(): Promise<void> {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true });
  }
}
