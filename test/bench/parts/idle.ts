import { resultsTable } from '../report.js';
import { compare, type Measure } from './part.js';

/** Of these a second holds hundreds: enough for a median. */
const MOST_SECONDS = 3;

export const measureIdle: Measure = async (lab, { seconds }) => {
  const results = await lab.measureInTurn(
    { statement: await lab.serve('statement'), ours: await lab.serve('ours') },
    { workload: 'calls', seconds: Math.min(seconds, MOST_SECONDS), connections: 1 },
  );
  const { statement, ours } = results;
  return {
    text: resultsTable(results),
    findings: [{ bound: 'idle', figure: compare(ours, statement, ({ p50 }) => p50) }],
  };
};
