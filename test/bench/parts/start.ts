import { resultsTable } from '../report.js';
import { AT_ONCE, type Measure } from './part.js';

export const measureStarts: Measure = async (environment, { seconds }) => {
  const results = await environment.measureInTurn(
    {
      'ours, empty': await environment.serve('ours'),
      'ours, full': await environment.serve('ours', await environment.fullDatabase()),
    },
    { workload: 'clicks', seconds, connections: AT_ONCE },
  );
  return { text: resultsTable(results), findings: [] };
};
