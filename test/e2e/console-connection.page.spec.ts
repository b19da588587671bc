import type { Page } from 'playwright-core';
import { SUPERVISOR } from '../support/app.js';
import { AgentPages, CUSTOMER_NUMBER, isLive, NETWORK_ERRORS } from '../support/agent-pages.js';
import { eventually } from '../support/eventually.js';

describe('the desk, while the service cannot be reached', () => {
  let pages: AgentPages;

  beforeAll(async () => {
    pages = await AgentPages.start();
  });
  afterAll(() => pages.close());
  beforeEach(() => pages.expectErrors(NETWORK_ERRORS));
  afterEach(() => pages.clear());

  const card = (page: Page) => page.locator('#call');
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const isStale = (page: Page) =>
    page.getByText(/^No connection\. What you see is as of \d\d:\d\d\./u).waitFor();

  it('shows the last state grey with its time, says why buttons are off, and keeps what is typed', async () => {
    const page = await pages.open();
    await pages.talk();
    await card(page).getByText('Talking').waitFor();
    await pages.stopService();
    await isStale(page);
    expect(await card(page).getByText(CUSTOMER_NUMBER).first().isVisible()).toBe(true);
    expect(await card(page).evaluate('getComputedStyle(document.getElementById("call")).filter')).toBe(
      'grayscale(1)',
    );
    expect(await button(page, 'Hang up').getAttribute('title')).toBe('Not possible without a connection');
    await button(page, 'Hang up').click({ force: true });
    await page.getByLabel('Note', { exact: true }).fill('Written meanwhile');
    await page.getByText('Not saved yet. It is kept in this browser').waitFor();
    await pages.startService();
    await isLive(page);
    const { id } = await pages.app.onlyCall();
    await eventually(async () =>
      expect((await pages.app.get(`/api/telephony/calls/${id}/note`)).body.note).toBe('Written meanwhile'),
    );
    expect(pages.asked).toEqual([]);
    expect(await page.getByText('No connection.').count()).toBe(0);
  });

  it('is right again after a restart, with what happened meanwhile', async () => {
    const page = await pages.open();
    const over = await pages.talk();
    await card(page).getByText('Talking').waitFor();
    await pages.stopService();
    await isStale(page);
    await pages.startService();
    await pages.end(over);
    await pages.ring('01822222222');
    await isLive(page);
    await card(page).getByText('01822222222').first().waitFor();
    await card(page).getByText('Pick up phone 201').waitFor();
  });

  it('does not ring for a state that is old', async () => {
    const page = await pages.open();
    await pages.ring();
    await card(page).getByText('Pick up phone 201').waitFor();
    await pages.stopService();
    await isStale(page);
    await eventually(async () => expect(await page.evaluate('window.tones.size')).toBe(0));
    await pages.startService();
    await isLive(page);
  });

  it('notices a network over which nothing comes, and comes back by itself', async () => {
    const page = await pages.open();
    pages.breakNetwork();
    await page.getByText(/^No connection\./u).waitFor({ timeout: 30_000 });
    pages.mendNetwork();
    await isLive(page);
  });

  it('asks for nothing once another tab has signed out, and goes on when one has signed in', async () => {
    const page = await pages.open({ ...SUPERVISOR, extension: '201' });
    await pages.talk();
    await button(page, 'Transfer').click();
    await page.getByRole('dialog').getByLabel('Find a phone or a name').waitFor();
    await page.clock.install();
    const held = page.waitForRequest('**/api/telephony/agents/directory');
    await page.route('**/api/telephony/agents/directory', () => undefined);
    await page.clock.fastForward(5_000);
    const given = await held;
    const isEnded = page.waitForEvent('requestfailed', (request) => request === given);
    const other = await pages.open({ ...SUPERVISOR, extension: '201' });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const token = await other.evaluate<string>(`localStorage.authToken`);
    await other.evaluate(`localStorage.removeItem('authToken')`);
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    await isEnded;
    await page.clock.fastForward(30_000);
    expect(asked.filter((url) => url.includes('/api/'))).toEqual([]);
    await page.unroute('**/api/telephony/agents/directory');
    await other.evaluate(`localStorage.setItem('authToken', ${JSON.stringify(token)})`);
    await isLive(page);
    await page.clock.fastForward(5_000);
    await eventually(async () =>
      expect(asked.filter((url) => url.endsWith('/agents/directory'))).not.toEqual([]),
    );
  });

  it('is started on a network that is not there yet', async () => {
    const page = await pages.open();
    await page.routeWebSocket(/socket\.io/u, (socket) => void socket.close());
    await page.reload();
    await page.getByText('Connecting…').waitFor();
    expect(await page.getByRole('heading', { name: 'Sign in' }).count()).toBe(0);
  });
});
