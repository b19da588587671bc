import { setTimeout as delay } from 'node:timers/promises';
import { MemorySampler } from '../../process-usage.js';
import { median } from '../../table.js';
import { AT_ONCE, type MeasureWithSockets, spreadOf } from '../part.js';

const SOCKETS = 500;
/** Three times 500 are fewer than REALTIME_MAX_SOCKETS. */
const TIMES = 3;
const REST_MS = 2_000;

/** Resident memory that each further 500 sockets add to the service. */
export const measureMemory: MeasureWithSockets = async (environment, { seconds, isTrial }, sockets) => {
  const ours = await environment.serve('ours');
  await environment.measureOnce(ours, { workload: 'calls', seconds, connections: AT_ONCE });
  const { url, pid } = ours.server;
  const resident = [await residentOf(pid)];
  for (let time = 0; time < (isTrial ? 1 : TIMES); time += 1) {
    await sockets.connect({ url, count: SOCKETS, jwtSecret: environment.secrets.jwtSecret });
    resident.push(await residentOf(pid));
  }
  const added = resident.slice(1).map((mebibytes, index) => mebibytes - (resident[index] ?? NaN));
  const steps = resident.map((mebibytes, index) => `${index * SOCKETS}: ${mebibytes.toFixed(1)}`);
  return {
    text: `resident memory in MiB by sockets: ${steps.join(', ')}`,
    findings: [{ bound: 'pushMemory', figure: spreadOf(added) }],
  };
};

async function residentOf(pid: number): Promise<number> {
  const memory = new MemorySampler(pid);
  await delay(REST_MS);
  return median(memory.stop());
}
