import type { Page } from 'playwright-core';
import { AGENT_201, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { insertRow } from '../support/crm-tables.js';
import { ReceiptDesk } from '../support/receipt-desk.js';
import { ConsolePages, LOOKS, overflowOf, violationsOn } from '../support/supervisor-pages.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';

describe('the pages of supervisors', () => {
  let pages: ConsolePages;
  let desk: ReceiptDesk;

  beforeAll(async () => {
    pages = await ConsolePages.start({ app: { environment: 'development' } });
    desk = new ReceiptDesk(pages.app);
  });
  afterAll(() => pages.close());
  afterEach(async () => {
    await desk.heal();
    await pages.app.db.query('TRUNCATE telephony_extensions');
    await pages.clear();
  });

  async function send({ route, body }: Webhook): Promise<void> {
    expect((await pages.app.webhook(route, body)).status).toBe(200);
  }

  /** A call of this minute at an extension of nobody. */
  async function ringAtNobody(): Promise<void> {
    const { route, body } = webhooksOf('BN-NOBODY').incoming(0, '208');
    await send({ route, body: { ...body, timestamp: new Date().toISOString() } });
  }

  /** A call of which everything is known. @returns its id */
  async function wholeCall(): Promise<number> {
    const call = webhooksOf('BN-LIFE');
    for (const event of [call.incoming(0), call.answered(10), call.ended(60, 50)]) await send(event);
    return (await pages.app.onlyCall()).id;
  }

  const dialog = (page: Page) => page.getByRole('dialog');

  describe.each(LOOKS)('in $language, $scheme, $width pixels wide', (look) => {
    it('have nothing that axe finds wrong, and scroll down alone', async () => {
      const id = await wholeCall();
      await desk.quarantine(webhooksOf('BN-BROKEN').incoming(0));
      await ringAtNobody();
      const shown = {
        calls: 'a[href^="#/calls/"]',
        [`calls/${id}`]: 'main del',
        inbox: 'main summary',
        extensions: 'main button',
      };
      for (const [view, element] of Object.entries(shown)) {
        const page = await pages.open(view, SUPERVISOR, look);
        await page.locator(element).first().waitFor();
        expect([view, await violationsOn(page), await overflowOf(page)]).toEqual([view, [], 0]);
      }
    });
  });

  it('are not there for an agent, who is shown his desk', async () => {
    await desk.quarantine(webhooksOf('BN-BROKEN').incoming(0));
    const page = await pages.open('inbox', AGENT_201);
    await page.getByText('No call at the moment').waitFor();
    expect(await page.locator('a[href="#/inbox"]').count()).toBe(0);
    expect(await page.getByText('BN-BROKEN').count()).toBe(0);
  });

  describe('extensions', () => {
    it('that ring and that nobody holds are assigned to a user', async () => {
      await ringAtNobody();
      const page = await pages.open('extensions');
      await page.getByText('Ring, and nobody holds them').waitFor();
      await page.getByRole('button', { name: 'Assign' }).click();
      await dialog(page).getByLabel('User of the CRM (number)').fill('9');
      await dialog(page).getByLabel('Label').fill('Farhana');
      await page.keyboard.press('Enter');
      await page.getByText('Extension 208 is saved.').waitFor();
      await page.getByRole('row', { name: /208.*User 9.*Farhana/u }).waitFor();
      await page.getByText('Ring, and nobody holds them').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'History: 208' }).click();
      await dialog(page).getByText('User 9').first().waitFor();
    });

    it('of a list are tried first, with what is wrong in which line, and then entered', async () => {
      const page = await pages.open('extensions');
      await page.getByRole('button', { name: 'Import a list' }).first().click();
      const list = dialog(page).getByLabel('List', { exact: true });
      await list.fill('extension,userId,label\n201,seven,Rima');
      await dialog(page).getByRole('button', { name: 'Try it' }).click();
      await dialog(page).getByText('Line 2:').waitFor();
      expect(await dialog(page).getByRole('button', { name: 'Enter the list' }).count()).toBe(0);
      await list.fill('extension,userId,label\n201,7,Rima\n202,8,Tanvir');
      await dialog(page).getByRole('button', { name: 'Try it' }).click();
      await dialog(page).getByText('Nothing is entered yet. New: 2.').waitFor();
      expect((await pages.app.get('/api/telephony/extensions', SUPERVISOR)).body.items).not.toContainEqual(
        expect.objectContaining({ extension: '201' }),
      );
      await dialog(page).getByRole('button', { name: 'Enter the list' }).click();
      await page.getByRole('row', { name: /201.*User 7.*Rima/u }).waitFor();
      await page.getByRole('row', { name: /202.*User 8.*Tanvir/u }).waitFor();
    });
  });

  describe('the life of a call', () => {
    it('shows what each event changed, why the row says what it says, and what it caused', async () => {
      const id = await wholeCall();
      const page = await pages.open('calls');
      await page.locator(`a[href="#/calls/${id}"]`).first().click();
      for (const text of [
        'Incoming call',
        'Answered',
        'Ended',
        'Why it says what it says',
        'What it caused',
      ]) {
        await page.getByText(text).first().waitFor();
      }
      const changed = page.locator('tr, div', { hasText: 'Ringing' }).locator('del').first();
      expect(await changed.textContent()).toBe('Ringing');
      await page.getByText('The first answer by a person that nothing contradicts.').waitFor();
    });

    it('says of a call that is not there that it is not, and what to do', async () => {
      const page = await pages.open('calls/999999');
      await page.getByText('This call is not there any more, or belongs to somebody else.').waitFor();
      await page.getByRole('link', { name: 'All calls' }).waitFor();
    });
  });

  describe('in development, a newcomer', () => {
    it('lets a customer call, sees the ring with who calls, and finds the call', async () => {
      await insertRow(pages.app.db, 'customers', {
        name: 'Rahima',
        last_name: 'Begum',
        phone: '01711000001',
      });
      const page = await pages.open('', AGENT_201);
      await page.getByRole('button', { name: 'Let a customer call' }).click();
      await page.getByText('A customer calls phone 201.').waitFor();
      await page.locator('#call').getByText('Rahima').first().waitFor();
      await eventually(async () => expect((await pages.app.onlyCall()).status).toBe('ringing'));
    });
  });
});
