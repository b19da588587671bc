import type { Page } from 'playwright-core';
import { AGENT_201, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { ConsolePages, expectAccessible, LOOKS } from '../support/supervisor-pages.js';

describe('the audit in the console', () => {
  let pages: ConsolePages;

  beforeAll(async () => {
    pages = await ConsolePages.start();
  });
  afterAll(() => pages.close());
  afterEach(() => pages.clear());

  const entries = (page: Page) => page.locator('.audit-entry');

  /** An agent asks for what is for supervisors, and a supervisor assigns a phone. */
  async function act(): Promise<void> {
    expect((await pages.app.get('/api/telephony/audit', AGENT_201)).status).toBe(403);
    const assigned = await pages.app.put('/api/telephony/extensions/208', { userId: 8 }, SUPERVISOR);
    expect(assigned.status).toBe(200);
  }

  it('says in words who did what, and with what outcome, newest first', async () => {
    await act();
    const page = await pages.open('audit');
    await eventually(async () => expect(await entries(page).count()).toBe(2));
    const [newest, refused] = await entries(page).allTextContents();
    expect(newest).toMatch(/User 1 supervisor.*Assigned a phone.*Done.*extension:208/su);
    expect(refused).toMatch(/User 7 agent.*Asked for what the role may not have.*Refused.*FORBIDDEN/su);
  });

  it('keeps its filters in the address', async () => {
    await act();
    const page = await pages.open('audit');
    await eventually(async () => expect(await entries(page).count()).toBe(2));
    await page.getByLabel('Outcome').selectOption('Refused');
    await eventually(async () => expect(await entries(page).count()).toBe(1));
    await page.getByLabel('Who, by user id').fill('7');
    await page.keyboard.press('Enter');
    await eventually(async () =>
      expect(await page.evaluate('location.hash')).toBe('#/audit?userId=7&outcome=refused'),
    );
    await page.reload();
    await eventually(async () => expect(await entries(page).count()).toBe(1));
    expect(await page.getByLabel('Outcome').inputValue()).toBe('refused');
    await page.getByLabel('What', { exact: true }).selectOption('Transferred a call');
    await page.getByText('Nothing fits').waitFor();
  });

  it('names what the address chooses that is none of its choices, such as two acts', async () => {
    await act();
    const page = await pages.open('audit?action=call.start,call.hangup');
    await page.getByText('Nothing fits').waitFor();
    expect(await page.getByLabel('What', { exact: true }).inputValue()).toBe('call.start,call.hangup');
  });

  it('says that nothing was found yet where only older entries may fit', async () => {
    const page = await pages.open('');
    await page.route(/\/api\/telephony\/audit\?/u, (route) =>
      route.fulfill({
        json: { items: [], nextCursor: route.request().url().includes('cursor') ? null : 'older' },
      }),
    );
    await page.evaluate(`location.hash = '#/audit?userId=7'`);
    await page.getByText('Nothing was found yet').waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('Nothing fits').waitFor();
  });

  it('has older entries on request', async () => {
    await pages.app.db.query(
      `INSERT INTO telephony_audit (at, user_id, role, action, subject, outcome)
       SELECT now() - nth * interval '1 min', 7, 'agent', 'call.start', 'call:' || nth, 'done' FROM generate_series(1, 51) AS nth`,
    );
    const page = await pages.open('audit');
    await eventually(async () => expect(await entries(page).count()).toBe(50));
    await page.getByRole('button', { name: 'Older' }).click();
    await eventually(async () => expect(await entries(page).count()).toBe(51));
    expect(await page.getByRole('button', { name: 'Older' }).count()).toBe(0);
  });

  it('is not there for agents', async () => {
    const page = await pages.open('audit', AGENT_201);
    await page.locator('.call-card').waitFor();
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
  });

  it.each(LOOKS)('can be used by everybody: $language, $scheme, $width px', async (look) => {
    await act();
    const page = await pages.open('audit', SUPERVISOR, look);
    await entries(page).first().waitFor();
    await expectAccessible(page);
  });
});
