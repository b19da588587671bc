import { resultsTable } from '../report.js';
import { AT_ONCE, type Measure, single } from './part.js';

const BURST = 10 * AT_ONCE;

/** Whatever it cannot take it may refuse; what it acknowledges must be there, and its memory must level off. */
export const measureBurst: Measure = async (lab, { burstSeconds, isLook }) => {
  const ours = await lab.serve('ours');
  await lab.measureOnce(ours, { workload: 'calls', seconds: isLook ? 1 : 2, connections: AT_ONCE });
  const ask = { workload: 'calls' as const, seconds: burstSeconds, connections: BURST, mayRefuse: true };
  const burst = await lab.measureOnce(ours, ask);
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
