import { createSecretKey, randomBytes } from 'node:crypto';
import { Connection } from '../load/connection.js';
import { eventsOfCall } from '../load/requests.js';
import { resultsTable } from '../report.js';
import { AT_ONCE, compare, type Measure } from './part.js';

export const measureReject: Measure = async (environment, { seconds }) => {
  const ours = await environment.serve('ours');
  const refusalBody = await refusalBodyOf(ours.server.url);
  const results = await environment.measureInTurn(
    { refusal: await environment.serve('refusal', ours.databaseUrl, { refusalBody }), ours },
    { workload: 'forged', seconds, connections: AT_ONCE },
  );
  return {
    text: resultsTable(results),
    findings: [
      {
        bound: 'rejectCpu',
        figure: compare(results.ours, results.refusal, ({ serverCpuMicros }) => serverCpuMicros),
      },
      {
        bound: 'rejectTime',
        figure: compare(results.ours, results.refusal, ({ requestsPerSecond }) => 1 / requestsPerSecond),
      },
    ],
  };
};

/** Body of the service's 401 response, so that the reference server can send the same bytes. */
async function refusalBodyOf(url: string): Promise<string> {
  const { host, port } = new URL(url);
  const [forgery] = eventsOfCall(0, host, createSecretKey(randomBytes(32))).requests;
  const connection = await Connection.open(Number(port));
  const { body } = await connection.send(forgery ?? Buffer.alloc(0));
  connection.close();
  return body;
}
