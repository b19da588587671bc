import { AgentPages, isLive, NETWORK_ERRORS } from '../support/agent-pages.js';
import { eventually } from '../support/eventually.js';

const RINGS = 100;
/** Before them: the first statements and scripts are slower. */
const WARM_UP = 5;
/**
 * From the webhook to the painted ring, in milliseconds. It holds for 99 of 100 rings on a machine with nothing else to do;
 * beside other suites only the median is certain, and the 99th is printed.
 */
const LIMIT_MS = 250;

/** `window.shown`: by number, when the card of its call was painted, in milliseconds since 1970. */
const WATCH = `
  window.shown = {};
  new MutationObserver(() => {
    const number = document.querySelector('#call.is-ringing .phone')?.textContent;
    if (!number || number in shown) return;
    shown[number] = null;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      shown[number] = performance.timeOrigin + performance.now();
    }));
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });`;

const now = () => performance.timeOrigin + performance.now();

/** From the navigation until the page shows the state of the service, in milliseconds; the median of some. */
const LIVE_LIMIT_MS = 1_000;
const NAVIGATIONS = 9;

describe('from the webhook to the ring in the browser', () => {
  let pages: AgentPages;

  beforeAll(async () => {
    pages = await AgentPages.start();
  });
  afterAll(() => pages.close());
  afterEach(() => pages.clear());

  it(`pass at most ${LIMIT_MS} ms, and each ring shows its own caller`, async () => {
    // Calls that others take are read too late.
    pages.expectErrors(NETWORK_ERRORS);
    const page = await pages.open();
    await page.evaluate(WATCH);
    const took: number[] = [];
    for (let nth = 0; nth < WARM_UP + RINGS; nth += 1) {
      const number = `017${String(10_000_000 + nth)}`;
      const sentAt = now();
      const id = await pages.ring(number);
      const shownAt = await eventually(async () => {
        const at = await page.evaluate<number | null | undefined>(`window.shown['${number}']`);
        if (!at) throw new Error(`${number} is not shown`);
        return at;
      });
      if (nth >= WARM_UP) took.push(shownAt - sentAt);
      await pages.answer(id, '202');
      await page.locator('#call').waitFor({ state: 'detached' });
    }
    const sorted = took.toSorted((a, b) => a - b);
    const at = (part: number): number => Math.round(sorted[Math.ceil(part * RINGS) - 1] ?? 0);
    process.stdout.write(`webhook to ring, ${RINGS} rings: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`);
    expect(Object.keys(await page.evaluate<object>('window.shown'))).toHaveLength(WARM_UP + RINGS);
    expect(at(0.5)).toBeLessThanOrEqual(LIMIT_MS);
  });

  it(`follows a page that is live ${LIVE_LIMIT_MS} ms after its navigation`, async () => {
    const page = await pages.open();
    const devtools = await page.context().newCDPSession(page);
    const medianOf = async (prepare: () => Promise<unknown>): Promise<number> => {
      const took: number[] = [];
      for (let nth = 0; nth < NAVIGATIONS; nth += 1) {
        await prepare();
        await page.reload();
        await isLive(page);
        took.push(await page.evaluate<number>('performance.now()'));
      }
      return Math.round(took.toSorted((a, b) => a - b)[Math.floor(NAVIGATIONS / 2)] ?? 0);
    };
    const first = await medianOf(() => devtools.send('Network.clearBrowserCache'));
    const median = await medianOf(async () => undefined);
    process.stdout.write(`navigation to live page: median ${median} ms, with an empty cache ${first} ms\n`);
    expect(median).toBeLessThanOrEqual(LIVE_LIMIT_MS);
  });
});
