import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { AGENT_201, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { figuresOf, kpiOf, type Offered } from '../support/report-figures.js';
import { overflowOf } from '../support/page-looks.js';
import { ConsolePages, expectAccessible, type Look, LOOKS } from '../support/supervisor-pages.js';

const DAY_MS = 86_400_000;
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/u;

describe('the reports in the console', () => {
  let pages: ConsolePages;

  beforeAll(async () => {
    pages = await ConsolePages.start();
  });
  afterAll(() => pages.close());
  afterEach(() => pages.clear());

  /** Twenty calls of two queues and of one without; as many at nine o’clock on each day. */
  const USUAL: Offered = (by, from) => {
    if (by === 'queue')
      return [
        ['Sales', 12],
        ['=Danger, Ltd', 5],
        [null, 3],
      ];
    if (by === 'agent')
      return [
        [7, 14],
        [null, 6],
      ];
    return by === 'hour' ? [[9, 20]] : [[from, 20]];
  };

  /** Opens the view with these figures in place of those of the service. */
  async function open(
    view: string,
    offered = USUAL,
    look: Look = {},
    over: object = {},
  ): Promise<[Page, URLSearchParams[]]> {
    const asked: URLSearchParams[] = [];
    const page = await pages.open('', SUPERVISOR, look);
    await page.route(/\/api\/telephony\/reports\/kpi\?/u, async (route) => {
      const query = new URL(route.request().url()).searchParams;
      asked.push(query);
      await route.fulfill({ json: kpiOf(query, offered, over) });
    });
    await page.locator('.dot.is-live').waitFor({ state: 'attached' });
    await page.evaluate(`location.hash = '#/${view}'`);
    return [page, asked];
  }

  it('shows today by hour beside the mean of the same weekday, queues and agents', async () => {
    const [page, asked] = await open('reports');
    await page.getByText(/Usual on a \w+day, mean of 8 weeks$/u).waitFor();
    await page.locator('.chart canvas').waitFor();
    const ofToday = asked.filter((query) => query.get('by') !== 'hour');
    expect(new Set(ofToday.map((query) => query.get('by')))).toEqual(new Set(['agent', 'queue']));
    const days = asked.filter((query) => query.get('by') === 'hour').map((query) => query.get('from') ?? '');
    const [today = ''] = days.sort().toReversed();
    expect(today).toMatch(ISO_DAY);
    const before = days.map((day) => (Date.parse(today) - Date.parse(day)) / DAY_MS);
    expect(before.sort((a, b) => a - b)).toEqual([0, 7, 14, 21, 28, 35, 42, 49, 56]);
    const queues = page.getByRole('table', { name: 'Queues' });
    expect(await queues.getByRole('rowheader').allTextContents()).toEqual([
      'Sales',
      '=Danger, Ltd',
      'Without a queue',
    ]);
    const agents = page.getByRole('table', { name: 'Agents' });
    expect(await agents.getByRole('rowheader').allTextContents()).toEqual(['User 7', 'Nobody known']);
  });

  it('opens the calls behind a figure, by the filter that the service names', async () => {
    const [page] = await open('reports');
    await page.getByRole('link', { name: '1: Lost, Sales; opens the calls' }).click();
    await page.locator('.log').waitFor();
    expect(await page.evaluate('location.hash')).toBe(
      '#/calls?figure=lost&from=2026-01-03&to=2026-01-03&queueName=Sales',
    );
    await page.getByText('Counted as: Lost').waitFor();
  });

  it('opens the calls in which a customer was reached, and says how many ends are inferred', async () => {
    const total = figuresOf(null, 20, { inferredEnds: 2 });
    const [page] = await open('reports', USUAL, {}, { total });
    await page.getByText('Ends inferred: 2.').waitFor();
    await page.getByRole('link', { name: '3: Reached, All; opens the calls' }).click();
    await page.getByText('Counted as: Reached').waitFor();
  });

  it('keeps the period and the thresholds in the address', async () => {
    const [page, asked] = await open('reports');
    await page.getByRole('button', { name: 'From … to …' }).click();
    await page.getByLabel('From').fill('2026-01-03');
    await page.getByLabel('To', { exact: true }).fill('2026-01-05');
    await page.keyboard.press('Enter');
    await page.getByLabel('In time: answered within, seconds').selectOption('30');
    const address = '#/reports?period=days&from=2026-01-03&to=2026-01-05&serviceLevelSeconds=30';
    await eventually(async () => expect(await page.evaluate('location.hash')).toBe(address));
    await page.reload();
    await page.getByText('3 Jan 2026 to 5 Jan 2026').waitFor();
    await page.getByRole('heading', { name: 'Day by day' }).waitFor();
    expect(Object.fromEntries(asked.at(-1) ?? [])).toMatchObject({
      by: 'day',
      from: '2026-01-03',
      to: '2026-01-05',
      serviceLevelSeconds: '30',
      shortAbandonSeconds: '5',
    });
  });

  it('takes a day when its field is left, not with each digit, and none before the year 2000', async () => {
    const [page, asked] = await open('reports?period=days&from=2026-01-03&to=2026-01-05');
    await page.getByRole('table', { name: 'Queues' }).waitFor();
    const before = asked.length;
    const from = page.getByLabel('From');
    await from.fill('2026-01-04');
    expect(await page.evaluate('location.hash')).toContain('from=2026-01-03');
    expect(asked).toHaveLength(before);
    await from.blur();
    await page.getByText('4 Jan 2026 to 5 Jan 2026').waitFor();
    await from.fill('1999-01-04');
    await from.blur();
    await eventually(async () => expect(await from.inputValue()).toBe('2026-01-04'));
  });

  it('shows today where the address names days that do not exist', async () => {
    const [page] = await open('reports?period=days&from=2026-13-01&to=2026-02-31');
    await page.getByRole('heading', { name: 'Hour by hour' }).waitFor();
    expect(await page.getByLabel('From').inputValue()).toBe('');
  });

  it('does not read a period again that is over', async () => {
    const [over, ofOver] = await open('reports?period=days&from=2026-01-03&to=2026-01-05');
    await over.getByRole('table', { name: 'Queues' }).waitFor();
    const [today, ofToday] = await open('reports');
    await today.getByText(/mean of 8 weeks$/u).waitFor();
    const read = ofOver.length;
    // Twice: between the two, each page has looked at its clock. That is one for all pages.
    for (const minutes of [2, 4]) {
      const before = ofToday.length;
      await today.clock.setFixedTime(Date.now() + minutes * 60_000);
      await eventually(() => expect(ofToday.length).toBeGreaterThan(before));
    }
    expect(ofOver).toHaveLength(read);
  });

  it('exports its tables as they are, without a cell that a spreadsheet would calculate', async () => {
    const [page] = await open('reports?period=days&from=2026-01-03&to=2026-01-04');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('report_2026-01-03_2026-01-04.csv');
    const lines = (await readFile(await download.path(), 'utf8')).split('\r\n');
    expect(lines[0]).toMatch(/^\u{FEFF}Queue,Calls that came in,Answered,Lost,/u);
    expect(lines[1]).toBe('Sales,12,11,1,0.75,9.5,180.2,1,1,4,3');
    expect(lines[2]).toMatch(/^"'=Danger, Ltd",5,5,0,/u);
  });

  it('says that there were no calls, and that older days are not counted yet', async () => {
    const [none] = await open('reports', () => []);
    await none.getByText('There were no calls in this period').waitFor();
    const [page] = await open('reports?period=month', USUAL, {}, { builtFrom: '2026-01-02' });
    await page.getByText(/^The figures begin on 2 Jan 2026\./u).waitFor();
  });

  it('says what to do about an error, and tries again', async () => {
    const page = await pages.open('');
    let isDown = true;
    await page.route(/\/api\/telephony\/reports\/kpi\?/u, async (route) => {
      const json = kpiOf(new URL(route.request().url()).searchParams, USUAL);
      if (isDown) await route.fulfill({ status: 503, json: { code: 'DATABASE_UNAVAILABLE' } });
      else await route.fulfill({ json });
    });
    await page.locator('.dot.is-live').waitFor({ state: 'attached' });
    await page.evaluate(`location.hash = '#/reports'`);
    await page.getByText('The service cannot reach its database. Try again in a moment.').waitFor();
    isDown = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('table', { name: 'Queues' }).waitFor();
  });

  it('is for supervisors, and for agents who see all calls', async () => {
    const agent = await pages.open('reports', AGENT_201);
    await agent.locator('.call-card').waitFor();
    expect(await agent.getByRole('link', { name: 'Reports' }).count()).toBe(0);
  });

  it.each(LOOKS)('can be used and printed by everybody: $language, $scheme, $width px', async (look) => {
    const [page] = await open('reports', USUAL, look);
    await page.locator('.chart canvas').waitFor();
    for (const summary of await page.locator('.reports summary').all()) await summary.click();
    await expectAccessible(page);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.bar').isVisible()).toBe(false);
    expect(await page.locator('.report-form button').first().isVisible()).toBe(false);
    // As wide as upright A4 without its margins.
    await page.setViewportSize({ width: 700, height: 1000 });
    const row = `getComputedStyle(document.querySelector('.report-table tr')).display`;
    expect(await page.evaluate(row)).toBe('table-row');
    const chart = await page.locator('.chart canvas').boundingBox();
    expect((chart?.x ?? 0) + (chart?.width ?? Infinity)).toBeLessThanOrEqual(700);
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  });
});
