import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../support/free-port.js';
import { mustHaveKept } from '../evidence.js';
import { type Fault, faultGroup, must } from '../fault.js';
import type { FaultEnvironment } from '../fault-environment.js';

/** Concurrent requests during a kill. */
const CONNECTIONS = 32;

/** Minimum number of acknowledged events between two kills. */
const PROGRESS = 60;

/** Maximum random delay before a kill, so that it hits any phase of a batch. */
const MAX_DELAY_MS = 200;

const server: Fault<FaultEnvironment> = {
  name: 'kill -9 of the server',
  tried: '20 times under load, started again at once: every acknowledged event is there, once',
  run: async (environment) => {
    const database = await environment.database('server_kills');
    const port = await freePort();
    const env = { PORT: String(port) };
    let running = await environment.server(database.url, env);
    const load = environment.load({
      series: 1,
      url: () => `http://127.0.0.1:${port}`,
      connections: CONNECTIONS,
    });
    for (let kill = 1; kill <= environment.options.kills; kill += 1) {
      await load.progress(PROGRESS);
      await pause(Math.random() * MAX_DELAY_MS);
      await running.stop();
      running = await environment.server(database.url, env);
    }
    await load.progress(PROGRESS);
    await load.finish();
    return `${environment.options.kills} kills, ${await mustHaveKept(database, load)}`;
  },
};

/** Processes to kill, one after the other. After the kill of a backend, PostgreSQL ends all other backends too. */
const VICTIMS = ['postmaster', 'backend', 'postmaster', 'backend'] as const;

const postgres: Fault<FaultEnvironment> = {
  name: 'kill -9 of PostgreSQL',
  tried:
    '4 times under load, the whole server or one backend: the service goes on without a restart, nothing is missing',
  run: async (environment) => {
    const database = await environment.database('postgres_kills');
    const service = await environment.server(database.url);
    const load = environment.load({ series: 2, url: () => service.url, connections: CONNECTIONS });
    for (const victim of VICTIMS) {
      await load.progress(PROGRESS);
      await pause(Math.random() * MAX_DELAY_MS);
      if (victim === 'postmaster') {
        await environment.cluster.kill();
        await environment.cluster.start();
      } else {
        const [row] = await database.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity
            WHERE application_name = 'trustcart-telephony' AND datname = current_database()
            ORDER BY state = 'active' DESC LIMIT 1`,
        );
        if (row === undefined) throw new Error('The service has no connection');
        process.kill(row.pid, 'SIGKILL');
      }
    }
    await load.progress(PROGRESS);
    await load.finish();
    must(service.isRunning, 'The service ended');
    return `${VICTIMS.length} kills, ${await mustHaveKept(database, load)}; ${load.summary}`;
  },
};

export const kills = faultGroup('kills', (environment) => Promise.resolve(environment), [server, postgres]);
