import { SocketProcess } from '../sockets/socket-process.js';
import { measureDelays } from './live/delays.js';
import { measureIntake } from './live/intake.js';
import { measureMemory } from './live/memory.js';
import { measureRestart } from './live/restart.js';
import type { Measure, PartResult } from './part.js';

/** Browsers with sockets: what they see when, and what they cost. */
export const measureLive: Measure = async (environment, options) => {
  const sockets = new SocketProcess();
  try {
    const results: PartResult[] = [];
    for (const measure of [measureDelays, measureIntake, measureMemory, measureRestart]) {
      results.push(await measure(environment, options, sockets));
      await sockets.closeSockets();
      await environment.closeServers();
    }
    return {
      text: results.map(({ text }) => text).join('\n\n'),
      findings: results.flatMap(({ findings }) => findings),
    };
  } finally {
    await sockets.stop();
  }
};
