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
  const results = await environment.measureInTurn(
    { 'without sockets': without, 'with sockets': withSockets },
    { workload: 'calls', seconds, connections: AT_ONCE },
  );
  const figure = compare(results['with sockets'], results['without sockets'], speed);
  return { text: resultsTable(results), findings: [{ bound: 'pushIntake', figure, isTooSmall: isTrial }] };
};
