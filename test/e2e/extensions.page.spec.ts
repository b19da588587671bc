import { ExtensionDirectory } from '../../src/modules/agents/extensions/extension-directory.service.js';
import { AGENT_201, SUPERVISOR } from '../support/app.js';
import { assigned, EXTENSIONS } from '../support/extension-desk.js';
import { PbxEvents } from '../support/pbx-events.js';
import { ConsolePages, expectAccessible, LOOKS, tabTo } from '../support/supervisor-pages.js';

describe('the page of extensions', () => {
  let pages: ConsolePages;

  beforeAll(async () => {
    pages = await ConsolePages.start();
  });
  afterAll(() => pages.close());
  afterEach(() => pages.clear());
  // Also those that the configuration names.
  beforeEach(async () => {
    await pages.app.db.query(
      'TRUNCATE telephony_extension_history, telephony_extension_members, telephony_extensions CASCADE',
    );
    await pages.app.nest.get(ExtensionDirectory).refresh();
  });

  const holderOf = async (extension: string): Promise<unknown> => {
    const { body } = await pages.app.get(`${EXTENSIONS}?q=${extension}`, SUPERVISOR);
    return body.items[0]?.userId ?? null;
  };

  it('says how to begin where no extension is known', async () => {
    const page = await pages.open('extensions');
    await page.getByText('No extension is known yet').waitFor();
  });

  it('assigns an extension that rings and nobody holds', async () => {
    await new PbxEvents(pages.app, Date.now() - 60_000).incoming('BN-1', 0, '01712345678');
    const page = await pages.open('extensions');
    await page.getByRole('button', { name: 'Assign: 201' }).click();
    await page.getByLabel('User of the CRM (number)').fill('7');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /^201 User 7/u }).waitFor();
    expect(await holderOf('201')).toBe(7);
    expect(await page.getByText('Ring, and nobody holds them').count()).toBe(0);
  });

  it('adds an extension by keyboard alone', async () => {
    const page = await pages.open('extensions');
    await page.getByText('No extension is known yet').waitFor();
    await tabTo(page, 'Add an extension');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, '');
    await page.keyboard.type('205');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('9');
    await tabTo(page, 'Save');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /^205 User 9/u }).waitFor();
  });

  it.each([
    ['en', 'Something that was entered is not accepted. Correct it and try again.', 'Save'],
    ['bn', 'যা লেখা হয়েছে তার কিছু গ্রহণযোগ্য নয়। ঠিক করে আবার চেষ্টা করুন।', 'সংরক্ষণ করুন'],
  ] as const)('says in the dialog what is not accepted: %s', async (language, words, save) => {
    await assigned(pages.app, '201', { userId: 7 });
    const page = await pages.open('extensions', SUPERVISOR, { language });
    await page.locator('.desks-acts button').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('input').first().fill('seven');
    await dialog.getByRole('button', { name: save }).click();
    await dialog.getByText(words).waitFor();
    await dialog.locator('code', { hasText: 'userId' }).waitFor();
    expect(await holderOf('201')).toBe(7);
  });

  it('releases an extension after asking, and tells who held it', async () => {
    await assigned(pages.app, '201', { userId: 7 });
    const page = await pages.open('extensions');
    await page.getByRole('button', { name: 'Release: 201' }).click();
    expect(await holderOf('201')).toBe(7);
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click();
    await page.getByRole('row', { name: /^201 Nobody/u }).waitFor();
    await page.getByRole('button', { name: 'History: 201' }).click();
    await page.getByRole('dialog').getByText('User 7').waitFor();
  });

  it('tries a list without effect, names the wrong line, and enters the corrected one', async () => {
    const page = await pages.open('extensions');
    await page.getByRole('button', { name: 'Import a list' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('List', { exact: true }).fill('extension,userId\n201,7\n202,nobody');
    await dialog.getByRole('button', { name: 'Try it' }).click();
    await dialog.getByText('Line 3: userId: must be a whole number from 1').waitFor();
    expect(await dialog.getByRole('button', { name: 'Enter the list' }).count()).toBe(0);
    await dialog.getByLabel('List', { exact: true }).fill('extension,userId\n201,7\n202,8');
    await dialog.getByRole('button', { name: 'Try it' }).click();
    await dialog.getByText('Nothing is entered yet. New: 2.').waitFor();
    expect(await holderOf('202')).toBe(null);
    await dialog.getByRole('button', { name: 'Enter the list' }).click();
    await page.getByRole('row', { name: /^202 User 8/u }).waitFor();
  });

  it('says in Bangla what is wrong with a field and with a line of a list', async () => {
    const look = { language: 'bn' } as const;
    const page = await pages.open('extensions', SUPERVISOR, look);
    await assigned(pages.app, '201', { userId: 7 });
    await page.reload();
    await page
      .getByRole('button', { name: /: 201$/u })
      .first()
      .click();
    await page.getByRole('dialog').locator('input').first().fill('0');
    await page.getByRole('dialog').locator('.button.main').click();
    await page.getByRole('dialog').getByText('userId: কমপক্ষে ১').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'তালিকা আনুন' }).click();
    await page.getByRole('dialog').locator('textarea').fill('extension,userId\n201,7\n202,nobody');
    await page.getByRole('dialog').locator('.button.main').click();
    await page.getByText('লাইন ৩: userId: ঠিকভাবে লেখা হয়নি').waitFor();
  });

  it('is not there for agents', async () => {
    const page = await pages.open('extensions', AGENT_201);
    await page.locator('.call-card').waitFor();
    expect(await page.getByRole('link', { name: 'Extensions' }).count()).toBe(0);
  });

  it.each(LOOKS)('can be used by everybody: $language, $scheme, $width px', async (look) => {
    await new PbxEvents(pages.app, Date.now() - 60_000).incoming('BN-1', 0, '01712345678');
    await assigned(pages.app, '202', { userId: 8, label: 'Desk 2' });
    await assigned(pages.app, '600', { kind: 'group', members: [7, 8] });
    const page = await pages.open('extensions', SUPERVISOR, look);
    await page.locator('.desks-unassigned li').waitFor();
    await page.locator('.desks-acts').first().waitFor();
    await expectAccessible(page);
    for (const opener of [
      '.desks-acts button:last-child',
      '.desks-acts button',
      '.desks-head .button:last-child',
    ]) {
      await page.locator(opener).first().click();
      await page.getByRole('dialog').waitFor();
      await page.locator('dialog .loading').waitFor({ state: 'detached' });
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });
});
