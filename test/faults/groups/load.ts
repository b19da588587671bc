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
import type { FaultEnvironment } from '../fault-environment.js';

const EXIT_MS = 10_000;

/** Waits for the exit of a terminated process. @returns the time it took, in seconds */
async function exitOf(exit: Promise<number | null>, since: number): Promise<number> {
  const late = pause(EXIT_MS + 5_000).then(() => 'none');
  const code = await Promise.race([exit, late]);
  const milliseconds = performance.now() - since;
  must(code !== 'none', 'It did not end');
  mustBe('exit code', code, 0);
  must(milliseconds < EXIT_MS, `ended only after ${Math.round(milliseconds)} ms`);
  return milliseconds / 1000;
}

const taken: Fault<FaultEnvironment> = {
  name: 'SIGTERM with requests under way',
  tried: '30 that wait for telephony_calls, locked until 1 s after: each answered 200, gone within 10 s',
  run: async (environment) => {
    const database = await environment.database('sigterm_taken');
    const service = await environment.server(database.url);
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

const sigterm: Fault<FaultEnvironment> = {
  name: 'SIGTERM under load',
  tried: '3 times: what was taken is answered, gone within 10 s with code 0, every 2xx is there',
  run: async (environment) => {
    const database = await environment.database('sigterm_load');
    const port = await freePort();
    const env = { PORT: String(port) };
    let service = await environment.server(database.url, env);
    const load = environment.load({
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
      service = await environment.server(database.url, env);
    }
    await load.progress(150);
    await load.finish();
    const cut = load.unanswered.filter((request) => request.taken).map(({ message }) => message);
    mustBe('requests that were taken and not answered', cut, []);
    const kept = await mustHaveKept(database, load);
    return `gone after ${times.map((time) => time.toFixed(1)).join(', ')} s; ${kept}`;
  },
};

/** Concurrent requests: ten times those of the bench. */
const TENFOLD = 640;

/** Upper bound of resident memory, and of its growth in the second half of the burst, in MiB. */
const MEMORY_LIMIT = 400;
const LATE_GROWTH = 60;

const burst: Fault<FaultEnvironment> = {
  name: 'ten times the load',
  tried: '640 at once for 30 s: 200, 429 or 503 alone, bounded memory, every 2xx is there',
  run: async (environment) => {
    const database = await environment.database('burst');
    const service = await environment.server(database.url);
    const memory = new MemoryWatch(service.pid);
    const load = environment.load({ series: 1, url: () => service.url, connections: TENFOLD });
    await pause(environment.options.burstSeconds * 1_000);
    const perSecond = Math.round(load.acknowledged / environment.options.burstSeconds);
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

export const load = faultGroup('load', (environment) => Promise.resolve(environment), [
  taken,
  sigterm,
  burst,
]);
