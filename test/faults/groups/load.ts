import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { webhooksOf } from '../../support/webhook-lives.js';
import { mustHaveKept } from '../evidence.js';
import { bytesOf, newCall, secondsToNow } from '../events.js';
import { type Fault, faultGroup, must, mustBe } from '../fault.js';
import { pathOf, post } from '../http.js';
import { MemoryWatch } from '../memory.js';
import { signed, STANDARD } from '../signature.js';
import type { Stage } from '../stage.js';

const EXIT_MS = 10_000;

/** Waits for the end of what was asked to end. @returns how long that took, in seconds */
async function exitOf(exit: Promise<number | null>, since: number): Promise<number> {
  const late = pause(EXIT_MS + 5_000).then(() => 'none');
  const code = await Promise.race([exit, late]);
  const milliseconds = performance.now() - since;
  must(code !== 'none', 'It did not end');
  mustBe('exit code', code, 0);
  must(milliseconds < EXIT_MS, `ended only after ${Math.round(milliseconds)} ms`);
  return milliseconds / 1000;
}

const taken: Fault<Stage> = {
  name: 'SIGTERM with requests under way',
  tried: '30 that wait for telephony_calls, locked until 1 s after: each answered 200, gone within 10 s',
  run: async (stage) => {
    const database = await stage.database('sigterm_taken');
    const service = await stage.server(database.url);
    const { answers, seconds } = await database.whileLocked('telephony_calls', async (release) => {
      const sent = Array.from({ length: 30 }, () => {
        const { id, caller } = newCall();
        const { route, body } = webhooksOf(id, caller).incoming(secondsToNow());
        return post(service.url + pathOf(route), signed(STANDARD, bytesOf(body)));
      });
      await eventually(async () => must((await database.waiting()).length > 0, 'Nothing waits'));
      await pause(300);
      service.terminate();
      const since = performance.now();
      await pause(1_000);
      await release();
      return { answers: await Promise.all(sent), seconds: await exitOf(service.exit, since) };
    });
    mustBe(
      'answers',
      answers.map(({ status }) => status),
      answers.map(() => 200),
    );
    mustBe('receipts', await database.receipts(), answers.length);
    return `all answered, gone after ${seconds.toFixed(1)} s`;
  },
};

const sigterm: Fault<Stage> = {
  name: 'SIGTERM under load',
  tried: '3 times: what was taken is answered, gone within 10 s with code 0, every 2xx is there',
  run: async (stage) => {
    const database = await stage.database('sigterm_load');
    const port = await freePort();
    const env = { PORT: String(port) };
    let service = await stage.server(database.url, env);
    const load = stage.load({
      series: 1,
      url: () => `http://127.0.0.1:${port}`,
      connections: 32,
      announced: true,
    });
    const times: number[] = [];
    for (let turn = 1; turn <= 3; turn += 1) {
      await load.progress(150);
      const since = performance.now();
      service.terminate();
      times.push(await exitOf(service.exit, since));
      service = await stage.server(database.url, env);
    }
    await load.progress(150);
    await load.finish();
    const cut = load.unanswered.filter((request) => request.taken).map(({ message }) => message);
    mustBe('requests that were taken and not answered', cut, []);
    const kept = await mustHaveKept(database, load);
    return `gone after ${times.map((time) => time.toFixed(1)).join(', ')} s; ${kept}`;
  },
};

/** Requests under way at once: ten times those that the figures are measured with. */
const TENFOLD = 640;

/** What the service may hold, and how much of it may come in the second half of the burst, in MiB. */
const MEMORY_LIMIT = 400;
const LATE_GROWTH = 60;

const burst: Fault<Stage> = {
  name: 'ten times the load',
  tried: '640 at once for 30 s: 200, 429 or 503 alone, bounded memory, every 2xx is there',
  run: async (stage) => {
    const database = await stage.database('burst');
    const service = await stage.server(database.url);
    const memory = new MemoryWatch(service.pid);
    const load = stage.load({ series: 1, url: () => service.url, connections: TENFOLD });
    await pause(stage.options.burstSeconds * 1_000);
    const perSecond = Math.round(load.acknowledged / stage.options.burstSeconds);
    await load.finish();
    const { firstHalf, most } = memory.end();
    must(
      most < MEMORY_LIMIT && most - firstHalf < LATE_GROWTH,
      `${firstHalf} MiB in the first half, ${most} MiB in all`,
    );
    must(service.isRunning, 'The service ended');
    mustBe('requests that got no answer', load.unanswered.length, 0);
    const kept = await mustHaveKept(database, load);
    return `${perSecond}/s, at most ${most} MiB; ${kept}; ${load.summary}`;
  },
};

export const load = faultGroup('load', (stage) => Promise.resolve(stage), [taken, sigterm, burst]);
