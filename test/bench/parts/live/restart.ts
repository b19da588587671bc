import { setTimeout as delay } from 'node:timers/promises';
import { TcpProxy } from '../../../support/tcp-proxy.js';
import type { Moved } from '../../sockets/socket-process.js';
import { median } from '../../table.js';
import { wallClock } from '../../wall-clock.js';
import { AT_ONCE, type MeasureWithSockets, single } from '../part.js';
import { ratesOf, WINDOW_MS } from './rates.js';

interface Course {
  readonly socketCount: number;
  /** Preparing the load takes a moment. */
  readonly headStartMs: number;
  /** The rate before the restart is that of so many milliseconds. */
  readonly beforeMs: number;
  readonly longestReturnMs: number;
}

const COURSE: Course = { socketCount: 500, headStartMs: 2_000, beforeMs: 3_000, longestReturnMs: 12_000 };
const TRIAL: Course = { socketCount: 50, headStartMs: 500, beforeMs: 1_000, longestReturnMs: 3_000 };

/** One of two instances gets SIGTERM: its sockets go to the other one, which takes the events meanwhile. */
export const measureRestart: MeasureWithSockets = async (environment, { seconds, isTrial }, sockets) => {
  const { socketCount, headStartMs, beforeMs, longestReturnMs } = isTrial ? TRIAL : COURSE;
  const staying = await environment.serve('ours');
  const leaving = await environment.serve('ours', staying.databaseUrl);
  const load = { workload: 'calls', connections: AT_ONCE } as const;
  await environment.measureOnce(staying, { ...load, seconds });
  const entrance = await TcpProxy.to(portOf(leaving.server.url));
  try {
    const url = `http://127.0.0.1:${entrance.port}`;
    await sockets.connect({ url, count: socketCount, jwtSecret: environment.secrets.jwtSecret });
    const loadSeconds = (headStartMs + beforeMs + longestReturnMs) / 1_000;
    const restart = async (): Promise<{ terminatedAt: number; exitMs: number; moved: Moved }> => {
      await delay(headStartMs + beforeMs);
      const terminatedAt = wallClock();
      leaving.server.terminate();
      await leaving.server.exit;
      const exitMs = wallClock() - terminatedAt;
      // As a proxy does that finds nobody there.
      entrance.forwardTo(portOf(staying.server.url));
      return { terminatedAt, exitMs, moved: await sockets.moved(longestReturnMs) };
    };
    const [{ accepted }, { terminatedAt, exitMs, moved }] = await Promise.all([
      environment.measureOnce(staying, { ...load, seconds: loadSeconds }),
      restart(),
    ]);
    const { count, lastAt } = moved;
    const backMs = count === socketCount ? lastAt - terminatedAt : Infinity;

    const before = median(ratesOf(accepted, terminatedAt - beforeMs, terminatedAt));
    const during = ratesOf(
      accepted,
      terminatedAt,
      Math.min(lastAt, terminatedAt + longestReturnMs - WINDOW_MS),
    );
    const lowest = Math.min(...during);
    return {
      text: `SIGTERM with ${socketCount} sockets: exit after ${inSeconds(exitMs)} s, ${count} sockets at the other instance after ${inSeconds(backMs)} s;
its intake per 500 ms: ${before.toFixed(0)}/s before, then ${during.map((rate) => rate.toFixed(0)).join(', ')}`,
      findings: [
        { bound: 'pushExit', figure: single(exitMs / 1_000) },
        { bound: 'pushBack', figure: single(backMs / 1_000) },
        { bound: 'pushDip', figure: single(lowest / before) },
      ],
    };
  } finally {
    await entrance.close();
  }
};

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function inSeconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(2);
}
