import { resultsTable } from '../report.js';
import { AT_ONCE, compare, type Measure, single, speed } from './part.js';

export const measureWebhooks: Measure = async (environment, { seconds }) => {
  const servers = { ours: await environment.serve('ours'), peer: await environment.serve('peer') };
  const baseline = await environment.serveBaseline();
  const load = { workload: 'calls', seconds, connections: AT_ONCE } as const;
  const withBaseline =
    baseline === null ? null : await environment.measureInTurn({ ...servers, baseline }, load);
  const results = withBaseline ?? (await environment.measureInTurn(servers, load));
  const { ours, peer } = results;
  return {
    text: resultsTable(results),
    findings: [
      ...(withBaseline === null
        ? []
        : [{ bound: 'baseline', figure: compare(ours, withBaseline.baseline, speed) } as const]),
      { bound: 'peer', figure: compare(ours, peer, speed) },
      { bound: 'memory', figure: single(Math.max(...ours.flatMap(({ memory }) => memory))) },
    ],
  };
};
