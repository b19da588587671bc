import type { Page } from 'playwright-core';
import { readHostRule } from '../../src/common/host-rule.js';
import { AGENT_201, AGENT_202, SUPERVISOR, tokenOf } from '../support/app.js';
import { AgentPages, CUSTOMER_NUMBER, isLive, NETWORK_ERRORS, tonesOf } from '../support/agent-pages.js';
import { accepts, answers, hangsUp, neverAnswers } from '../support/bracknet-peer.js';
import { eventually } from '../support/eventually.js';

const TITLE = 'TrustCart Telephony';

describe('the desk, from the ring to the end of a call', () => {
  let pages: AgentPages;

  beforeAll(async () => {
    const host = readHostRule('https://recordings.example');
    pages = await AgentPages.start({
      recordings: { hosts: host === null ? [] : [host], publicBaseUrl: 'https://telephony.example/base' },
    });
  });
  afterAll(() => pages.close());
  afterEach(() => pages.clear());

  const card = (page: Page) => page.locator('#call');
  const shows = (page: Page, text: string) => card(page).getByText(text, { exact: true }).first().waitFor();
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const isIdle = (page: Page) => page.getByText('No call at the moment').waitFor();
  const rings = (page: Page) => eventually(async () => expect(await tonesOf(page)).toBe(2));
  const isSilent = (page: Page) => eventually(async () => expect(await tonesOf(page)).toBe(0));
  const activeText = (page: Page) => page.evaluate<string>('document.activeElement.textContent');

  describe('signing in', () => {
    it('is by the token of the address, which is removed from it at once', async () => {
      const page = await pages.tab();
      await page.goto(`${pages.url}/console/#token=${await tokenOf(AGENT_201)}`);
      await isLive(page);
      expect(new URL(page.url()).hash).toBe('');
      await page.getByText('Phone 201').waitFor();
      await page.reload();
      await isLive(page);
    });

    it('is asked for when nobody has, and happens by itself as soon as another tab has', async () => {
      const page = await pages.tab();
      await page.goto(`${pages.url}/console/`);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await pages.open();
      await isLive(page);
    });

    it('of who has no telephone says that no call will ring', async () => {
      const page = await pages.open({ userId: 9, role: 'agent' });
      await page.getByText('No telephone is assigned to you').waitFor();
    });
  });

  describe('a call that rings', () => {
    it('shows who it is, then that one talks, then that it is over', async () => {
      await pages.addCustomer();
      const page = await pages.open();
      const id = await pages.ring();
      await shows(page, 'Rahima Begum');
      await shows(page, 'Pick up phone 201');
      expect(await page.title()).toBe('☎ Rahima');
      await rings(page);
      await pages.answer(id);
      await shows(page, 'Talking');
      await page.getByRole('button', { name: 'My status: On a call' }).waitFor();
      expect(await page.title()).toBe(TITLE);
      await isSilent(page);
      await pages.end(id);
      await shows(page, 'The call is over');
      await button(page, 'Save and next').click();
      await isIdle(page);
    });

    it('of an unknown number shows that, as it is dialled here', async () => {
      const page = await pages.open();
      await pages.ring('01812345678');
      await shows(page, '01812345678');
      await shows(page, 'Not in the CRM');
    });

    it('of a customer whose record comes late is read again, and not said to be in no CRM', async () => {
      await pages.addCustomer();
      const page = await pages.open();
      let asked = 0;
      const late = { matchCount: 0, customer: null, leftOut: [{ part: 'customers', why: 'late' }] };
      await page.route('**/pop', async (route) => {
        asked += 1;
        if (asked > 2) return route.continue();
        const answer = await route.fetch();
        return route.fulfill({ response: answer, json: { ...(await answer.json()), ...late } });
      });
      const said: string[] = [];
      await page.exposeFunction('noteWords', (words: string) => said.push(words));
      await page.evaluate(`new MutationObserver(() => noteWords(document.body.innerText))
        .observe(document.body, { childList: true, subtree: true, characterData: true })`);
      await pages.ring();
      await eventually(() => {
        expect(asked).toBe(3);
      });
      await shows(page, 'Rahima Begum');
      expect(said).not.toEqual([]);
      expect(said.filter((words) => words.includes('Not in the CRM'))).toEqual([]);
    });

    it('is said to who cannot see it, moves no focus, and F6 goes to it', async () => {
      const page = await pages.open();
      await page.getByRole('button', { name: /^My status/u }).focus();
      await pages.ring();
      await page.getByRole('alert').getByText('Incoming call: 01712345678').waitFor({ state: 'attached' });
      expect(await activeText(page)).toContain('Available');
      await page.keyboard.press('F6');
      expect(await activeText(page)).toContain('Pick up phone 201');
    });

    it('rings in one tab alone, in the other once the first is closed, and stops in all when somebody answers', async () => {
      const first = await pages.open();
      const second = await pages.open();
      const id = await pages.ring();
      await shows(second, '01712345678');
      await rings(first);
      expect(await tonesOf(second)).toBe(0);
      await first.close();
      await rings(second);
      await pages.answer(id, '202');
      await isSilent(second);
      await isIdle(second);
      expect(await second.title()).toBe(TITLE);
    });

    it('stops when the caller gives up, and the customer waits to be called back', async () => {
      const page = await pages.open();
      const id = await pages.ring();
      await rings(page);
      await pages.event('call-missed', {
        event: 'call_missed',
        from: CUSTOMER_NUMBER,
        to_extension: '201',
        bracknet_call_id: id,
      });
      await isSilent(page);
      await button(page, 'Call back: 01712345678').click();
      await shows(page, 'Pick up phone 201. Then the customer is called.');
      expect(pages.asked).toEqual([
        { path: '/api/call/start', body: expect.objectContaining({ customer_number: '01712345678' }) },
      ]);
    });

    it('is put to silence in all tabs by a button in one', async () => {
      const first = await pages.open();
      const second = await pages.open();
      await pages.ring();
      await rings(first);
      await shows(second, 'Pick up phone 201');
      await button(second, 'Silence the ring').click();
      await isSilent(first);
    });

    it('rings in the tab that was used last', async () => {
      const first = await pages.open();
      const second = await pages.open();
      await pages.ring();
      await rings(first);
      await second.locator('h1').click();
      await rings(second);
      await isSilent(first);
    });

    it('during a talk sounds once, and is put to silence beside the talk', async () => {
      const page = await pages.open();
      await pages.answer(await pages.ring());
      await shows(page, 'Talking');
      await isSilent(page);
      await pages.ring('01812345678');
      await rings(page);
      await button(page, 'Silence the ring').click();
      await isSilent(page);
      await page.getByText('rings too').waitFor();
    });

    it('is put to silence by the agent, also over a reload, and stays on the page', async () => {
      const page = await pages.open();
      await pages.ring();
      await rings(page);
      await button(page, 'Silence the ring').click();
      await isSilent(page);
      await shows(page, 'Pick up phone 201');
      await page.reload();
      await shows(page, 'Pick up phone 201');
      expect(await button(page, 'Silence the ring').getAttribute('aria-disabled')).toBe('true');
      expect(await tonesOf(page)).toBe(0);
    });

    it('of a withheld number says so, and not that the CRM does not know it', async () => {
      const page = await pages.open();
      await pages.ring('anonymous');
      await shows(page, 'Number withheld');
      await page.getByText('The caller withholds the number').waitFor();
      expect(await page.title()).toBe('☎ Number withheld');
      await page.evaluate(`location.hash = '#/calls'`);
      await page.locator('.log-number').getByText('Number withheld').waitFor();
      await page.evaluate(`location.hash = '#/'`);
      expect(await page.getByText('not in the CRM').count()).toBe(0);
    });

    it('of several customers asks who it is, and keeps what is said', async () => {
      await pages.addCustomer();
      await pages.addCustomer({ name: 'Karim', last_name: 'Uddin', district: 'Sylhet' });
      const page = await pages.open();
      await pages.ring();
      await shows(page, '2 customers share this number. Who is it?');
      await shows(page, '01712345678');
      await card(page)
        .getByRole('button', { name: /^Karim Uddin/u })
        .click();
      await card(page).getByRole('heading', { name: 'Karim Uddin' }).waitFor();
      expect(await card(page).getByText('Who is it?').count()).toBe(0);
      await page.reload();
      await card(page).getByRole('heading', { name: 'Karim Uddin' }).waitFor();
    });

    it("that is not the agent's is not shown", async () => {
      const page = await pages.open(AGENT_202);
      await pages.ring(CUSTOMER_NUMBER, '201');
      await pages.ring('01812345678', '202');
      await shows(page, '01812345678');
      expect(await page.getByText(CUSTOMER_NUMBER).count()).toBe(0);
    });
  });

  describe('a call that the agent has', () => {
    it('is there again after a reload, as a ring is', async () => {
      const page = await pages.open();
      const id = await pages.ring();
      await shows(page, 'Pick up phone 201');
      await page.reload();
      await shows(page, 'Pick up phone 201');
      await rings(page);
      await pages.answer(id);
      await shows(page, 'Talking');
      await page.reload();
      await shows(page, 'Talking');
      await pages.end(id);
      await shows(page, 'The call is over');
      await page.reload();
      await shows(page, 'The call is over');
    });

    it('is ended by asking the telephone system, once', async () => {
      const page = await pages.open();
      const bracknet_call_id = await pages.talk();
      await button(page, 'Hang up').dblclick();
      await page.getByText('The telephone system was asked to end the call.').waitFor();
      expect(pages.asked).toEqual([
        { path: '/api/call/hangup', body: expect.objectContaining({ bracknet_call_id }) },
      ]);
      await pages.end(bracknet_call_id);
      await shows(page, 'The call is over');
    });

    it('is handed on by the keyboard, to an extension that is typed', async () => {
      const page = await pages.open();
      const bracknet_call_id = await pages.talk();
      await button(page, 'Transfer').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByLabel('Find a phone or a name').waitFor();
      await page.keyboard.type('305');
      await button(page, 'Transfer to 305').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('The call is being handed on to phone 305.').waitFor();
      expect(pages.asked).toEqual([
        {
          path: '/api/call/transfer',
          body: expect.objectContaining({ bracknet_call_id, transfer_extension: '305' }),
        },
      ]);
      await pages.answer(bracknet_call_id, '305');
      await shows(page, 'Handed on to phone 305');
    });

    it('that is over has a player for each of its recordings, also for one that comes while it is shown', async () => {
      const page = await pages.open();
      const bracknet_call_id = await pages.talk();
      const record = (part: number, recording_duration: number) =>
        pages.event('call-recording', {
          event: 'call_recording_ready',
          bracknet_call_id,
          recording_url: `https://recordings.example/${part}.mp3`,
          recording_duration,
        });
      await record(1, 125);
      await pages.end(bracknet_call_id);
      await card(page)
        .getByText(/^Recording 1 · \d\d:\d\d · 2:05$/u)
        .waitFor();
      await record(2, 31);
      await card(page)
        .getByText(/^Recording 2 · \d\d:\d\d · 0:31$/u)
        .waitFor();
      const players = await card(page).locator('audio').all();
      expect(await Promise.all(players.map((player) => player.getAttribute('aria-label')))).toEqual([
        'Recording 1',
        'Recording 2',
      ]);
      const addresses = await Promise.all(players.map((player) => player.getAttribute('src')));
      expect(new Set(addresses).size).toBe(2);
      for (const address of addresses) expect(address).toMatch(/^\/api\/telephony\/recordings\//u);
    });

    it('leads a supervisor to its life, and no agent', async () => {
      const page = await pages.open();
      await pages.talk();
      await shows(page, 'Talking');
      const { id } = await pages.app.onlyCall();
      expect(await page.getByRole('link', { name: `Call ${id}` }).count()).toBe(0);
      await page.close();
      const desk = await pages.open({ ...SUPERVISOR, extension: '201' });
      await shows(desk, 'Talking');
      await card(desk)
        .getByRole('link', { name: `Call ${id}` })
        .click();
      await desk.getByRole('heading', { name: `Call ${id}` }).waitFor();
    });

    it('says what to do when the telephone system refuses, and goes on', async () => {
      pages.expectErrors(NETWORK_ERRORS);
      const page = await pages.open();
      await pages.talk();
      pages.behaviour = answers(500, { status: 'error', message: 'no' });
      await button(page, 'Hang up').click();
      await page.getByText('Number for support').waitFor();
      const [said, note] = await Promise.all(
        [page.locator('.toast'), page.locator('.card', { has: page.locator('textarea') })].map((part) =>
          part.boundingBox(),
        ),
      );
      expect((said?.x ?? 0) + (said?.width ?? 0)).toBeLessThan(note?.x ?? 0);
      await shows(page, 'Talking');
      await button(page, 'Close').click();
      expect(await page.getByText('Number for support').count()).toBe(0);
    });
  });

  describe('Ctrl+K', () => {
    async function openDial(page: Page): Promise<void> {
      await page.keyboard.press('Control+k');
      await page.getByLabel('Telephone number').and(page.locator(':focus')).waitFor();
    }

    it('calls a number by the keyboard alone', async () => {
      const page = await pages.open();
      await openDial(page);
      await page.keyboard.type('01812345678');
      await page.keyboard.press('Enter');
      await page.getByText('Calling 01812345678. Pick up your phone first.').waitFor();
      await shows(page, 'Pick up phone 201. Then the customer is called.');
      expect(pages.asked).toEqual([
        {
          path: '/api/call/start',
          body: expect.objectContaining({ customer_number: '01812345678', agent_extension: '201' }),
        },
      ]);
    });

    it('says that a number cannot be called, and calls the next one that is typed', async () => {
      pages.expectErrors(NETWORK_ERRORS);
      const page = await pages.open();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('12');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('Number for support').waitFor();
      expect(pages.asked).toEqual([]);
      await page.keyboard.press('Control+a');
      await page.keyboard.type('01812345678');
      await page.keyboard.press('Enter');
      await shows(page, '01812345678');
    });

    it('takes one of the last numbers by the arrows, and is closed by Esc', async () => {
      const page = await pages.open();
      const id = await pages.talk();
      await pages.end(id);
      await button(page, 'Save and next').click();
      await page.keyboard.press('Control+k');
      await page.getByRole('button', { name: /^01712345678/u }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      expect(await page.getByLabel('Telephone number').inputValue()).toBe('01712345678');
      await page.keyboard.press('Escape');
      expect(await page.getByRole('dialog').count()).toBe(0);
    });

    it('does not call twice when the telephone system is slow to answer', async () => {
      pages.expectErrors(NETWORK_ERRORS);
      const page = await pages.open();
      pages.behaviour = neverAnswers;
      await openDial(page);
      await page.keyboard.type('01812345678');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('The telephone system was too slow.').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('It is not certain whether the call was placed.').waitFor();
      expect(pages.asked).toHaveLength(1);
    });

    it('calls when it is pressed again after the telephone system could not be reached', async () => {
      pages.expectErrors(NETWORK_ERRORS);
      const page = await pages.open();
      pages.behaviour = hangsUp;
      await openDial(page);
      await page.keyboard.type('01812345678');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('The telephone system cannot be reached.').waitFor();
      pages.behaviour = accepts;
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(pages.asked).toHaveLength(2);
    });
  });
});
