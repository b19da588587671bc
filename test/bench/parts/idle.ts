import { resultsTable } from '../report.js';
import type { Measure } from './part.js';

/** Enough for a median: there are hundreds of requests per second. */
const MAX_SECONDS = 3;

/** For comparison with a baseline: there is no bound. */
export const measureIdle: Measure = async (environment, { seconds }) => {
  const ours = await environment.serve('ours');
  const baseline = await environment.serveBaseline();
  const load = { workload: 'calls', seconds: Math.min(seconds, MAX_SECONDS), connections: 1 } as const;
  const results =
    baseline === null
      ? await environment.measureInTurn({ ours }, load)
      : await environment.measureInTurn({ ours, baseline }, load);
  return { text: resultsTable(results), findings: [] };
};
