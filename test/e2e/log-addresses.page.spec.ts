import type { Page } from 'playwright-core';
import { readHostRule } from '../../src/common/host-rule.js';
import { SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { answerLog, listedCall } from '../support/log-pages.js';
import { PbxEvents } from '../support/pbx-events.js';
import { ConsolePages, tabTo } from '../support/supervisor-pages.js';

const CALLER = '01712345678';

describe('the log of calls, by hand and by address', () => {
  let pages: ConsolePages;
  let pbx: PbxEvents;

  beforeAll(async () => {
    const host = readHostRule('https://recordings.example');
    pages = await ConsolePages.start({ recordings: { hosts: host === null ? [] : [host] } });
  });
  afterAll(() => pages.close());
  beforeEach(() => {
    pbx = new PbxEvents(pages.app, Date.now() - 300_000);
  });
  afterEach(() => pages.clear());

  const rows = (page: Page) => page.locator('.log-line');
  const hashOf = (page: Page): Promise<string> => page.evaluate('location.hash');

  async function talk(id: string, from = CALLER): Promise<void> {
    await pbx.incoming(id, 0, from);
    await pbx.answered(id, 10, '201');
    await pbx.ended(id, 145, { duration: 135, end_reason: 'completed' });
  }

  it('shows what an address names as it is, where it is no weekday, no day and no number', async () => {
    const page = await pages.open('calls?weekday=x,1&from=2026-13-01&rangeDays=y');
    await page.getByText('Day of the week: x, Monday').waitFor();
    await page.getByText('From: 2026-13-01').waitFor();
    await page.getByText('Period: y').waitFor();
    await page.getByText('Something that was entered is not accepted.').waitFor();
    await page.locator('.error-note code', { hasText: 'weekday' }).first().waitFor();
  });

  it('says the year of a moment in its filters and in an open row', async () => {
    const page = await pages.open('');
    await answerLog(page, () => ({ items: [listedCall(9)], total: 1, totalIsExact: true, nextCursor: null }));
    await page.evaluate(`location.hash = '#/calls?from=2026-01-03T10:00:00Z'`);
    await page.getByText(/^From: 3 Jan 2026, 16:00:00/u).waitFor();
    await rows(page).click();
    await page.locator('.log-details', { hasText: '3 Jan 2026, 16:00:09' }).waitFor();
  });

  it('keeps what is typed while something else changes, until it is taken with Enter', async () => {
    const page = await pages.open('calls');
    await page.getByText('There are no calls yet').waitFor();
    const number = page.getByLabel('Customer’s number', { exact: true });
    await number.pressSequentially('56');
    await page.evaluate(`location.hash = '#/calls?status=missed'`);
    await page.getByText('No call fits these filters').waitFor();
    await number.pressSequentially('78 ');
    expect(await number.inputValue()).toBe('5678 ');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await hashOf(page)).toBe('#/calls?status=missed&customerPhone=5678'));
    await eventually(async () => expect(await number.inputValue()).toBe('5678'));
  });

  it('takes what is typed and what is pressed next, one after the other', async () => {
    const page = await pages.open('calls');
    await page.getByLabel('Customer’s number', { exact: true }).fill('5678');
    await page.getByLabel('Missed').first().check();
    await eventually(async () => expect(await hashOf(page)).toBe('#/calls?status=missed&customerPhone=5678'));
  });

  it('goes by the arrows from one row to the next', async () => {
    await talk('BN-1', '01712345671');
    await talk('BN-2', '01712345672');
    const page = await pages.open('calls');
    await eventually(async () => expect(await rows(page).count()).toBe(2));
    await tabTo(page, /01712-?34567[12]/u);
    const focused = `[...document.querySelectorAll('.log-line')].indexOf(document.activeElement)`;
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(focused)).toBe(1);
    await page.keyboard.press('ArrowUp');
    expect(await page.evaluate(focused)).toBe(0);
  });

  it('says that nothing was found so far, where it is stopped before the first find', async () => {
    const page = await pages.open('');
    await answerLog(page, (query) =>
      query.has('cursor')
        ? null
        : { items: [], total: null, totalIsExact: true, nextCursor: '1', examinedTo: '2026-03-20T06:00:00Z' },
    );
    await page.evaluate(`location.hash = '#/calls?status=missed'`);
    await page.getByText('Looked back to 20 Mar 2026').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Nothing was found yet').waitFor();
    await page.getByRole('button', { name: 'Look on' }).waitFor();
  });

  it.each([
    ['cut', { contentType: 'application/json', body: '{"items":[' }],
    ['of a proxy', { contentType: 'text/html', body: '<!doctype html><p>Bad gateway' }],
  ])('says what to do about an answer that is %s', async (_which, answer) => {
    const page = await pages.open('');
    await answerLog(page, (_query, route) => {
      void route.fulfill(answer);
      return null;
    });
    await page.evaluate(`location.hash = '#/calls'`);
    await page.getByText('No connection to the service.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });

  it('plays the recordings of an open row, and looks at nothing else of the call', async () => {
    await talk('BN-1');
    await pbx.recording('BN-1', 'https://recordings.example/1.mp3', 135);
    const page = await pages.open('calls', { ...SUPERVISOR, userId: 2 });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await rows(page).click();
    await page.getByLabel('Recording 1').waitFor();
    expect(asked.filter((path) => /\/calls\/\d+/u.test(path))).toEqual([
      expect.stringMatching(/\/calls\/\d+\/recordings$/u),
    ]);
    const acts = await pages.app.get('/api/telephony/audit?userId=2', SUPERVISOR);
    expect(acts.body).toMatchObject({ items: [] });
  });

  it('adds a saved view to those that another tab has saved', async () => {
    const save = async (page: Page, name: string): Promise<void> => {
      await page.getByLabel('Name for what is shown now').fill(name);
      await page.getByRole('button', { name: 'Save' }).click();
    };
    const [one, other] = [await pages.open('calls'), await pages.open('calls')];
    await one.getByText('Saved views').click();
    await other.getByText('Saved views').click();
    await save(one, ' Of one ');
    await save(other, 'Of the other');
    expect(await other.locator('.saved-view').allTextContents()).toEqual(['Of one×', 'Of the other×']);
    for (const name of ['Of one', 'Of the other'])
      await other.getByRole('button', { name: `Delete the saved view ${name}` }).click();
    await other.getByText('Nothing is saved yet.').waitFor();
  });

  it('says that a file is not complete where its answer is cut', async () => {
    const page = await pages.open('calls');
    // A connection that breaks in the middle of a file.
    await page.evaluate(`{
      const ask = window.fetch;
      window.fetch = async (url, options) => url.includes('/calls/export')
        ? new Response(new ReadableStream({ start: (to) => to.error(new TypeError('network error')) }))
        : ask(url, options);
    }`);
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    await page.getByText('The file is not complete and was not kept.').waitFor();
  });
});
