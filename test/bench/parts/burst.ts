import { resultsTable } from '../report.js';
import { AT_ONCE, type Measure, single } from './part.js';

const BURST = 10 * AT_ONCE;

/** The service may reject requests, but must not lose acknowledged ones, and its memory must stop growing. */
export const measureBurst: Measure = async (environment, { burstSeconds, isTrial }) => {
  const ours = await environment.serve('ours');
  await environment.measureOnce(ours, { workload: 'calls', seconds: isTrial ? 1 : 2, connections: AT_ONCE });
  const parameters = {
    workload: 'calls' as const,
    seconds: burstSeconds,
    connections: BURST,
    allowsRejection: true,
  };
  const burst = await environment.measureOnce(ours, parameters);
  const { memory, succeeded, refused } = burst;
  const third = Math.ceil(memory.length / 3);
  const highest = (from: number, to: number): number => Math.max(...memory.slice(from, to));
  const answers = `${succeeded.toLocaleString('en-US')} accepted, ${refused.toLocaleString('en-US')} answered 429 or 503`;
  return {
    text: `${resultsTable({ 'ours, 640 at once': [burst] })}\n${answers}`,
    findings: [
      { bound: 'lost', figure: single(burst.lost) },
      { bound: 'burstMemory', figure: single(highest(2 * third, memory.length) / highest(third, 2 * third)) },
    ],
  };
};
