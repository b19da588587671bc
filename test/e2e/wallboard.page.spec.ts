import type { Page } from 'playwright-core';
import { AGENT_201, SUPERVISOR } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { PbxEvents } from '../support/pbx-events.js';
import { ConsolePages, expectAccessible, type Look, LOOKS } from '../support/supervisor-pages.js';

const LIVE_CALLS = 500;
/** Rows of calls that are drawn at most. */
const DRAWN = 60;
/** Times that run on the board, each once a second. */
const TICKS = 5;

/** After so long without an answer the board is old. */
const OLD_MS = 12_000;

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

/** Off target are the ring and the calls back, on target the others. */
function boardOf(over: object = {}): object {
  return {
    at: ago(0),
    timeZone: 'Asia/Dhaka',
    serviceLevelSeconds: 20,
    ringing: {
      count: 2,
      longestSince: ago(630),
      target: { mostSeconds: 30 },
      link: 'status=ringing&direction=inbound',
    },
    talking: { count: 5, link: 'status=answered' },
    freeAgents: { count: 3, of: 9, target: { least: 1 } },
    stillToCallBack: {
      count: 4,
      oldestAt: ago(900),
      target: { most: 0 },
      link: 'missedUnanswered=true&rangeDays=1',
    },
    answered: {
      offered: 120,
      answered: 108,
      lost: 12,
      answerRate: 0.9,
      serviceLevel: 0.75,
      target: { least: 0.8 },
      link: 'figure=lost&rangeDays=1',
    },
    agents: [
      { userId: 9, extension: '203', status: 'break', reason: 'lunch', since: ago(1830) },
      { userId: 7, extension: '201', status: 'on_call', reason: null, since: ago(80) },
      { userId: 8, extension: '202', status: 'online', reason: null, since: ago(20) },
      { userId: 10, extension: null, status: 'offline', reason: null, since: ago(9000) },
    ],
    ...over,
  };
}

