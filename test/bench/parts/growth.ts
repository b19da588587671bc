import { resultsTable } from '../report.js';
import { AT_ONCE, compare, type Measure, speed } from './part.js';

/** The bound speaks of so many calls. */
const DUE_ROWS = 1_000_000;

export const measureGrowth: Measure = async (lab, { seconds, rows }) => {
  const results = await lab.measureInTurn(
    {
      'ours, empty': await lab.serve('ours'),
      'ours, full': await lab.serve('ours', await lab.fullDatabase()),
    },
    { workload: 'calls', seconds, connections: AT_ONCE },
  );
  const figure = compare(results['ours, full'], results['ours, empty'], speed);
  return {
    text: resultsTable(results),
    findings: [{ bound: 'growth', figure, isTooSmall: rows < DUE_ROWS }],
  };
};
