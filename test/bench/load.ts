import autocannon from 'autocannon';
import { issueToken } from '../../src/modules/auth/issue-token.js';
import type { Load, LoadOrder } from './load-generator.js';
import { agentOf, extensionOf } from './population.js';
import { ANSWER_OF, callLife, clicks } from './workload.js';

async function run(order: LoadOrder): Promise<Load> {
  const { url, workload, seconds, connections, jwtSecret } = order;
  const answer = ANSWER_OF[workload];
  let call = order.firstCall;
  const next = (): number => call++;

  // A call takes three requests in their order, and an agent starts one call at a time: each connection is one of them.
  const scripts: autocannon.Request[][] = [];
  for (let n = 0; n < connections; n++) {
    const agent = agentOf(n);
    const token = await issueToken(
      { jwtSecret },
      { userId: agent, role: 'agent', extension: extensionOf(agent) },
    );
    scripts.push(workload === 'webhook' ? callLife(next) : clicks(agent, token, next));
  }

  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    // How often it looks whether the time is up, in milliseconds.
    sampleInt: 50,
    headers: { 'content-type': 'application/json' },
    setupClient: (client) => client.setRequests(scripts.pop() ?? []),
    verifyBody: (body) => String(body).includes(answer),
  });

  const { mismatches, errors, timeouts, statusCodeStats = {} } = result;
  const counts = Object.entries(statusCodeStats).map(([status, { count = 0 }]) => ({ status, count }));
  const answered = counts.reduce((sum, { count }) => sum + count, 0);
  const refused = counts.filter(({ status }) => status !== '200');
  const waiting = answered + errors === 0 ? connections : 0;
  const unlike = mismatches - refused.reduce((sum, { count }) => sum + count, 0);
  return {
    requestsPerSecond: (answered - mismatches) / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    succeeded: answered - mismatches,
    failed: mismatches + errors + waiting,
    failures: [
      ...refused.map(({ status, count }) => `${count} answered ${status}`),
      ...(unlike > 0 ? [`${unlike} answered 200 without ${answer}`] : []),
      ...(errors > 0 ? [`${errors} not answered, ${timeouts} of them for ten seconds`] : []),
      ...(waiting > 0 ? [`none of ${waiting} answered within ${seconds} s`] : []),
    ],
  };
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((load) => process.send?.(load));
});