describe('the wallboard', () => {
  let pages: ConsolePages;

  beforeAll(async () => {
    pages = await ConsolePages.start();
  });
  afterAll(() => pages.close());
  afterEach(() => pages.clear());

  /** @param answer null: the service does not answer any more */
  async function open(answer: () => object | null, look: Look = {}): Promise<Page> {
    const page = await pages.open('', SUPERVISOR, look);
    await page.clock.install();
    await page.route(/\/api\/telephony\/wallboard$/u, async (route) => {
      const json = answer();
      await (json === null ? route.abort() : route.fulfill({ json }));
    });
    await page.locator('.dot.is-live').waitFor({ state: 'attached' });
    await page.evaluate(`location.hash = '#/wallboard'`);
    return page;
  }

  it('shows five figures, and says by sign and words which are off their target', async () => {
    const page = await open(() => boardOf());
    await page.locator('.board-figure').first().waitFor();
    const figures = await page.locator('.board-figure').allTextContents();
    expect(figures).toEqual([
      expect.stringMatching(/^Ringing now2longest 10:\d\d▲ Off target: at most 0:30$/u),
      expect.stringMatching(/^Talking5$/u),
      expect.stringMatching(/^Free agents3of 9 who are there✓ On target: at least 1$/u),
      expect.stringMatching(/^Still to call back today4since \d\d:\d\d▲ Off target: at most 0$/u),
      expect.stringMatching(
        /^Answered today90%108 of 120, 12 lost, 75% within 20 s✓ On target: at least 80%$/u,
      ),
    ]);
  });

  it.each([
    ['2: Ringing now; opens the calls', 'status=ringing&direction=inbound'],
    ['5: Talking; opens the calls', 'status=answered'],
    ['4: Still to call back today; opens the calls', 'missedUnanswered=true&rangeDays=1'],
    ['12 lost', 'figure=lost&rangeDays=1'],
  ])('leads from %s to the calls that the service names', async (name, calls) => {
    const page = await open(() => boardOf());
    await page.getByRole('link', { name }).click();
    await page.locator('.log').waitFor();
    expect(await page.evaluate('location.hash')).toBe(`#/calls?${calls}`);
  });

  it('takes the targets of the service', async () => {
    const page = await open(() => boardOf({ freeAgents: { count: 3, of: 9, target: { least: 4 } } }));
    await page.getByText('of 9 who are there').waitFor();
    expect(await page.locator('.board-figure').nth(2).textContent()).toContain('▲ Off target: at least 4');
  });

  it('says nothing of the target of the answered calls before the first call', async () => {
    const answered = { offered: 0, answered: 0, lost: 0, answerRate: null, serviceLevel: null };
    const page = await open(() =>
      boardOf({ answered: { ...answered, target: { least: 0.8 }, link: 'figure=lost&rangeDays=1' } }),
    );
    await page.getByText('no calls yet').waitFor();
    expect(await page.locator('.board-figure').nth(4).textContent()).toBe('Answered today–no calls yet');
  });

  it('says that there is no connection where the first answer cannot be read, and asks on by itself', async () => {
    let isCut = true;
    const page = await pages.open('');
    await page.route(/\/api\/telephony\/wallboard$/u, async (route) => {
      await (isCut
        ? route.fulfill({ contentType: 'application/json', body: '{"at":' })
        : route.fulfill({ json: boardOf() }));
    });
    await page.locator('.dot.is-live').waitFor({ state: 'attached' });
    await page.evaluate(`location.hash = '#/wallboard'`);
    await page.getByText('No connection to the service.').waitFor();
    isCut = false;
    await page.locator('.board-figure').first().waitFor();
  });

  it('leaves the bar and the other views where an answer cannot be shown', async () => {
    const page = await open(() => ({}));
    const said = await page.getByText('This page could not be shown.').boundingBox();
    const button = await page.getByRole('button', { name: 'Try again' }).boundingBox();
    expect((button?.y ?? 0) - (said?.y ?? 0) - (said?.height ?? 0)).toBeGreaterThan(4);
    expect(pages.takeErrors()).not.toEqual([]);
    await page.getByRole('link', { name: 'Calls', exact: true }).click();
    await page.getByText('There are no calls yet').waitFor();
  });

  it('shows who is there by status and since when, and how many are not', async () => {
    const page = await open(() => boardOf());
    await page.locator('.board-agent').first().waitFor();
    expect(await page.locator('.board-agent').allTextContents()).toEqual([
      expect.stringMatching(/^User 7 Phone 201On a call1:\d\d$/u),
      expect.stringMatching(/^User 8 Phone 202Free0:\d\d$/u),
      expect.stringMatching(/^User 9 Phone 203Break: Lunch30:\d\d$/u),
    ]);
    await page.getByText('1 offline').waitFor();
  });

  it('shows each live call as it is, without the number of the customer, and leads to its life', async () => {
    const page = await open(() => boardOf());
    await page.getByText('No call is open').waitFor();
    const pbx = new PbxEvents(pages.app);
    await pbx.incoming('BN-1', 0, '01712345678', '201');
    const call = page.locator('.board-call');
    await call.getByText('Rings').waitFor();
    await pbx.answered('BN-1', 1, '201');
    await call.getByText('Talks').waitFor();
    const { id } = await pages.app.onlyCall();
    expect(await call.getByRole('link', { name: `Call ${id}` }).getAttribute('href')).toBe(`#/calls/${id}`);
    expect(await page.locator('.wallboard').textContent()).not.toContain('712345678');
    await pbx.ended('BN-1', 2, { duration: 1, end_reason: 'completed' });
    await page.getByText('No call is open').waitFor();
  });

  it('is grey and says since when, once no answer comes, until one does', async () => {
    let isDown = false;
    const page = await open(() => (isDown ? null : boardOf()));
    await page.locator('.board-figure').first().waitFor();
    isDown = true;
    await page.clock.fastForward(OLD_MS);
    await page.locator('.wallboard.is-old').waitFor();
    await page.getByText(/^As of \d\d:\d\d:\d\d\. No answer has come since then/u).waitFor();
    const filter = `getComputedStyle(document.querySelector('.board-figures')).filter`;
    expect(await page.evaluate(filter)).toBe('grayscale(1)');
    isDown = false;
    await page.locator('.wallboard:not(.is-old)').waitFor();
    expect(await page.evaluate(filter)).toBe('none');
  });

  it(`draws ${DRAWN} of ${LIVE_CALLS} live calls, those that ring longest first`, async () => {
    await pages.app.db.query(
      `INSERT INTO telephony_calls (external_call_id, customer_phone, direction, status, started_at, created_at, agent_phone, queue_name)
       SELECT 'BN-MANY-' || nth, '01712345678', 'inbound', CASE WHEN nth % 5 = 0 THEN 'ringing' ELSE 'answered' END,
              now() - nth * interval '1 s', now(), (200 + nth)::text, 'Sales'
         FROM generate_series(1, ${LIVE_CALLS}) AS nth`,
    );
    const page = await open(() => boardOf());
    const rows = page.locator('.board-call');
    await eventually(async () => expect(await rows.count()).toBe(DRAWN));
    await page.getByText(`and ${LIVE_CALLS - DRAWN} more`).waitFor();
    expect(await rows.first().textContent()).toMatch(/^RingsPhone 700/u);
    const long = await page.evaluate<{ count: number; longest: number }>(`new Promise((done) => {
      const found = [];
      const observer = new PerformanceObserver((list) => found.push(...list.getEntries()));
      observer.observe({ type: 'longtask' });
      const time = document.querySelector('.board-call .board-time');
      let ticks = 0;
      new MutationObserver(() => {
        ticks += 1;
        if (ticks < ${TICKS}) return;
        found.push(...observer.takeRecords());
        done({ count: found.length, longest: Math.max(0, ...found.map(({ duration }) => duration)) });
      }).observe(time, { characterData: true, subtree: true, childList: true });
    })`);
    process.stdout.write(
      `${LIVE_CALLS} live calls, ${TICKS} s: ${long.count} tasks of the page over 50 ms, the longest ${Math.round(long.longest)} ms\n`,
    );
  });

  it('is not there for agents who see their own calls alone', async () => {
    const page = await pages.open('wallboard', AGENT_201);
    await page.locator('.call-card').waitFor();
    expect(await page.getByRole('link', { name: 'Wallboard' }).count()).toBe(0);
  });

  it.each(LOOKS)(
    'can be read by everybody, also when it is old: $language, $scheme, $width px',
    async (look) => {
      let isDown = false;
      const page = await open(() => (isDown ? null : boardOf()), look);
      await new PbxEvents(pages.app).incoming('BN-1', 0, '01712345678', '201');
      await page.locator('.board-call').waitFor();
      await expectAccessible(page);
      isDown = true;
      await page.clock.fastForward(OLD_MS);
      await page.locator('.wallboard.is-old').waitFor();
      await expectAccessible(page);
    },
  );
});
