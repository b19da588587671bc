import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { AGENT_201, AGENT_202, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { answerLog, askedOf, listedCall } from '../support/log-pages.js';
import { PbxEvents } from '../support/pbx-events.js';
import { overflowOf } from '../support/page-looks.js';
import { ConsolePages, expectAccessible, LOOKS, tabTo } from '../support/supervisor-pages.js';

const CALLER = '01712345678';
const MISSED_CALLER = '01812345678';

describe('the log of calls', () => {
  let pages: ConsolePages;
  let pbx: PbxEvents;

  beforeAll(async () => {
    pages = await ConsolePages.start();
  });
  afterAll(() => pages.close());
  beforeEach(() => {
    pbx = new PbxEvents(pages.app, Date.now() - 300_000);
  });
  afterEach(() => pages.clear());

  const rows = (page: Page) => page.locator('.log-line');
  const chips = (page: Page) => page.locator('.log-chip');
  const hashOf = (page: Page): Promise<string> => page.evaluate('location.hash');

  async function talk(id = 'BN-1', extension = '201'): Promise<void> {
    await pbx.incoming(id, 0, CALLER, extension);
    await pbx.answered(id, 10, extension);
    await pbx.ended(id, 145, { duration: 135, end_reason: 'completed' });
  }

  async function miss(id = 'BN-2'): Promise<void> {
    await pbx.incoming(id, 20, MISSED_CALLER);
    await pbx.ended(id, 40, { duration: 0, end_reason: 'no_answer' });
  }

  it('says what will appear where there is no call, and where no call fits', async () => {
    const page = await pages.open('calls');
    await page.getByText('There are no calls yet').waitFor();
    await page.evaluate(`location.hash = '#/calls?status=missed'`);
    await page.getByText('No call fits these filters').waitFor();
  });

  it('opens a row in place by keyboard alone, and leads from it to the life of the call', async () => {
    await talk();
    const page = await pages.open('calls');
    await rows(page).waitFor();
    await tabTo(page, /01712345678/u);
    await page.keyboard.press('Enter');
    expect(await page.locator('.log-details').textContent()).toMatch(/Wait0:10.*Talk2:15.*Phone201/su);
    await tabTo(page, /^Call \d+$/u);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Call \d+$/u }).waitFor();
  });

  it('keeps in the address what is chosen, and shows it again after a reload', async () => {
    await talk();
    await miss();
    const page = await pages.open('calls');
    await eventually(async () => expect(await rows(page).count()).toBe(2));
    await page.getByLabel('Missed').first().check();
    await eventually(async () => expect(await rows(page).count()).toBe(1));
    await page.getByLabel('Customer’s number').fill('5678');
    await page.keyboard.press('Enter');
    await page.getByLabel('Period').selectOption('Today');
    await eventually(async () => expect(await chips(page).count()).toBe(3));
    expect(await hashOf(page)).toBe('#/calls?rangeDays=1&status=missed&customerPhone=5678');
    await page.reload();
    await eventually(async () => expect(await chips(page).count()).toBe(3));
    expect(await page.getByLabel('Customer’s number', { exact: true }).inputValue()).toBe('5678');
    expect(await page.getByLabel('Missed').first().isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Without the filter State: Missed' }).click();
    await page.getByRole('button', { name: 'Without filters' }).click();
    await eventually(async () => expect(await rows(page).count()).toBe(2));
  });

  it('asks the service for exactly the filters of the address, whatever they are', async () => {
    const page = await pages.open('');
    const asked = askedOf(page);
    await answerLog(page, () => ({ items: [], total: 0, totalIsExact: true, nextCursor: null }));
    const filters = {
      rangeDays: '7',
      figure: 'lost',
      missedUnanswered: 'true',
      status: 'missed,ringing',
      direction: 'inbound',
      disposition: 'busy,no_answer',
      customerPhone: '01712345678',
      extension: '201,-',
      agentUserId: '7,8',
      queueName: 'Sales',
      trunkName: '-',
      endReason: 'no_answer',
      hasRecording: 'true',
      minDuration: '10',
      maxDuration: '600',
      minWait: '5',
      maxWait: '60',
      hour: '9,10',
      weekday: '1,7',
      taskId: '5',
      customerId: '6',
      externalCallId: 'BN-1',
      crmCallId: 'CRM-1',
    };
    const query = new URLSearchParams({ ...filters, unknown: 'x' });
    await page.evaluate(`location.hash = '#/calls?${query.toString()}'`);
    await eventually(async () => expect(await chips(page).count()).toBe(Object.keys(filters).length));
    await eventually(() =>
      expect(Object.fromEntries(asked.at(-1) ?? [])).toEqual({ ...filters, limit: '50' }),
    );
  });

  it('goes on by itself until a page is full, and says how far it has looked', async () => {
    const page = await pages.open('');
    const asked = askedOf(page);
    await answerLog(page, (query) => {
      const place = Number(query.get('cursor') ?? 0);
      const items = Array.from({ length: 20 }, (_, nth) => listedCall(1000 - place * 20 - nth));
      const shown = items.slice(0, Number(query.get('limit')));
      const examinedTo = `2026-03-${String(20 - place).padStart(2, '0')}T06:00:00Z`;
      return { items: shown, total: 10_000, totalIsExact: false, nextCursor: String(place + 1), examinedTo };
    });
    await page.evaluate(`location.hash = '#/calls?status=missed'`);
    await page.getByRole('button', { name: 'Older calls' }).waitFor();
    expect(await rows(page).count()).toBe(50);
    await page.getByText('Looked back to 18 Mar 2026').waitFor();
    await page.getByText('More than 10,000 calls').waitFor();
    expect(asked.map((query) => query.get('limit'))).toEqual(['50', '30', '10']);
    await page.getByRole('button', { name: 'Older calls' }).click();
    await eventually(async () => expect(await rows(page).count()).toBe(100));
  });

  it('stops looking when it is told to, and goes on from there', async () => {
    const page = await pages.open('');
    const waiting: (() => void)[] = [];
    await answerLog(page, (query, route) => {
      const place = Number(query.get('cursor') ?? 0);
      const json = {
        items: place === 0 ? [listedCall(9)] : [listedCall(8)],
        total: 2,
        totalIsExact: true,
        nextCursor: place === 0 ? '1' : null,
      };
      if (place === 0) return json;
      waiting.push(() => void route.fulfill({ json }));
      return null;
    });
    await page.evaluate(`location.hash = '#/calls?status=missed'`);
    await eventually(() => expect(waiting).toHaveLength(1));
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Look on' }).waitFor();
    waiting[0]?.();
    await page.getByRole('button', { name: 'Look on' }).click();
    await eventually(() => expect(waiting).toHaveLength(2));
    expect(await rows(page).count()).toBe(1);
    waiting[1]?.();
    await page.getByText('There are no older ones.').waitFor();
    expect(await rows(page).count()).toBe(2);
  });

  it('says what to do about an error, and keeps what it has read', async () => {
    const page = await pages.open('');
    let isDown = true;
    await answerLog(page, (query, route) => {
      if (!query.has('cursor')) {
        return { items: [listedCall(9)], total: 2, totalIsExact: true, nextCursor: '1' };
      }
      if (!isDown) return { items: [listedCall(8)], total: 2, totalIsExact: true, nextCursor: null };
      void route.fulfill({ status: 503, json: { code: 'DATABASE_UNAVAILABLE', message: 'no database' } });
      return null;
    });
    await page.evaluate(`location.hash = '#/calls'`);
    await page.getByText('The service cannot reach its database. Try again in a moment.').waitFor();
    expect(await rows(page).count()).toBe(1);
    isDown = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await eventually(async () => expect(await rows(page).count()).toBe(2));
  });

  it('exports the calls that the filters name, and no others', async () => {
    await talk();
    await miss();
    const page = await pages.open('calls?direction=inbound&status=missed');
    await rows(page).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^calls_.*\.csv$/u);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('01812-345678');
  });

  it('says why nothing is exported', async () => {
    const page = await pages.open('calls');
    await page.route(/calls\/export/u, (route) =>
      route.fulfill({ status: 429, json: { code: 'TOO_MANY_EXPORTS', message: 'two at once' } }),
    );
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    await page.getByText('Two exports are running already.').waitFor();
  });

  it('calls a customer back by the field to dial', async () => {
    await miss();
    const page = await pages.open('calls', AGENT_201);
    await rows(page).click();
    await page.getByRole('button', { name: 'Call back' }).click();
    expect(await page.getByRole('dialog').getByLabel('Telephone number').inputValue()).toBe(MISSED_CALLER);
  });

  it('shows agents their own calls', async () => {
    await talk('BN-1', '201');
    await talk('BN-2', '202');
    const page = await pages.open('calls', AGENT_202);
    await rows(page).first().waitFor();
    expect(await rows(page).allTextContents()).toEqual([expect.stringContaining('Phone 202')]);
    expect(await page.getByLabel('Agents, by user id').count()).toBe(0);
    await rows(page).click();
    expect(await page.getByRole('link', { name: /^Call \d+$/u }).count()).toBe(0);
  });

  it('keeps a saved view for its user alone, until it is deleted', async () => {
    const page = await pages.open('calls?status=missed&rangeDays=7');
    await page.getByText('Saved views').click();
    await page.getByLabel('Name for what is shown now').pressSequentially('Lost this week');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.evaluate(`location.hash = '#/calls'`);
    await page.getByRole('button', { name: 'Lost this week', exact: true }).click();
    await eventually(async () => expect(await hashOf(page)).toBe('#/calls?rangeDays=7&status=missed'));
    // The tabs of a browser have one token: a tab that stays reads its page again for the other user.
    await page.close();
    const other = await pages.open('calls', { userId: 2, role: 'admin' });
    await other.getByText('Saved views').click();
    await other.getByText('Nothing is saved yet.').waitFor();
    await other.close();
    const again = await pages.open('calls');
    await again.getByText('Saved views').click();
    await again.getByRole('button', { name: 'Delete the saved view Lost this week' }).click();
    await again.getByText('Nothing is saved yet.').waitFor();
    expect(await again.evaluate(`Object.keys(localStorage).filter((key) => key.includes('views'))`)).toEqual(
      [],
    );
  });

  it.each(LOOKS)('can be used by everybody: $language, $scheme, $width px', async (look) => {
    const empty = await pages.open('calls', SUPERVISOR, look);
    await empty.locator('.log .empty').waitFor();
    await expectAccessible(empty);
    await talk();
    await miss();
    const page = await pages.open('calls?direction=inbound&queueName=-&from=2026-01-02', SUPERVISOR, look);
    await rows(page).first().click();
    await page.locator('.log-details').waitFor();
    if (look.width < 960) await page.locator('form summary').first().click();
    await page.locator('.log-more').waitFor();
    await page.locator('.saved summary').click();
    await expectAccessible(page);
    // As wide as upright A4 without its margins: a call is one line of columns there too.
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 700, height: 1000 });
    const line = `getComputedStyle(document.querySelector('.log-line')).display`;
    expect(await page.evaluate(line)).toBe('grid');
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  });
});
