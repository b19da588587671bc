import type { Page } from 'playwright-core';
import { SUPERVISOR, TestApp, tokenOf } from './app.js';
import type { ConfigOverrides } from './app.js';
import { TestBrowser } from './browser.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { overflowOf, violationsOn } from './page-looks.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';

/** How a page is shown. */
export interface Look {
  readonly language?: 'en' | 'bn';
  readonly scheme?: 'light' | 'dark';
  /** CSS pixels. */
  readonly width?: number;
}

/** Every way in which the pages have to be right. */
export const LOOKS: readonly Required<Look>[] = (['en', 'bn'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((scheme) => [1280, 360].map((width) => ({ language, scheme, width }))),
);

/** The service on a database of its own, and a browser that opens its console. */
export class ConsolePages {
  private constructor(
    private readonly database: TestDatabase,
    readonly app: TestApp,
    private readonly browser: TestBrowser,
  ) {}

  static async start(overrides: ConfigOverrides = {}): Promise<ConsolePages> {
    const database = await createTestDatabase();
    const app = await TestApp.start(database, overrides);
    return new ConsolePages(database, app, await TestBrowser.start());
  }

  async open(view: string, who: TokenRequest = SUPERVISOR, look: Look = {}): Promise<Page> {
    const { language = 'en', scheme = 'light', width = 1280 } = look;
    const page = await this.browser.newPage();
    page.setDefaultTimeout(15_000);
    await page.addInitScript(`localStorage.setItem('authToken', ${JSON.stringify(await tokenOf(who))})`);
    await page.addInitScript(`localStorage.setItem('telephony.language', '${language}')`);
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.goto(`${this.app.url}/console/#/${view}`);
    return page;
  }

  /** Errors of the pages so far, which a test brought about: they no longer fail it. */
  takeErrors(): string[] {
    return this.browser.errors.splice(0);
  }

  /** After each test. Errors of the pages fail it. */
  async clear(): Promise<void> {
    await this.browser.closePages();
    await this.app.clear('continue');
    expect(this.takeErrors()).toEqual([]);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.app.close();
    await this.database.drop();
  }
}

/** Fails where axe finds something, or where the page scrolls sideways. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await violationsOn(page)).toEqual([]);
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
}

/** Presses Tab until the element of this name has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, name: string | RegExp, most = 60): Promise<void> {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    const named = (await focused.getAttribute('aria-label')) ?? (await focused.textContent()) ?? '';
    if (typeof name === 'string' ? named.trim() === name : name.test(named)) return;
  }
  throw new Error(`${most} presses of Tab do not reach ${name}`);
}
