import type { Page } from 'playwright-core';
import { AGENT_201, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { ReceiptDesk } from '../support/receipt-desk.js';
import { ConsolePages, expectAccessible, LOOKS, tabTo } from '../support/supervisor-pages.js';
import { webhooksOf } from '../support/webhook-lives.js';

const INVALID = 'What was sent does not match the contract.';

describe('the receipts inbox', () => {
  let pages: ConsolePages;
  let desk: ReceiptDesk;

  beforeAll(async () => {
    pages = await ConsolePages.start();
    desk = new ReceiptDesk(pages.app);
  });
  afterAll(() => pages.close());
  afterEach(async () => {
    await desk.heal();
    await pages.clear();
  });

  const rows = (page: Page) => page.locator('.inbox-row');

  it('says that nothing waits, and where the refused ones are counted', async () => {
    const page = await pages.open('inbox');
    await page.getByText('Nothing waits for a decision').waitFor();
    await page.getByText(/refused for their signature or address are never kept/u).waitFor();
  });

  it('shows that it loads until the service answers', async () => {
    const page = await pages.open('extensions');
    let answer: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/api/telephony/webhook-receipts?*', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Receipts' }).click();
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    answer();
    await page.getByText('Nothing waits for a decision').waitFor();
  });

  it.each([
    ['en', 'The service cannot reach its database. Try again in a moment.', 'Try again'],
    ['bn', 'সার্ভিস ডেটাবেসে পৌঁছাতে পারছে না। একটু পরে আবার চেষ্টা করুন।', 'আবার চেষ্টা করুন'],
  ] as const)(
    'says in the language of the user (%s) what to do about an error',
    async (language, words, again) => {
      const page = await pages.open('extensions', SUPERVISOR, { language });
      await page.route(
        '**/api/telephony/webhook-receipts?*',
        (route) => route.fulfill({ status: 503, json: { code: 'DATABASE_UNAVAILABLE', message: 'x' } }),
        { times: 1 },
      );
      await page.evaluate(`location.hash = '#/inbox'`);
      await page.getByText(words).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: again }).click();
      await page.locator('.inbox .empty').waitFor();
    },
  );

  it('tells why a webhook was refused, and shows its bytes exactly when asked to', async () => {
    await desk.quarantine(webhooksOf('BN-1').incoming(0));
    const page = await pages.open('inbox');
    await page.getByText(INVALID).waitFor();
    await page.getByText('What was sent', { exact: true }).click();
    await page.locator('.bytes-text').waitFor();
    expect(await page.locator('.bytes-text').textContent()).not.toContain('01712345678');
    await page.locator('.bytes').getByRole('button').click();
    await eventually(async () =>
      expect(await page.locator('.bytes-text').textContent()).toContain('01712345678'),
    );
    expect((await pages.app.audit()).map(({ action }) => action)).toContain('receipt.view');
    await page.locator('.bytes').getByRole('button').click();
    await eventually(async () => expect(await page.locator('.bytes-hex').textContent()).toContain('7b 7b'));
  });

  it('tries a receipt without effect first, applies it then, and leads to the life of its call', async () => {
    const webhook = webhooksOf('BN-1').incoming(0);
    await desk.fix(await desk.quarantine(webhook), webhook);
    const page = await pages.open('inbox');
    await page.getByRole('button', { name: /^Try again/u }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('would create a new call.').waitFor();
    expect(await pages.app.calls()).toEqual([]);
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Applied: 1').first().waitFor();
    const call = await pages.app.onlyCall();
    await page.getByText('Nothing waits for a decision').waitFor();
    await page.evaluate(`location.hash = '#/calls/${call.id}'`);
    await page.getByRole('heading', { name: `Call ${call.id}` }).waitFor();
  });

  it('says that a receipt still does not match, and applies nothing', async () => {
    await desk.quarantine(webhooksOf('BN-1').incoming(0));
    const page = await pages.open('inbox');
    await page.getByRole('button', { name: /^Try again/u }).click();
    await page.getByText('There is nothing to apply. Nothing was changed.').waitFor();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).count()).toBe(0);
  });

  it('applies an event that could not be written twelve times', async () => {
    await desk.kill(webhooksOf('BN-1').incoming(0));
    await desk.heal();
    const page = await pages.open('inbox/dead');
    await page.getByRole('button', { name: /^Try again/u }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Applied: 1').first().waitFor();
    expect(await pages.app.calls()).toHaveLength(1);
  });

  it('discards with a reason, by keyboard alone, and not by opening the dialog', async () => {
    const id = await desk.quarantine(webhooksOf('BN-1').incoming(0));
    const page = await pages.open('inbox');
    await rows(page).waitFor();
    await tabTo(page, `Discard: Receipt ${id}`);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await desk.receipt(id)).outcome).toBe('quarantined');
    const button = page.getByRole('button', { name: `Discard: Receipt ${id}` });
    await button.and(page.locator(':focus:not([aria-disabled])')).waitFor();
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('a test of the vendor');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing waits for a decision').waitFor();
    expect(await desk.receipt(id)).toMatchObject({
      outcome: 'discarded',
      decisionReason: 'a test of the vendor',
    });
  });

  it('discards by a filter what it has counted before, and nothing else', async () => {
    await desk.quarantine(webhooksOf('BN-1').incoming(0));
    await desk.quarantine(webhooksOf('BN-2').incoming(0));
    const dead = await desk.kill(webhooksOf('BN-3').incoming(0));
    const page = await pages.open('inbox');
    await page.getByRole('button', { name: 'Discard by filter' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why it was not used').selectOption('WEBHOOK_INVALID');
    await dialog.getByLabel('Reason').fill('tests of the vendor');
    await dialog.getByRole('button', { name: 'Count them' }).click();
    await dialog.getByText(/^2 would be discarded/u).waitFor();
    expect(await desk.ids('?outcome=discarded')).toEqual([]);
    await dialog.getByRole('button', { name: 'Discard 2 for good' }).click();
    await eventually(async () => expect(await rows(page).count()).toBe(1));
    expect(await desk.ids('?outcome=discarded')).toHaveLength(2);
    expect((await desk.receipt(dead)).outcome).toBe('dead');
  });

  it('says inside the dialog that somebody else has settled the receipt', async () => {
    const webhook = webhooksOf('BN-1').incoming(0);
    const id = await desk.quarantine(webhook);
    const page = await pages.open('inbox');
    await page.getByRole('button', { name: `Discard: Receipt ${id}` }).click();
    await desk.fix(id, webhook);
    await desk.replay(id, { dryRun: false });
    await page.getByLabel('Reason').fill('mine');
    await page.getByRole('button', { name: 'Discard for good' }).click();
    await page.getByRole('dialog').getByText('Somebody has settled this receipt meanwhile.').waitFor();
  });

  it('has older ones on request', async () => {
    for (let count = 0; count < 30; count += 1) await desk.quarantine(webhooksOf(`BN-${count}`).incoming(0));
    const page = await pages.open('inbox');
    await eventually(async () => expect(await rows(page).count()).toBe(25));
    await page.getByRole('button', { name: 'Older' }).click();
    await eventually(async () => expect(await rows(page).count()).toBe(30));
    expect(await page.getByRole('button', { name: 'Older' }).count()).toBe(0);
  });

  it('is not there for agents', async () => {
    const page = await pages.open('inbox', AGENT_201);
    await page.locator('.call-card').waitFor();
    expect(await page.getByRole('link', { name: 'Receipts' }).count()).toBe(0);
  });

  it.each(LOOKS)('can be used by everybody: $language, $scheme, $width px', async (look) => {
    const empty = await pages.open('inbox', SUPERVISOR, look);
    await empty.locator('.inbox .empty').waitFor();
    await expectAccessible(empty);
    const { incoming, answered } = webhooksOf('BN-1');
    const webhook = answered(10);
    expect((await pages.app.webhook(incoming(0).route, incoming(0).body)).status).toBe(200);
    const id = await desk.quarantine(webhook);
    await desk.kill(webhooksOf('BN-3').incoming(0));
    const page = await pages.open('inbox', SUPERVISOR, look);
    await rows(page).first().waitFor();
    await page.locator('.inbox-choice').last().check();
    await page.locator('summary').last().click();
    await page.locator('.bytes-text').waitFor();
    await expectAccessible(page);
    await desk.fix(id, webhook);
    await desk.heal();
    await rows(page)
      .last()
      .getByRole('button', { name: /^(?:Try again|আবার চেষ্টা)/u })
      .press('Enter');
    await page.locator('.inbox-changes').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.locator('.inbox > .button').first().press('Enter');
    await page.getByRole('dialog').locator('select').first().waitFor();
    await expectAccessible(page);
  });
});
