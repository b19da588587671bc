import { resultsTable } from '../report.js';
import { AT_ONCE, compare, type Measure, speed } from './part.js';

/** Number of calls for which the bound is defined. */
const BOUND_ROWS = 1_000_000;

export const measureGrowth: Measure = async (environment, { seconds, rows }) => {
  const results = await environment.measureInTurn(
    {
      'ours, empty': await environment.serve('ours'),
      'ours, full': await environment.serve('ours', await environment.fullDatabase()),
    },
    { workload: 'calls', seconds, connections: AT_ONCE },
  );
  const figure = compare(results['ours, full'], results['ours, empty'], speed);
  return {
    text: resultsTable(results),
    findings: [{ bound: 'growth', figure, isTooSmall: rows < BOUND_ROWS }],
  };
};
