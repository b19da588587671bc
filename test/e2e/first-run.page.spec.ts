import { jest } from '@jest/globals';
import { ScenarioClock } from '../../src/modules/development/scenario-clock.js';
import { AGENT_201, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { NEW_SECRET } from '../support/signed-webhooks.js';
import { ConsolePages, expectAccessible, LOOKS, tabTo } from '../support/supervisor-pages.js';

const OFFER = 'Let a customer call';

describe('the first run', () => {
  let pages: ConsolePages;

  afterEach(async () => {
    jest.restoreAllMocks();
    await pages.clear();
    await pages.close();
  });

  it('lets a customer call by signed webhooks, by keyboard alone: ring, answer, recording, missed task', async () => {
    pages = await ConsolePages.start({
      app: { environment: 'development' },
      webhooks: { mode: 'enforce', secrets: [NEW_SECRET] },
    });
    let goOn: () => void = () => {};
    const step = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    // Rings until the page was looked at; then everything comes at once.
    jest.spyOn(pages.app.nest.get(ScenarioClock), 'waitUntil').mockImplementation(() => step);
    const page = await pages.open('', AGENT_201);
    await page.getByRole('button', { name: OFFER }).waitFor();
    await tabTo(page, OFFER);
    await page.keyboard.press('Enter');
    await page.locator('.call-card', { hasText: 'Pick up phone 201' }).waitFor();
    goOn();
    const receipts = await eventually(async () => {
      const all = await pages.app.receipts();
      expect(all.map(({ eventType }) => eventType)).toEqual(expect.arrayContaining(['call_recording_ready']));
      expect(await pages.app.tasks()).toHaveLength(1);
      return all;
    });
    expect(receipts.every(({ keyId }) => keyId !== null)).toBe(true);
    await eventually(async () => expect((await pages.app.calls())[0]?.recordingUrl).not.toBe(null));
  });

  it('rings at the agent of the printed link for who has no telephone, and says so before he calls', async () => {
    pages = await ConsolePages.start({ app: { environment: 'development' } });
    const page = await pages.open('', SUPERVISOR);
    await page.getByRole('button', { name: OFFER }).click();
    await page.getByText('A customer calls phone 201.').waitFor();
    await page.keyboard.press('Control+k');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('You have no telephone').waitFor();
    expect(
      await dialog.getByRole('button', { name: 'Call', exact: true }).getAttribute('aria-disabled'),
    ).toBe('true');
  });

  it('is not offered in production, where the route is not there', async () => {
    pages = await ConsolePages.start();
    expect((await pages.app.post('/api/telephony/development/scenarios', { scenario: 'tour' })).status).toBe(
      404,
    );
    const page = await pages.open('', AGENT_201);
    await page.locator('.call-card .empty').waitFor();
    expect(await page.getByRole('button', { name: OFFER }).count()).toBe(0);
  });

  it('can be used by everybody', async () => {
    pages = await ConsolePages.start({ app: { environment: 'development' } });
    for (const look of LOOKS) {
      const page = await pages.open('', AGENT_201, look);
      await page.locator('.trial summary').click();
      await expectAccessible(page);
      await page.close();
    }
  });
});
