import type { Page } from 'playwright-core';
import { NUMBERS } from '../customers.js';
import { either, LANGUAGES, type Picture } from '../picture.js';
import { AGENT, type Stage, SUPERVISOR } from '../stage.js';
import { cut, CUT_OFF, cuttable, failing, LOST, signOut, TRY_AGAIN, waiting } from './conditions.js';

/** A start of the service, on a machine that does other things. */
const RESTART_MS = 60_000;
const SAVED = either('Saved \\d', 'রাখা হয়েছে');

const inbound = (from: string) => async (stage: Stage) => {
  await stage.ring(from);
};
const talking = async (stage: Stage) => stage.answer(await stage.ring(NUMBERS.vip));
const called = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

async function writeNote(page: Page): Promise<void> {
  await page.locator('textarea').fill('Wants the saree in green. Deliver after 5 pm.');
  await page.getByText(SAVED).waitFor();
}

/** Ends the call that is talked, while its customer is shown. */
async function end(page: Page, stage: Stage): Promise<void> {
  await page.getByText('SO-24518').waitFor();
  await stage.endCalls();
}

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
  {
    name: 'dial-empty',
    who: AGENT,
    act: (page) => page.keyboard.press('Control+k'),
    shows: (page) => page.getByRole('dialog'),
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
    before: waiting(/call-tasks\/due/u),
    shows: (page) => page.locator('.loading'),
  },
  {
    name: 'desk-error',
    who: AGENT,
    before: failing(/call-tasks\/due/u),
    shows: (page) => page.getByRole('button', { name: TRY_AGAIN }),
    expected: /503/u,
  },
  {
    name: 'desk-offline',
    who: AGENT,
    before: cuttable,
    act: async (page) => {
      await page.getByText('Nusrat').first().waitFor();
      await cut(page);
    },
    shows: (page) => page.getByText(LOST),
    expected: CUT_OFF,
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
      await cuttable(stage, page);
      await talking(stage);
    },
    act: async (page) => {
      await page.getByText('SO-24518').waitFor();
      await cut(page);
      await page.locator('textarea').fill('Written without a connection.');
    },
    shows: (page) => page.getByText(LOST),
    expected: CUT_OFF,
  },
  {
    name: 'desk-session_ended',
    who: AGENT,
    before: talking,
    act: async (page) => {
      await writeNote(page);
      await signOut(page);
    },
    shows: (page) => page.getByRole('alert').getByRole('textbox'),
  },
  {
    name: 'transfer-directory',
    who: AGENT,
    before: talking,
    act: (page) => page.getByRole('button', { name: either('Transfer', 'অন্যকে দিন') }).click(),
    shows: (page) => page.getByRole('dialog').getByText('Tanvir'),
  },
  {
    name: 'desk-wrap_up_next_rings',
    who: AGENT,
    before: talking,
    act: async (page, stage) => {
      await end(page, stage);
      await stage.ring(NUMBERS.blacklisted);
    },
    shows: (page) => page.getByText(either('Of the call before:', 'আগের কলের:')),
  },
  {
    name: 'desk-wrap_up',
    documented: LANGUAGES,
    who: AGENT,
    before: talking,
    act: async (page, stage) => {
      await end(page, stage);
      await page.getByRole('radio', { name: either('^Talked$', '^কথা হয়েছে$') }).check();
    },
    shows: (page) => page.getByRole('button', { name: either('Save and next', 'রেখে পরেরটি') }),
  },
  {
    name: 'desk-wrap_up_over',
    who: AGENT,
    before: async (stage, page) => {
      await page.clock.install();
      await talking(stage);
    },
    act: async (page, stage) => {
      await end(page, stage);
      await page.locator('.wrap-up').waitFor();
      await page.clock.fastForward(31_000);
    },
    shows: (page) => page.getByText(either('The wrap-up time is over', 'সময় শেষ')),
  },
  {
    name: 'desk-wrap_up_recordings',
    who: AGENT,
    before: talking,
    act: async (page, stage) => {
      await stage.recordCalls();
      await end(page, stage);
    },
    shows: (page) => page.locator('audio').nth(1),
  },
  {
    name: 'desk-no_answer',
    who: AGENT,
    act: async (page, stage) => {
      await page.getByRole('button', { name: either('Call: Nusrat', 'কল করুন: Nusrat') }).click();
      await page.getByText(either('Then the customer is called', 'তারপর ক্রেতাকে কল')).first().waitFor();
      await stage.endCalls({ duration: 0, end_reason: 'no_answer' });
    },
    shows: (page) => page.getByText(either('^Nobody answered$', '^কেউ ধরেননি$')),
  },
  {
    name: 'desk-handed_on',
    who: AGENT,
    before: talking,
    act: async (page, stage) => {
      await page.getByText('SO-24518').waitFor();
      await stage.handOnCalls('202');
    },
    shows: (page) => page.getByText(either('Handed on to phone 202', '202-এ দেওয়া হয়েছে')),
  },
  {
    name: 'desk-hang_up_failed',
    who: AGENT,
    before: async (stage, page) => {
      await page.route('**/api/call/hangup', (route) =>
        route.fulfill({
          status: 502,
          json: { statusCode: 502, code: 'PBX_UNREACHABLE', message: 'away', requestId: 'req-7f3b' },
        }),
      );
      await talking(stage);
    },
    act: (page) => page.getByRole('button', { name: either('Hang up', 'কল কাটুন') }).click(),
    shows: (page) => page.locator('.toast.is-error'),
    expected: /502/u,
  },
  {
    name: 'desk-restarted',
    who: AGENT,
    before: talking,
    act: async (page, stage) => {
      await writeNote(page);
      const isLost = page.getByText(LOST).waitFor({ timeout: RESTART_MS });
      await stage.restart();
      await isLost;
      await page.getByText(LOST).waitFor({ state: 'detached', timeout: RESTART_MS });
    },
    shows: (page) => page.getByText(either('^Talking$', '^কথা চলছে$')),
    expected: /WebSocket|ERR_CONNECTION_REFUSED/u,
  },
  {
    name: 'desk-two_tabs',
    who: AGENT,
    before: async (stage, page) => {
      const first = await page.context().newPage();
      await first.addInitScript(`localStorage.authToken ??= '${await stage.token(AGENT)}'`);
      await first.goto(`${stage.url}/console/`);
      await first.locator('.bar .dot.is-live').first().waitFor({ state: 'attached' });
    },
    act: async (page) => {
      await page.locator('.ring-menu .bar-button').click();
      // The tab that was used last rings.
      await page.context().pages().at(-1)?.mouse.click(1, 1);
    },
    shows: (page) => page.getByText(either('Another tab rings', 'অন্য ট্যাবে বাজবে')),
  },
  {
    name: 'desk-sound_blocked',
    who: AGENT,
    before: async (stage, page) => {
      await page.addInitScript(
        `Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' })`,
      );
      await stage.ring(NUMBERS.vip);
    },
    act: (page) => page.locator('.ring-menu .bar-button').click(),
    shows: (page) => page.locator('.ring-menu.is-blocked .menu-list'),
  },
  {
    name: 'desk-customer_loading',
    who: AGENT,
    before: async (stage, page) => {
      await waiting(/\/pop$/u)(stage, page);
      await stage.ring(NUMBERS.vip);
    },
    shows: (page) => page.locator('.desk .loading'),
  },
  {
    name: 'desk-customer_error',
    who: AGENT,
    before: async (stage, page) => {
      await failing(/\/pop$/u)(stage, page);
      await stage.ring(NUMBERS.vip);
    },
    shows: (page) => page.locator('.desk .error-note'),
    expected: /503/u,
  },
  {
    name: 'desk-supervisor',
    who: { ...SUPERVISOR, extension: '201' },
    before: talking,
    shows: (page) => page.locator('.call-card').getByRole('link'),
  },
  {
    name: 'transfer-error',
    who: AGENT,
    before: async (stage, page) => {
      await failing(/agents\/directory/u)(stage, page);
      await talking(stage);
    },
    act: (page) => page.getByRole('button', { name: either('Transfer', 'অন্যকে দিন') }).click(),
    shows: (page) => page.getByRole('dialog').locator('.error-note'),
    expected: /503/u,
  },
  {
    name: 'transfer-typed',
    who: AGENT,
    before: talking,
    act: async (page) => {
      await page.getByRole('button', { name: either('Transfer', 'অন্যকে দিন') }).click();
      await page.getByRole('dialog').getByText('Tanvir').waitFor();
      await page.getByRole('dialog').locator('input').fill('305');
    },
    shows: (page) => page.getByRole('button', { name: either('Transfer to 305', '305-এ দিন') }),
  },
];
