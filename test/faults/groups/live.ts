import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../support/free-port.js';
import type { ServerProcess } from '../../support/server-process.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import { type Fault, faultGroup, must } from '../fault.js';
import type { FaultDatabase, FaultEnvironment } from '../fault-environment.js';
import { MovingCalls } from '../live/moving-calls.js';
import { Watchers } from '../live/watchers.js';
import { MemoryWatch } from '../memory.js';

const EXTENSIONS = Array.from({ length: 10 }, (_, index) => String(201 + index));

/** How long calls change before, between and after what goes wrong. */
const PROGRESS_MS = 1_500;

/** Supervisors' sockets that nobody reads. */
const SLOW_READERS = 20;

/** Growth of the memory of an instance while nobody reads these sockets, in MiB. */
const MOST_GROWTH = 64;

/** Two instances on one database, with clients and changing calls. */
class Scene {
  private constructor(
    private readonly environment: FaultEnvironment,
    readonly database: FaultDatabase,
    private readonly ports: readonly number[],
    private readonly envs: readonly NodeJS.ProcessEnv[],
    readonly instances: ServerProcess[],
    /** Between the clients and each instance. */
    readonly proxies: readonly TcpProxy[],
    readonly watchers: Watchers,
    private readonly calls: MovingCalls,
  ) {}

  /** @param envs further settings of each instance */
  static async start(
    environment: FaultEnvironment,
    name: string,
    envs: readonly NodeJS.ProcessEnv[] = [{}, {}],
  ): Promise<Scene> {
    const database = await environment.database(name);
    const ports = await Promise.all(envs.map(() => freePort()));
    const instances: ServerProcess[] = [];
    for (const [index, port] of ports.entries()) {
      instances.push(await environment.server(database.url, { ...envs[index], PORT: String(port) }));
    }
    const proxies = await Promise.all(ports.map((port) => environment.proxyToPort(port)));
    const watchers = new Watchers(
      database,
      proxies.map(({ port }) => `http://127.0.0.1:${port}`),
      EXTENSIONS,
    );
    await watchers.areLive();
    const calls = new MovingCalls(
      ports.map((port) => `http://127.0.0.1:${port}`),
      EXTENSIONS,
    );
    await pause(PROGRESS_MS);
    return new Scene(environment, database, ports, envs, instances, proxies, watchers, calls);
  }

  /** Kills an instance, as `kill -9` does, and starts it again. */
  async restart(index: number): Promise<void> {
    await this.instances[index]?.stop();
    this.instances[index] = await this.environment.server(this.database.url, {
      ...this.envs[index],
      PORT: String(this.ports[index]),
    });
  }

  /** @returns a remark @throws {NotHeld} */
  async finish(): Promise<string> {
    try {
      await this.calls.stop();
      return await this.watchers.mustShowTheTruth();
    } finally {
      this.watchers.close();
    }
  }
}

const cut: Fault<FaultEnvironment> = {
  name: 'connections cut',
  tried:
    'those of all browsers, 5 times, while 200 calls change: each shows its own calls as they are, 6 s later',
  run: async (environment) => {
    const scene = await Scene.start(environment, 'live_cut');
    for (let times = 0; times < 5; times += 1) {
      for (const proxy of scene.proxies) proxy.cutConnections();
      await pause(PROGRESS_MS);
    }
    return scene.finish();
  },
};

const killed: Fault<FaultEnvironment> = {
  name: 'instance killed',
  tried: 'one of two, 3 times, and started again: its browsers come back and show their calls as they are',
  run: async (environment) => {
    const scene = await Scene.start(environment, 'live_killed');
    for (const index of [0, 1, 0]) {
      await scene.restart(index);
      await pause(PROGRESS_MS);
    }
    return scene.finish();
  },
};

const listening: Fault<FaultEnvironment> = {
  name: 'listening connection killed',
  tried: '12 times, those of both instances: what was announced meanwhile is shown all the same',
  run: async (environment) => {
    const scene = await Scene.start(environment, 'live_listen');
    let ended = 0;
    for (let times = 0; times < 12; times += 1) {
      ended += await scene.database.count(
        `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'trustcart-telephony changes'`,
      );
      await pause(PROGRESS_MS / 3);
    }
    must(ended >= 12, `Only ${ended} listening connections were ended`);
    return scene.finish();
  },
};

const redisAway: Fault<FaultEnvironment> = {
  name: 'Redis away and back',
  tried: 'killed for 3 s, twice: no webhook waits for it, and all clients show their calls as they are',
  run: async (environment) => {
    const redis = await environment.redis();
    const env = { REDIS_URL: redis.url };
    const scene = await Scene.start(environment, 'live_redis', [env, env]);
    for (let times = 0; times < 2; times += 1) {
      await redis.stop();
      await pause(2 * PROGRESS_MS);
      await redis.start();
      await pause(PROGRESS_MS);
    }
    return scene.finish();
  },
};

const unannounced: Fault<FaultEnvironment> = {
  name: 'killed between commit and announcing',
  tried:
    'the announcements of an instance get stuck, and it is killed: the other one finds what it had stored',
  run: async (environment) => {
    const redis = await environment.redis();
    const stuck = await environment.proxyToPort(Number(new URL(redis.url).port));
    const envs = [{ REDIS_URL: `redis://127.0.0.1:${stuck.port}` }, { REDIS_URL: redis.url }];
    const scene = await Scene.start(environment, 'live_unannounced', envs);
    stuck.blockTraffic();
    await pause(PROGRESS_MS);
    await scene.instances[0]?.stop();
    stuck.cutConnections();
    stuck.acceptConnections();
    await scene.restart(0);
    return scene.finish();
  },
};

const slow: Fault<FaultEnvironment> = {
  name: 'slow readers',
  tried: `${SLOW_READERS} browsers of supervisors read nothing: the others go on, and memory is bounded`,
  run: async (environment) => {
    const scene = await Scene.start(environment, 'live_slow');
    const [instance] = scene.instances;
    const proxy = await environment.proxyToPort(Number(new URL(instance?.url ?? '').port));
    const url = `http://127.0.0.1:${proxy.port}`;
    const readers = new Watchers(
      scene.database,
      Array.from({ length: SLOW_READERS }, () => url),
      [],
    );
    await readers.areLive();
    const memory = new MemoryWatch(instance?.pid ?? 0);
    proxy.blockTraffic();
    await pause(4 * PROGRESS_MS);
    const { firstHalf, most } = memory.end();
    must(most - firstHalf <= MOST_GROWTH, `Memory grew from ${firstHalf} to ${most} MiB`);
    readers.close();
    return `${await scene.finish()}, ${most} MiB`;
  },
};

export const live = faultGroup('live', (environment) => Promise.resolve(environment), [
  cut,
  killed,
  listening,
  redisAway,
  unannounced,
  slow,
]);
