import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { HTTP_STATUS_OF, type ErrorCode } from '../../src/common/errors/error-code.js';
import { AGENT_201, JWT_SECRET, tokenOf } from '../support/app.js';
import { TestBrowser } from '../support/browser.js';
import { prepareDataFolder } from '../support/database.js';
import { Document, ROOT } from '../support/documents.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';
import { PushServer } from '../support/push-server.js';
import { SimulatedPbx } from '../support/simulated-pbx.js';

const EXAMPLE = `${ROOT}docs/examples/click-to-call`;
const BY_NUMBER = 'tc-call[number="01712345678"]';
const BY_TASK = 'tc-call[task="1"]';
const BY_BOTH = 'tc-call[number="01812345678"]';
const BANGLA = 'tc-call[lang=bn]';

/** Nothing of the environment that runs the tests reaches the service. */
const BARE = {
  NODE_ENV: '',
  DATABASE_URL: '',
  BRACKNET_MODE: '',
  BRACKNET_API_BASE_URL: '',
  BRACKNET_API_KEY: '',
  BRACKNET_WEBHOOK_SECRET: '',
  LOG_LEVEL: 'error',
  PORT: '0',
  TELEPHONY_MAX_OPEN_CALLS_PER_AGENT: '100',
  JWT_SECRET,
};

interface CallRow {
  readonly id: number;
  readonly customerPhone: string;
  readonly externalCallId: string;
  readonly taskId: number | null;
}

/** A service of its own process and folder, and the example's page at another origin, which the service allows. */
class Desk {
  private constructor(
    readonly url: string,
    readonly pages: PushServer,
    private readonly program: Program,
    private readonly folders: readonly string[],
    private readonly token: string,
  ) {}

  static async start(env: NodeJS.ProcessEnv = {}): Promise<Desk> {
    const data = await mkdtemp(join(tmpdir(), 'telephony-button-'));
    const page = await mkdtemp(join(tmpdir(), 'telephony-button-page-'));
    await prepareDataFolder(data);
    const pages = await PushServer.start([page, EXAMPLE]);
    const program = new Program('../../src/main.ts', [], {
      cwd: data,
      env: { ...BARE, DATA_FOLDER: data, TMPDIR: data, BROWSER_ORIGINS: pages.url, ...env },
    });
    const address = await program.prints(/^ {2}address /u);
    const url = address.replace(/^ {2}address +/u, '');
    const html = await readFile(`${EXAMPLE}/index.html`, 'utf8');
    await writeFile(join(page, 'index.html'), html.replaceAll('https://api.example.com', url));
    return new Desk(url, pages, program, [data, page], await tokenOf(AGENT_201));
  }

  async calls(): Promise<CallRow[]> {
    const { items } = await this.request<{ items: CallRow[] }>('telephony/calls');
    return items;
  }

  /** Posts a webhook as the PBX does. */
  async event(event: string, fields: object): Promise<void> {
    await this.request('telephony/webhook/bracknet', { event, ...fields });
  }

