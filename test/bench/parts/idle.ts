import { resultsTable } from '../report.js';
import { compare, type Measure } from './part.js';

/** Enough for a median: there are hundreds of requests per second. */
const MAX_SECONDS = 3;

export const measureIdle: Measure = async (environment, { seconds }) => {
  const results = await environment.measureInTurn(
    { statement: await environment.serve('statement'), ours: await environment.serve('ours') },
    { workload: 'calls', seconds: Math.min(seconds, MAX_SECONDS), connections: 1 },
  );
  const { statement, ours } = results;
  return {
    text: resultsTable(results),
    findings: [{ bound: 'idle', figure: compare(ours, statement, ({ p50 }) => p50) }],
  };
};
