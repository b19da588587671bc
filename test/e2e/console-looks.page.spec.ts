import { readdir, readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import { AGENT_201, SUPERVISOR, tokenOf } from '../support/app.js';
import { AgentPages, isLive, NETWORK_ERRORS } from '../support/agent-pages.js';
import { crmTask } from '../support/call-tasks.js';
import { ROOT } from '../support/documents.js';
import { overflowOf, violationsOn } from '../support/page-looks.js';
import { LOOKS } from '../support/supervisor-pages.js';

/** What the desk reads when no call is there. */
const READINGS = /call-tasks/u;

/** Words of the bar that do not fit in. */
function clippedOn(page: Page): Promise<string[]> {
  return page.evaluate(
    `[...document.querySelectorAll('.bar-fact, .bar-button')].filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ textContent }) => textContent)`,
  );
}

/** Whether it is cut off by the menu that it is in. */
async function isCut(link: Locator, menu: Locator): Promise<boolean> {
  const [inside, outside] = await Promise.all([link.boundingBox(), menu.boundingBox()]);
  if (inside === null || outside === null) return true;
  return inside.x < outside.x || inside.x + inside.width > outside.x + outside.width;
}

describe('what an agent sees', () => {
  let pages: AgentPages;

  beforeAll(async () => {
    pages = await AgentPages.start();
  });
  afterAll(() => pages.close());
  afterEach(() => pages.clear());

  const onCard = (page: Page, text: string) => page.locator('#call').getByText(text).first().waitFor();

  /** Brings the page into each state, one after the other. */
  const STATES: Record<string, (page: Page) => Promise<void>> = {
    idle: async (page) => {
      await page.locator('.due').nth(1).waitFor();
    },
    ringing: async (page) => {
      await pages.ring();
      await onCard(page, 'Rahima Begum');
    },
    choosing: async (page) => {
      await pages.ring('01899999999');
      await page.locator('.list-button').nth(2).waitFor();
    },
    talking: async (page) => {
      await pages.talk();
      await onCard(page, 'Rahima Begum');
      await page.locator('.call-controls').waitFor();
    },
    transfer: async (page) => {
      await pages.talk();
      await page.locator('.call-controls button').nth(1).click();
      await page.getByRole('dialog').waitFor();
    },
    'wrap-up': async (page) => {
      await pages.end(await pages.talk());
      await page.locator('.wrap-up').waitFor();
    },
    dialling: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
    },
    status: async (page) => {
      await page.locator('.status-menu button').first().click();
      await page.locator('.menu-list:popover-open').waitFor();
    },
    'ring menu': async (page) => {
      await page.locator('.ring-menu button').first().click();
      await page.locator('.menu-list:popover-open').waitFor();
    },
    'a second ring': async (page) => {
      await pages.talk();
      await onCard(page, 'Rahima Begum');
      await pages.ring('01899999999');
      await page.locator('#other-calls').waitFor();
    },
    loading: async (page) => {
      await page.route(READINGS, () => undefined);
      await page.reload();
      await isLive(page);
      await page.locator('.skeleton').first().waitFor();
    },
    'an error': async (page) => {
      pages.expectErrors(NETWORK_ERRORS);
      await page.route(READINGS, (route) =>
        route.fulfill({ status: 503, json: { code: 'DATABASE_UNAVAILABLE', requestId: 'req-7f3a' } }),
      );
      await page.reload();
      await page.getByText('req-7f3a').first().waitFor();
    },
  };

  async function prepare(): Promise<void> {
    await pages.addCustomer({ customer_type: 'vip' });
    await pages.addCustomer({ name: 'Abdul Karim', phone: '01899999999', district: 'Sylhet' });
    await pages.addCustomer({ name: 'Nasrin Akter', phone: '01899999999', district: 'Dhaka' });
    const task = { assigned_agent_id: 7, customer_id: '1' };
    await crmTask(pages.app, {
      ...task,
      call_reason: 'follow_up',
      priority: 'hot',
      notes: 'Asked for the red one',
    });
    await crmTask(pages.app, { ...task, call_reason: 'missed_call', customer_id: '01612345678' });
  }

  describe.each(LOOKS)('in $language, $scheme, $width pixels wide', (look) => {
    it.each(Object.keys(STATES))(
      'has nothing that axe finds wrong, and scrolls down alone: %s',
      async (state) => {
        await prepare();
        const page = await pages.open(AGENT_201, look);
        await STATES[state]?.(page);
        expect(await violationsOn(page)).toEqual([]);
        expect(await overflowOf(page)).toBeLessThanOrEqual(0);
        expect(await clippedOn(page)).toEqual([]);
      },
    );
  });

  it.each(LOOKS)(
    'shows the last state without a connection in $language, $scheme, $width pixels wide, and axe finds nothing wrong',
    async (look) => {
      pages.expectErrors(NETWORK_ERRORS);
      await prepare();
      const page = await pages.open(AGENT_201, look);
      await STATES['talking']?.(page);
      await pages.stopService();
      try {
        await page.locator('.dot.is-stale').waitFor({ state: 'attached' });
        expect([await violationsOn(page), await overflowOf(page), await clippedOn(page)]).toEqual([
          [],
          0,
          [],
        ]);
      } finally {
        await pages.startService();
      }
    },
  );

  it.each(LOOKS)(
    'asks for a token in $language, $scheme, $width pixels wide, at the start and when it ends',
    async (look) => {
      pages.expectErrors(NETWORK_ERRORS);
      const page = await pages.tab(look);
      await page.goto(`${pages.url}/console/`);
      await page.locator('.sign-in.card summary').click();
      expect([await violationsOn(page), await overflowOf(page)]).toEqual([[], 0]);
      await page.locator('.sign-in input').fill(await tokenOf(AGENT_201));
      await page.keyboard.press('Enter');
      await isLive(page);
      const other = await pages.tab();
      await other.goto(`${pages.url}/console/#token=none`);
      await page.locator('.sign-in.is-ended').waitFor();
      expect([await violationsOn(page), await overflowOf(page)]).toEqual([[], 0]);
    },
  );

  it.each(
    (['en', 'bn'] as const).flatMap((language) =>
      [360, 700, 1000, 1280].map((width) => ({ language, width })),
    ),
  )('shows a supervisor all views without scrolling sideways: $language, $width px', async (look) => {
    const page = await pages.open(SUPERVISOR, look);
    const menu = page.getByRole('navigation');
    const links = menu.getByRole('link');
    expect(await links.count()).toBe(7);
    for (const link of await links.all()) expect(await isCut(link, menu)).toBe(false);
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    expect(await clippedOn(page)).toEqual([]);
  });

  it.each([
    ['no-preference', 1],
    ['reduce', 0],
  ] as const)(
    'moves with "prefers-reduced-motion: %s" in %i places of one that would',
    async (reducedMotion, count) => {
      const page = await pages.open();
      await page.emulateMedia({ reducedMotion });
      const moving = await page.evaluate(`
      const { style } = document.querySelector('.call-card');
      style.transition = 'opacity 10s';
      getComputedStyle(document.querySelector('.call-card')).opacity;
      style.opacity = '0.5';
      document.getAnimations().length`);
      expect(moving).toBe(count);
    },
  );

  it('needs at most 60 kB of script, gzipped', async () => {
    const folder = `${ROOT}dist/console/`;
    const html = await readFile(`${folder}index.html`, 'utf8');
    const scripts = [...html.matchAll(/(?:src|modulepreload[^>]* href)="\/console\/(assets\/[^"]+\.js)"/gu)];
    expect(scripts).not.toEqual([]);
    let bytes = 0;
    for (const [, name = ''] of scripts) {
      const zipped = await readFile(`${folder}${name}.gz`);
      expect(gunzipSync(zipped)).toEqual(await readFile(`${folder}${name}`));
      bytes += zipped.length;
    }
    expect(bytes).toBeLessThanOrEqual(60_000);
    // The views of supervisors are scripts of their own.
    const all = (await readdir(`${folder}assets`)).filter((name) => name.endsWith('.js'));
    expect(all.length).toBeGreaterThan(scripts.length);
  });
});
