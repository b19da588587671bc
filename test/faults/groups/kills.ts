import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../support/free-port.js';
import { mustHaveKept } from '../evidence.js';
import { type Fault, faultGroup, must } from '../fault.js';
import type { Stage } from '../stage.js';

/** Requests under way at once when something is killed. */
const CONNECTIONS = 32;

/** Events that are acknowledged between two kills, at the least. */
const PROGRESS = 60;

/** A kill comes at any moment of what is going on: so many milliseconds later, at most. */
const SCATTER_MS = 200;

const server: Fault<Stage> = {
  name: 'kill -9 of the server',
  tried: '20 times under load, started again at once: every acknowledged event is there, once',
  run: async (stage) => {
    const database = await stage.database('server_kills');
    const port = await freePort();
    const env = { PORT: String(port) };
    let running = await stage.server(database.url, env);
    const load = stage.load({ series: 1, url: () => `http://127.0.0.1:${port}`, connections: CONNECTIONS });
    for (let kill = 1; kill <= stage.options.kills; kill += 1) {
      await load.progress(PROGRESS);
      await pause(Math.random() * SCATTER_MS);
      await running.stop();
      running = await stage.server(database.url, env);
    }
    await load.progress(PROGRESS);
    await load.finish();
    return `${stage.options.kills} kills, ${await mustHaveKept(database, load)}`;
  },
};

/** What is killed, in turn: the whole of it, or one of the processes that serve a connection, which takes the others along. */
const VICTIMS = ['postmaster', 'backend', 'postmaster', 'backend'] as const;

const postgres: Fault<Stage> = {
  name: 'kill -9 of PostgreSQL',
  tried:
    '4 times under load, the whole server or one backend: the service goes on without a restart, nothing is missing',
  run: async (stage) => {
    const database = await stage.database('postgres_kills');
    const service = await stage.server(database.url);
    const load = stage.load({ series: 2, url: () => service.url, connections: CONNECTIONS });
    for (const victim of VICTIMS) {
      await load.progress(PROGRESS);
      await pause(Math.random() * SCATTER_MS);
      if (victim === 'postmaster') {
        await stage.cluster.kill();
        await stage.cluster.start();
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

export const kills = faultGroup('kills', (stage) => Promise.resolve(stage), [server, postgres]);
