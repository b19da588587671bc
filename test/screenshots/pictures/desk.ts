import type { Page } from 'playwright-core';
import { NUMBERS } from '../customers.js';
import { either, LANGUAGES, type Picture } from '../picture.js';
import { AGENT, type Stage } from '../stage.js';

const SAVED = either('Saved \\d', 'রাখা হয়েছে');
const LOST = either('No connection\\. What', 'সংযোগ নেই। যা');

const inbound = (from: string) => async (stage: Stage) => {
  await stage.ring(from);
};
const talking = async (stage: Stage) => stage.answer(await stage.ring(NUMBERS.vip));
const called = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

async function writeNote(page: Page): Promise<void> {
  await page.locator('textarea').fill('Wants the saree in green. Deliver after 5 pm.');
  await page.getByText(SAVED).waitFor();
}

/** From now on the page reaches no socket. */
async function cut(page: Page): Promise<void> {
  await page.evaluate(`dispatchEvent(new Event('screenshots-cut'))`);
}

/** Playwright's own offline mode leaves sockets open. */
async function routeSocket(_stage: Stage, page: Page): Promise<void> {
  let isCut = false;
  const sockets = new Set<{ close(): Promise<void> }>();
  await page.exposeFunction('screenshotsCut', async () => {
    isCut = true;
    await Promise.all([...sockets].map((socket) => socket.close()));
  });
  await page.addInitScript(`addEventListener('screenshots-cut', () => screenshotsCut())`);
  await page.routeWebSocket(/socket\.io/u, (socket) => {
    if (isCut) {
      void socket.close();
      return;
    }
    sockets.add(socket);
    socket.connectToServer();
  });
}

const failing = (path: string) => async (_stage: Stage, page: Page) => {
  await page.route(`**/api/${path}`, (route) =>
    route.fulfill({
      status: 503,
      json: { statusCode: 503, code: 'DATABASE_UNAVAILABLE', message: 'away', requestId: 'req-7f3a' },
    }),
  );
};

/** While there are no customers, calls and tasks. */
export const DESK_AT_FIRST: readonly Picture[] = [
  {
    name: 'desk-sign_in',
    who: null,
    act: (page) => page.locator('summary').click(),
    shows: (page) => page.getByRole('textbox'),
  },
  {
    name: 'desk-first_run',
    who: AGENT,
    shows: (page) => page.getByRole('button', { name: either('^Let a', 'কল করতে দিন|ক্রেতার কল') }),
  },
];

