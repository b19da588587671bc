import { resultsTable } from '../report.js';
import { AT_ONCE, compare, type Measure, single, speed } from './part.js';

export const measureWebhooks: Measure = async (environment, { seconds }) => {
  const results = await environment.measureInTurn(
    {
      floor: await environment.serve('floor'),
      ours: await environment.serve('ours'),
      peer: await environment.serve('peer'),
    },
    { workload: 'calls', seconds, connections: AT_ONCE },
  );
  const { floor, ours, peer } = results;
  return {
    text: resultsTable(results),
    findings: [
      { bound: 'floor', figure: compare(ours, floor, speed) },
      { bound: 'peer', figure: compare(ours, peer, speed) },
      { bound: 'p99', figure: compare(ours, floor, ({ p99 }) => p99) },
      { bound: 'memory', figure: single(Math.max(...ours.flatMap(({ memory }) => memory))) },
    ],
  };
};
