import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { LAUNCH } from '../support/browser.js';
import { overflowOf, violationsOn } from '../support/page-looks.js';
import type { Options } from './command-line.js';
import { LANGUAGES, type Picture, type Shot, WIDTHS } from './picture.js';
import { smallPng } from './small-png.js';
import type { Stage } from './stage.js';

const HEIGHT = 800;

/** Letters of Bangla are fetched when they are shown first, and an empty box stands in their place until then. */
const LOAD_FONTS = `Promise.all([...document.fonts].map((font) => font.load()))
  .then(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))))`;

/** Takes the pictures of one state after the other. */
export class Camera {
  private constructor(
    private readonly browser: Browser,
    private readonly stage: Stage,
    private readonly options: Pick<Options, 'folder' | 'axe'>,
    private readonly print: (line: string) => void,
  ) {}

  static async start(
    stage: Stage,
    options: Pick<Options, 'folder' | 'axe'>,
    print: (line: string) => void,
  ): Promise<Camera> {
    await mkdir(options.folder, { recursive: true });
    return new Camera(await chromium.launch(LAUNCH), stage, options, print);
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** @returns what went wrong, a line each */
  async take(picture: Picture, shots: readonly Shot[]): Promise<string[]> {
    const { folder, axe } = this.options;
    const problems: string[] = [];
    // What a page shows may depend on how wide it was when it was opened.
    const openings = LANGUAGES.flatMap((language) => WIDTHS.map((width) => ({ language, width })));
    for (const { language, width } of openings) {
      const alike = shots.filter((shot) => shot.language === language && shot.width === width);
      if (alike.length === 0) continue;
      const page = await this.open(picture, { language, width }, problems);
      try {
        await this.arrange(page, picture);
        for (const { name, height, theme, isSmall } of alike) {
          await page.setViewportSize({ width, height: height ?? HEIGHT });
          await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
          await picture.shows(page).first().waitFor();
          await page.evaluate(LOAD_FONTS);
          if (height === null) await makeAsHighAsItsPage(page, width);
          const png = await page.screenshot();
          await writeFile(join(folder, `${name}.png`), isSmall ? smallPng(png) : png);
          this.print(name);
          if (axe) problems.push(...(await wrongOn(page)).map((what) => `${name}: ${what}`));
        }
      } catch (error) {
        problems.push(`${picture.name}-${language}-${width}: ${String(error)}`);
        await page.screenshot({ path: join(folder, `failed-${picture.name}-${language}-${width}.png`) });
      } finally {
        await page.context().close();
        await this.stage.endCalls();
      }
    }
    return problems;
  }

  private async open(
    { name, expected }: Picture,
    { language, width }: Pick<Shot, 'language' | 'width'>,
    problems: string[],
  ): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width, height: HEIGHT } });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', ({ message }) => {
      if (expected?.test(message) !== true) problems.push(`${name}-${language}-${width}: ${message}`);
    });
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && expected?.test(text) !== true) {
        problems.push(`${name}-${language}-${width}: ${text} ${message.location().url}`);
      }
    });
    await page.addInitScript(`localStorage.setItem('telephony.language', '${language}')`);
    return page;
  }

  private async arrange(page: Page, { who, path = '', before, act }: Picture): Promise<void> {
    await before?.(this.stage, page);
    const view = typeof path === 'string' ? path : path(this.stage);
    if (who !== null) {
      // Kept unless there is one: a page may be signed in anew while it is shown.
      const token = await this.stage.token(who);
      await page.addInitScript(`localStorage.authToken ??= '${token}'`);
    }
    await page.goto(`${this.stage.url}/console/#/${view}`);
    if (who !== null) await page.locator('.bar .dot.is-live').first().waitFor();
    await act?.(page, this.stage);
  }
}

async function wrongOn(page: Page): Promise<string[]> {
  const overflow = await overflowOf(page);
  return [
    ...(await violationsOn(page)),
    ...(overflow > 0 ? [`it scrolls sideways by ${overflow} pixels`] : []),
  ];
}

/** What is fixed to the end of the window is then at the end of the picture. */
async function makeAsHighAsItsPage(page: Page, width: number): Promise<void> {
  const height = await page.evaluate<number>('document.documentElement.scrollHeight');
  await page.setViewportSize({ width, height: Math.max(HEIGHT, height) });
}
