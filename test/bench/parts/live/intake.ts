import { cpuSecondsOf } from '../../process-usage.js';
import { resultsTable } from '../../report.js';
import { AT_ONCE, compare, type MeasureWithSockets, speed } from '../part.js';

const SOCKETS = 300;
const TRIAL_SOCKETS = 50;

/** Two copies of the service in turn, of which one has sockets. */
export const measureIntake: MeasureWithSockets = async (environment, { seconds, isTrial }, sockets) => {
  const without = await environment.serve('ours');
  const withSockets = await environment.serve('ours');
  const { jwtSecret } = environment.secrets;
  await sockets.connect({ url: withSockets.server.url, count: isTrial ? TRIAL_SOCKETS : SOCKETS, jwtSecret });
  const cpu = await cpuSecondsOf(sockets.pid);
  const results = await environment.measureInTurn(
    { 'without sockets': without, 'with sockets': withSockets },
    { workload: 'calls', seconds, connections: AT_ONCE },
  );
  const socketCpu = (await cpuSecondsOf(sockets.pid)) - cpu;
  const events = results['with sockets'].reduce((sum, { succeeded }) => sum + succeeded, 0);
  const figure = compare(results['with sockets'], results['without sockets'], speed);
  const text = `${resultsTable(results)}
the sockets themselves: ${Math.round((socketCpu * 1e6) / events)} µs of CPU for each event, on the same cores`;
  return { text, findings: [{ bound: 'pushIntake', figure, isTooSmall: isTrial }] };
};