  async stop(): Promise<void> {
    await this.program.kill();
    await this.pages.stop();
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  private async request<Answer>(path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${this.url}/api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.token}` },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }
}

describe('the button <tc-call>, in a page of another origin', () => {
  let browser: TestBrowser;
  let page: Page;
  let desk: Desk;

  beforeAll(async () => {
    browser = await TestBrowser.start();
  });
  afterEach(async () => {
    await browser.closePages();
    expect(browser.errors).toEqual([]);
  });
  afterAll(() => browser.close());

  const open = async (token?: string | null) => {
    page = await browser.open(
      `${desk.pages.url}/index.html`,
      token === undefined ? await tokenOf(AGENT_201) : token,
    );
  };
  const press = (button: string) => page.locator(`${button} button`).click({ force: true });
  /** What stands beside the button: its output, and the time of the talk. */
  const shows = (button: string, text: string | RegExp) =>
    eventually(async () => {
      const said = page.locator(`${button} output, ${button} time`);
      expect((await said.allInnerTexts()).join(' ').trim()).toMatch(text);
    });
  const isCalled = (button: string, label: string) =>
    eventually(async () => expect(await page.locator(`${button} button`).innerText()).toBe(label));
  /** The service answers each start so. */
  const refuse = (code: string, status: number, more: object = {}) =>
    page.route('**/api/call/start', (route) =>
      route.fulfill({
        status,
        headers: { 'Access-Control-Allow-Origin': '*' },
        json: { statusCode: status, code, message: code, ...more },
      }),
    );

  describe('in mock mode', () => {
    beforeAll(async () => {
      desk = await Desk.start();
      await desk.event('call_missed', { from: '01511111111', to_extension: '201' });
      await desk.event('call_missed', { from: '01812345678', to_extension: '201' });
    });
    afterAll(() => desk.stop());

    it('starts one call by a double click, and shows it from the ring to the end', async () => {
      await open();
      const before = (await desk.calls()).length;
      await page.locator(`${BY_NUMBER} button`).dblclick();
      await shows(BY_NUMBER, 'Pick up your phone');
      await press(BY_NUMBER);
      const calls = await desk.calls();
      expect(calls).toHaveLength(before + 1);
      const [{ externalCallId: id, customerPhone } = { externalCallId: '', customerPhone: '' }] = calls;
      expect(customerPhone).toBe('01712345678');
      await desk.event('ringing', { bracknet_call_id: id });
      await shows(BY_NUMBER, 'Ringing…');
      await desk.event('call_answered', { bracknet_call_id: id, agent_extension: '201' });
      await shows(BY_NUMBER, /Talking\s+0:0\d/u);
      await desk.event('call_ended', { bracknet_call_id: id, duration: 65, end_reason: 'completed' });
      await shows(BY_NUMBER, /Ended\s+1:05/u);
      expect(await page.locator('#events').innerText()).toMatch(
        /^01712345678 starting\s+01712345678 initiated\s+01712345678 ringing\s+01712345678 answered\s+01712345678 completed completed$/u,
      );
    });

    it('calls the customer of a task, and links a number to its task', async () => {
      await open();
      await press(BY_TASK);
      await shows(BY_TASK, 'Pick up your phone');
      await press(BY_BOTH);
      await shows(BY_BOTH, 'Pick up your phone');
      const [both, byTask] = await desk.calls();
      expect(byTask).toMatchObject({ customerPhone: '+8801511111111', taskId: 1 });
      expect(both).toMatchObject({ customerPhone: '01812345678', taskId: 2 });
    });

    it('is worked by the keyboard, keeps the focus, and has a name and a live output for screen readers', async () => {
      await open();
      await refuse('CALL_LIMIT_REACHED', 429);
      await page.getByRole('button', { name: 'Call 01712345678' }).focus();
      await page.keyboard.press('Enter');
      await shows(BY_NUMBER, 'Too many calls');
      expect(await page.locator(BY_NUMBER).getByRole('status').innerText()).toBe('Too many calls');
      expect(await page.evaluate('document.activeElement.getAttribute("number")')).toBe('01712345678');
    });

    it('says it in Bangla, by its own language or by that of the page', async () => {
      await open();
      await isCalled(BANGLA, 'কল করুন');
      await refuse('UNAUTHENTICATED', 401);
      await press(BANGLA);
      await shows(BANGLA, 'আবার সাইন ইন করুন');
      await page.evaluate(
        `document.documentElement.lang = 'bn'; document.querySelector('${BY_NUMBER}').setAttribute('number', '01512345678')`,
      );
      await isCalled('tc-call[number="01512345678"]', 'কল করুন');
    });

    it('says what to do, for each code as the document has it', async () => {
      const rows = new Document('docs/click-to-call.md').table('Says');
      await open();
      for (const [english = '', bangla = '', codes = ''] of rows) {
        for (const code of codes.split(', ')) {
          const status = code === 'VALIDATION_FAILED' ? 400 : HTTP_STATUS_OF[code as ErrorCode];
          const details = code === 'VALIDATION_FAILED' ? [{ field: 'agent_extension' }] : undefined;
          await page.unrouteAll();
          await refuse(code, status, { details });
          await page.reload();
          await press(BY_NUMBER);
          await shows(BY_NUMBER, english);
          await press(BANGLA);
          await shows(BANGLA, bangla);
        }
      }
    });

    it('refuses to go on with a token that is no good', async () => {
      await open('old');
      await press(BY_NUMBER);
      await shows(BY_NUMBER, 'Sign in again');
    });

    it('asks the function of the page for the token', async () => {
      await open(null);
      const token = await tokenOf(AGENT_201);
      await page.evaluate(`customElements.get('tc-call').prototype.token = async () => '${token}'`);
      await press(BY_BOTH);
      await shows(BY_BOTH, 'Pick up your phone');
    });

    it('asks the origin that the page has set, and none that markup names', async () => {
      await open();
      await page.locator(BY_NUMBER).evaluate((button) => button.setAttribute('url', 'http://markup.invalid'));
      await press(BY_NUMBER);
      await shows(BY_NUMBER, 'Pick up your phone');
      expect(browser.errors).toEqual([]);
      await page.locator(BY_TASK).evaluate((button) => {
        Object.assign(button, { url: 'http://page.invalid' });
      });
      await press(BY_TASK);
      await shows(BY_TASK, 'Look at your phone');
      // The page's policy lets nothing be asked there, and so names it.
      expect(browser.errors.splice(0).join()).toContain('http://page.invalid/api/telephony/calls/initiate');
    });

    it('sends the same key again while it is not known whether the call was placed', async () => {
      await open();
      const keys: (string | undefined)[] = [];
      let isAway = true;
      await page.route('**/api/call/start', (route) => {
        keys.push(route.request().headers()['idempotency-key']);
        return isAway ? route.abort() : route.continue();
      });
      await press(BY_NUMBER);
      await shows(BY_NUMBER, 'Look at your phone');
      isAway = false;
      await press(BY_NUMBER);
      await shows(BY_NUMBER, 'Pick up your phone');
      expect(keys).toHaveLength(2);
      expect(new Set(keys).size).toBe(1);
    });

    it('stands for another customer as soon as its number changes, and asks no more for the former call', async () => {
      await open();
      await press(BY_NUMBER);
      await shows(BY_NUMBER, 'Pick up your phone');
      await page.evaluate(`document.querySelector('${BY_NUMBER}').setAttribute('number', '01611111111')`);
      await shows('tc-call[number="01611111111"]', /^$/u);
      await isCalled('tc-call[number="01611111111"]', 'Call');
    });

    it('asks nothing more when it is taken from the page', async () => {
      await open();
      await press(BY_NUMBER);
      await shows(BY_NUMBER, 'Pick up your phone');
      await page.evaluate(`window.taken = document.querySelector('${BY_NUMBER}'); taken.remove(); undefined`);
      await eventually(async () => expect(await page.evaluate('taken.getAttribute("state")')).toBe('idle'));
    });

    it.each([360, 1280])('fits into a window of %i pixels', async (width) => {
      await open();
      await page.setViewportSize({ width, height: 700 });
      await refuse('NUMBER_INVALID', 422);
      await press(BY_NUMBER);
      await shows(BY_NUMBER, 'Number cannot be called');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    });
  });

  describe('in live mode', () => {
    let pbx: SimulatedPbx;

    beforeAll(async () => {
      pbx = await SimulatedPbx.start();
      const { baseUrl, apiKey } = pbx.access;
      desk = await Desk.start({ BRACKNET_API_BASE_URL: baseUrl, BRACKNET_API_KEY: apiKey });
      pbx.sendWebhooksTo(desk);
    });
    afterAll(async () => {
      await desk.stop();
      await pbx.close();
    });
    beforeEach(() => pbx.reset());

    it('shows a call that the customer has answered', async () => {
      await open();
      await press(BY_NUMBER);
      await shows(BY_NUMBER, /Ended\s+1:05/u);
      expect(await pbx.requests('start')).toHaveLength(1);
    });

    it('shows that the line is busy', async () => {
      await pbx.behave({ scenario: 'busy' });
      await open();
      await press(BY_BOTH);
      await shows(BY_BOTH, 'Busy');
    });

    it('shows that the PBX refuses', async () => {
      await pbx.behave({ answer: 'http400' });
      await open();
      await press(BANGLA);
      await shows(BANGLA, 'এখন কল করা যাচ্ছে না। আবার চেষ্টা করুন');
    });
  });
});
