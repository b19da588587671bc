import { resultsTable } from '../report.js';
import { AT_ONCE, type Measure } from './part.js';

export const measureStarts: Measure = async (lab, { seconds }) => {
  const results = await lab.measureInTurn(
    {
      'ours, empty': await lab.serve('ours'),
      'ours, full': await lab.serve('ours', await lab.fullDatabase()),
    },
    { workload: 'clicks', seconds, connections: AT_ONCE },
  );
  return { text: resultsTable(results), findings: [] };
};
