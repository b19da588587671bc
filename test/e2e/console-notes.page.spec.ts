import type { Page } from 'playwright-core';
import { AGENT_201, AGENT_202, SUPERVISOR, tokenOf } from '../support/app.js';
import { AgentPages, CUSTOMER_NUMBER, isLive, NETWORK_ERRORS } from '../support/agent-pages.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { crmTask } from '../support/call-tasks.js';
import { eventually } from '../support/eventually.js';

describe('the note of a call, and the end of the work on it', () => {
  let pages: AgentPages;

  beforeAll(async () => {
    pages = await AgentPages.start();
  });
  afterAll(() => pages.close());
  afterEach(() => pages.clear());

  const note = (page: Page) => page.getByLabel('Note', { exact: true });
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const outcome = (page: Page, name: string) => page.getByRole('radio', { name });
  const shows = (page: Page, text: string) => page.getByText(text, { exact: true }).first().waitFor();
  /** The service takes a token for some seconds after its end, for the sake of clocks that differ. */
  const hasEnded = (page: Page) =>
    page.getByRole('heading', { name: 'Your session has ended' }).waitFor({ timeout: 30_000 });
  /** What the service has of the only call. */
  const isSaved = (expected: object) =>
    eventually(async () => {
      const { id } = await pages.app.onlyCall();
      expect((await pages.app.get(`/api/telephony/calls/${id}/note`)).body).toMatchObject(expected);
    });
  /** Resolves when the page has read this of the call that the PBX names so: read after a colleague took the call, it is answered 404. */
  const readingsOf = (page: Page) => {
    const read: string[] = [];
    page.on('response', (response) => {
      if (response.request().method() === 'GET') read.push(new URL(response.url()).pathname);
    });
    return (externalCallId: string, what: 'pop' | 'note') =>
      eventually(async () => {
        const call = (await pages.app.calls()).find((one) => one.externalCallId === externalCallId);
        expect(read).toContain(`/api/telephony/calls/${call?.id}/${what}`);
      });
  };

  it('is saved as it is typed, and is there in another tab and after a reload', async () => {
    const page = await pages.open();
    await pages.talk();
    await note(page).fill('Wants the blue one');
    await page.getByText(/^Saved \d\d:\d\d$/u).waitFor();
    await isSaved({ note: 'Wants the blue one', outcome: null });
    await outcome(page, 'Ordered').check();
    await isSaved({ note: 'Wants the blue one', outcome: 'order_placed' });
    await page.reload();
    await eventually(async () => expect(await note(page).inputValue()).toBe('Wants the blue one'));
    const other = await pages.open();
    await eventually(async () => expect(await note(other).inputValue()).toBe('Wants the blue one'));
    expect(await outcome(other, 'Ordered').isChecked()).toBe(true);
  });

  it('is saved also when the tab is closed right after the last key', async () => {
    const page = await pages.open();
    await pages.talk();
    await note(page).fill('Wants the blue one');
    await page.close();
    await isSaved({ note: 'Wants the blue one' });
  });

  it('loses nothing when the token ends: the page asks for another one, and saves with it', async () => {
    pages.expectErrors(NETWORK_ERRORS);
    const page = await pages.tab();
    const short = await tokenOf({ ...AGENT_201, expiresIn: '4s' });
    await page.goto(`${pages.url}/console/#token=${short}`);
    await isLive(page);
    const id = await pages.talk();
    await note(page).fill('Calls again');
    await hasEnded(page);
    await note(page).fill('Calls again on Sunday');
    await shows(page, 'Not saved yet. It is kept in this browser and saved as soon as you have signed in.');
    await page.getByLabel('Token').fill(await tokenOf({ ...AGENT_201, expiresIn: '-1s' }));
    await button(page, 'Continue').click();
    await eventually(async () => expect(await page.getByLabel('Token').inputValue()).toBe(''));
    await hasEnded(page);
    await page.getByLabel('Token').fill(await tokenOf(AGENT_201));
    await button(page, 'Continue').click();
    await isLive(page);
    await isSaved({ note: 'Calls again on Sunday' });
    expect(await note(page).inputValue()).toBe('Calls again on Sunday');
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor({ state: 'detached' });
    await pages.end(id);
    await shows(page, 'The call is over');
  });

  it('is saved again after a failure, and after a reload in between', async () => {
    pages.expectErrors(NETWORK_ERRORS);
    const page = await pages.open();
    await pages.talk();
    let refusals = 0;
    await page.route('**/note', async (route) => {
      if (route.request().method() !== 'PUT') return route.continue();
      refusals += 1;
      return route.fulfill({ status: 503, json: { code: 'DATABASE_UNAVAILABLE', message: 'x' } });
    });
    await note(page).fill('Wants the blue one');
    await eventually(async () => expect(refusals).toBe(1));
    await page.reload();
    await eventually(async () => expect(refusals).toBe(2));
    await page.unroute('**/note');
    await isSaved({ note: 'Wants the blue one' });
    await page.getByText(/^Saved \d\d:\d\d$/u).waitFor();
  });

  it('takes the token with which another tab has signed in', async () => {
    pages.expectErrors(NETWORK_ERRORS);
    const page = await pages.tab();
    await page.goto(`${pages.url}/console/#token=${await tokenOf({ ...AGENT_201, expiresIn: '3s' })}`);
    await isLive(page);
    await hasEnded(page);
    await pages.open();
    await isLive(page);
  });

  it('that is not saved is not shown to another user who signs in to the same tab, nor saved as his', async () => {
    pages.expectErrors(NETWORK_ERRORS);
    const page = await pages.tab();
    const signIn = async (user: TokenRequest): Promise<void> => {
      await page.goto(`${pages.url}/console/#token=${await tokenOf(user)}`);
      await isLive(page);
    };
    await signIn(AGENT_201);
    const id = await pages.talk();
    await page.route('**/note', (route) =>
      route.request().method() === 'PUT' ? route.abort() : route.continue(),
    );
    await note(page).fill('Of agent 7 alone');
    await pages.end(id);
    await button(page, 'Save and next').waitFor();
    const saved: string[] = [];
    page.on('request', (request) => request.method() === 'PUT' && saved.push(request.url()));
    for (const user of [AGENT_202, SUPERVISOR]) {
      await signIn(user);
      await shows(page, 'No call at the moment');
    }
    expect(saved).toEqual([]);
    await page.unroute('**/note');
    await signIn(AGENT_201);
    await isSaved({ note: 'Of agent 7 alone' });
    expect(await note(page).inputValue()).toBe('Of agent 7 alone');
  });

  it('goes on by the keyboard alone: a number chooses the outcome, Ctrl+Enter saves and shows what is next', async () => {
    const task = await crmTask(pages.app, {
      customer_id: String(await pages.addCustomer()),
      assigned_agent_id: 7,
      call_reason: 'follow_up',
    });
    const page = await pages.open();
    const id = await pages.talk();
    await note(page).focus();
    await page.keyboard.type('Took 2');
    await pages.end(id);
    await page.getByText(/^Wrap-up: 0:[0-3]\d$/u).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('2');
    expect(await outcome(page, 'Ordered').isChecked()).toBe(true);
    expect(await note(page).inputValue()).toBe('Took 2');
    await page.keyboard.press('Control+Enter');
    await shows(page, 'No call at the moment');
    await shows(page, 'No tasks for today');
    const [row] = await pages.app.tasks();
    expect(row).toMatchObject({ id: task, status: 'completed', callOutcome: 'order_placed' });
    expect(row?.notes).toContain('Took 2');
  });

  it('does not end a call that lasts, by the same keys', async () => {
    const page = await pages.open();
    await pages.talk();
    await note(page).fill('Still here');
    await page.keyboard.press('Control+Enter');
    await isSaved({ note: 'Still here' });
    await shows(page, 'Talking');
  });

  it('counts the wrap-up time down by the time of the service, and closes nothing when it is over', async () => {
    const page = await pages.open();
    const id = await pages.talk();
    await page.clock.install();
    await note(page).fill('Long story');
    await pages.end(id);
    await page.getByText(/^Wrap-up: 0:/u).waitFor();
    await page.clock.fastForward(31_000);
    await shows(page, 'The wrap-up time is over.');
    expect(await note(page).inputValue()).toBe('Long story');
    await button(page, 'Save and next').waitFor();
  });

  it('of two calls asks for each, the last one first', async () => {
    const page = await pages.open();
    await pages.end(await pages.talk('01811111111'));
    await shows(page, 'The call is over');
    await pages.end(await pages.talk('01822222222'));
    await page.locator('#call').getByText('01822222222').first().waitFor();
    await shows(page, '1 more call to finish');
    await button(page, 'Save and next').click();
    await page.locator('#call').getByText('01811111111').first().waitFor();
    await button(page, 'Save and next').click();
    await shows(page, 'No call at the moment');
  });

  it('is finished in all tabs at once', async () => {
    const page = await pages.open();
    const other = await pages.open();
    await pages.end(await pages.talk());
    await button(other, 'Save and next').waitFor();
    await button(page, 'Save and next').click();
    await shows(other, 'No call at the moment');
  });

  it('keeps its field, and what is typed in it, while another call rings', async () => {
    const page = await pages.open();
    await pages.end(await pages.talk());
    await note(page).click();
    await page.keyboard.type('She wants another ');
    const second = await pages.ring('01822222222');
    await page.locator('#call').getByText('Pick up phone 201').waitFor();
    await page.keyboard.type('address');
    expect(await note(page).inputValue()).toBe('She wants another address');
    await page.getByText(`Of the call before: ${CUSTOMER_NUMBER}`).waitFor();

    await pages.answer(second);
    await shows(page, 'Talking');
    expect(await note(page).inputValue()).toBe('');
    await pages.end(second);
    await button(page, 'Save and next').click();
    await page.locator('#call').getByText(CUSTOMER_NUMBER).first().waitFor();
    expect(await note(page).inputValue()).toBe('She wants another address');
    expect(await page.getByText('Of the call before').count()).toBe(0);
  });

  it('stays what it was when a colleague takes the call that rang meanwhile', async () => {
    const page = await pages.open();
    await pages.end(await pages.talk());
    await note(page).fill('First');
    const isRead = readingsOf(page);
    const second = await pages.ring('01822222222');
    await page.locator('#call').getByText('Pick up phone 201').waitFor();
    await isRead(second, 'pop');
    await pages.answer(second, '202');
    await page.locator('#call').getByText(CUSTOMER_NUMBER).first().waitFor();
    expect(await note(page).inputValue()).toBe('First');
  });

  it('is finished while another call rings, which is then the one to note', async () => {
    const page = await pages.open();
    await pages.end(await pages.talk());
    await note(page).fill('Done');
    const isRead = readingsOf(page);
    const second = await pages.ring('01822222222');
    await page.getByText('Of the call before').waitFor();
    await button(page, 'Save and next').click();
    await isRead(second, 'pop');
    await isRead(second, 'note');
    await page.getByText('Of the call before').waitFor({ state: 'detached' });
    expect(await note(page).inputValue()).toBe('');
    await pages.answer(second, '202');
    await shows(page, 'No call at the moment');
  });

  it('is the same in two tabs, as it is typed in either', async () => {
    const page = await pages.open();
    const other = await pages.open();
    await pages.talk();
    await note(other).waitFor();
    await note(page).fill('Typed in one');
    await eventually(async () => expect(await note(other).inputValue()).toBe('Typed in one'));
    await note(other).fill('Typed in one, and in the other');
    await eventually(async () =>
      expect(await note(page).inputValue()).toBe('Typed in one, and in the other'),
    );
    await isSaved({ note: 'Typed in one, and in the other' });
  });

  it('that was typed after the session had ended is saved by the next tab', async () => {
    pages.expectErrors(NETWORK_ERRORS);
    const page = await pages.tab();
    await page.goto(`${pages.url}/console/#token=${await tokenOf({ ...AGENT_201, expiresIn: '4s' })}`);
    await isLive(page);
    await pages.talk();
    await note(page).waitFor();
    await hasEnded(page);
    await note(page).fill('Calls again on Sunday');
    await page.close();
    await pages.open();
    await isSaved({ note: 'Calls again on Sunday' });
  });
});
