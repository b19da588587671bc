import { AGENT_201, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { PbxEvents } from '../support/pbx-events.js';
import { ConsolePages, expectAccessible, LOOKS, tabTo } from '../support/supervisor-pages.js';

const CALLER = '01712345678';

describe('the page of the life of a call', () => {
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

  async function talk(): Promise<number> {
    await pbx.incoming('BN-1', 0, CALLER);
    await pbx.answered('BN-1', 10, '201');
    await pbx.ended('BN-1', 145, { duration: 135, end_reason: 'completed' });
    return (await pages.app.onlyCall()).id;
  }

  it('leads by keyboard alone from the list to each receipt, its changes and the reasons', async () => {
    const id = await talk();
    const page = await pages.open('calls');
    await page.locator('.log-line').waitFor();
    await tabTo(page, /Completed/u);
    await page.keyboard.press('Enter');
    await tabTo(page, `Call ${id}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Call ${id}` }).waitFor();
    const entries = page.locator('.life-entry');
    await eventually(async () => expect(await entries.count()).toBe(3));
    expect(await entries.nth(1).textContent()).toMatch(/Answered.*Status.*Ringing.*Answered/su);
    await tabTo(page, /^\d+: /u);
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toMatch(/^life-entry-\d$/u);
  });

  it('ends a call that is stuck, with a reason, and says what did it', async () => {
    await pbx.incoming('BN-1', 0, CALLER);
    await pbx.answered('BN-1', 10, '201');
    const { id } = await pages.app.onlyCall();
    const page = await pages.open(`calls/${id}`);
    await page.getByRole('button', { name: 'End a stuck call' }).click();
    const dialog = page.getByRole('dialog');
    const end = dialog.getByRole('button', { name: 'End a stuck call' });
    expect(await end.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('Why').fill('The agent hung up ten minutes ago');
    await expectAccessible(page);
    await end.click();
    await page.locator('.life-entry', { hasText: 'Cleared' }).waitFor();
    expect(await page.getByRole('button', { name: 'End a stuck call' }).count()).toBe(0);
    expect((await pages.app.onlyCall()).status).toBe('completed');
  });

  it('tells the task that a miss caused', async () => {
    await pbx.incoming('BN-1', 0, CALLER);
    await pbx.ended('BN-1', 20, { duration: 0, end_reason: 'no_answer' });
    const [call] = await pages.app.calls();
    const [task] = await pages.app.tasks();
    const page = await pages.open(`calls/${call?.id}`);
    await page.getByText('A task for the missed call').waitFor();
    await page.getByRole('heading', { name: `Task ${task?.id}` }).waitFor();
  });

  it.each([
    ['en', 'This call is not there any more, or belongs to somebody else.'],
    ['bn', 'কলটি আর নেই, অথবা অন্য কারও।'],
  ] as const)('says in words that a call is not there: %s', async (language, words) => {
    const page = await pages.open('calls/99', SUPERVISOR, { language });
    await page.getByText(words).waitFor();
    await expectAccessible(page);
  });

  it('is not there for agents', async () => {
    const id = await talk();
    const page = await pages.open(`calls/${id}`, AGENT_201);
    await page.locator('.log').waitFor();
    expect(await page.locator('.life').count()).toBe(0);
  });

  it.each(LOOKS)('can be used by everybody: $language, $scheme, $width px', async (look) => {
    const id = await talk();
    const page = await pages.open(`calls/${id}`, SUPERVISOR, look);
    await page.locator('summary').first().click();
    await page.locator('.bytes-text').waitFor();
    await expectAccessible(page);
  });
});
