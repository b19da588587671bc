import { createSecretKey, randomBytes } from 'node:crypto';
import { Connection } from '../load/connection.js';
import { eventsOfCall } from '../load/requests.js';
import { resultsTable } from '../report.js';
import { AT_ONCE, compare, type Measure } from './part.js';

export const measureReject: Measure = async (lab, { seconds }) => {
  const ours = await lab.serve('ours');
  const refusalBody = await refusalOf(ours.server.url);
  const results = await lab.measureInTurn(
    { refusal: await lab.serve('refusal', ours.databaseUrl, { refusalBody }), ours },
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

/** In what words a forgery is refused, so that the other one can send the same bytes. */
async function refusalOf(url: string): Promise<string> {
  const { host, port } = new URL(url);
  const [forgery] = eventsOfCall(0, host, createSecretKey(randomBytes(32))).requests;
  const connection = await Connection.open(Number(port));
  const { body } = await connection.send(forgery ?? Buffer.alloc(0));
  connection.close();
  return body;
}