export const DESK: readonly Picture[] = [
  { name: 'desk-idle', documented: LANGUAGES, who: AGENT, shows: (page) => page.getByText('Nusrat') },
  {
    name: 'desk-no_phone',
    who: { userId: 44, role: 'agent' },
    shows: (page) => page.locator('.notice'),
  },
  {
    name: 'desk-loading',
    who: AGENT,
    before: async (_stage, page) => {
      await page.route('**/api/crm/call-tasks/due', () => undefined);
    },
    shows: (page) => page.locator('.loading'),
  },
  {
    name: 'desk-error',
    who: AGENT,
    before: failing('crm/call-tasks/due'),
    shows: (page) => page.getByRole('button', { name: either('Try again', 'আবার চেষ্টা') }),
    expected: /503/u,
  },
  {
    name: 'desk-offline',
    who: AGENT,
    before: routeSocket,
    act: async (page) => {
      await page.getByText('Nusrat').first().waitFor();
      await cut(page);
    },
    shows: (page) => page.getByText(LOST),
    expected: /WebSocket/u,
  },
  {
    name: 'desk-status_menu',
    who: AGENT,
    act: (page) => page.locator('.status-menu .bar-button').click(),
    shows: (page) => page.locator('.status-menu .menu-list'),
  },
  {
    name: 'desk-ring_menu',
    who: AGENT,
    act: (page) => page.locator('.ring-menu .bar-button').click(),
    shows: (page) => page.locator('.ring-menu .menu-list'),
  },
  {
    name: 'dial-recent',
    who: AGENT,
    act: (page) => page.keyboard.press('Control+k'),
    shows: (page) => page.getByRole('dialog').locator('li'),
  },
  {
    name: 'dial-error',
    who: AGENT,
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').locator('input').fill('12345');
      await page.keyboard.press('Enter');
    },
    shows: (page) => page.getByRole('dialog').getByRole('alert').locator('p'),
    expected: /4\d\d/u,
  },
  {
    name: 'desk-ringing',
    documented: LANGUAGES,
    who: AGENT,
    before: inbound(NUMBERS.vip),
    shows: (page) => called(page, 'Nusrat'),
  },
  {
    name: 'desk-ringing_unknown',
    who: AGENT,
    before: inbound(NUMBERS.unknown),
    shows: (page) => page.getByText(either('Not in the CRM', 'CRM-এ নেই')),
  },
  {
    name: 'desk-ringing_withheld',
    who: AGENT,
    before: inbound('anonymous'),
    shows: (page) => page.getByRole('heading', { level: 1 }),
  },
  {
    name: 'desk-ringing_several',
    documented: LANGUAGES,
    who: AGENT,
    before: inbound(NUMBERS.shared),
    shows: (page) => page.getByRole('button', { name: /Sadia/u }),
  },
  {
    name: 'desk-ringing_blacklisted',
    who: AGENT,
    before: inbound(NUMBERS.blacklisted),
    shows: (page) => page.getByText('SO-21200'),
  },
  {
    name: 'desk-calling',
    who: AGENT,
    act: (page) =>
      page.getByRole('button', { name: either('Call: Nusrat', 'কল করুন: Nusrat') }).click(),
    shows: (page) => page.getByText(either('Then the customer is called\\.$', 'তারপর ক্রেতাকে কল করা হবে।$')),
  },
  {
    name: 'desk-talking',
    documented: LANGUAGES,
    who: AGENT,
    before: talking,
    act: writeNote,
    shows: (page) => page.getByText('SO-24518'),
  },
  {
    name: 'desk-talking_second_rings',
    who: AGENT,
    before: async (stage) => {
      await talking(stage);
      await stage.ring(NUMBERS.unknown);
    },
    shows: (page) => page.getByText(either('rings too', 'এটিও বাজছে')),
  },
  {
    name: 'desk-talking_offline',
    who: AGENT,
    before: async (stage, page) => {
      await routeSocket(stage, page);
      await talking(stage);
    },
    act: async (page) => {
      await page.getByText('SO-24518').waitFor();
      await cut(page);
    },
    shows: (page) => page.getByText(LOST),
    expected: /WebSocket/u,
  },
  {
    name: 'desk-session_ended',
    who: AGENT,
    before: talking,
    act: async (page) => {
      await writeNote(page);
      // As it is seen by a page whose user has signed out in another tab.
      await page.evaluate(
        `localStorage.removeItem('authToken'); dispatchEvent(new StorageEvent('storage', { key: 'authToken' }))`,
      );
    },
    shows: (page) => page.getByRole('alert').getByRole('textbox'),
    expected: /401/u,
  },
  {
    name: 'transfer-directory',
    who: AGENT,
    before: talking,
    act: (page) => page.getByRole('button', { name: either('Transfer', 'অন্যকে দিন') }).click(),
    shows: (page) => page.getByRole('dialog').getByText('Tanvir'),
  },
  {
    name: 'desk-wrap_up',
    documented: LANGUAGES,
    who: AGENT,
    before: talking,
    act: async (page, stage) => {
      await page.getByText('SO-24518').waitFor();
      await stage.endCalls();
      await page.getByRole('radio', { name: either('^Talked$', '^কথা হয়েছে$') }).check();
    },
    shows: (page) => page.getByRole('button', { name: either('Save and next', 'রেখে পরেরটি') }),
  },
];
