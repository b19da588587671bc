import { migrate, revertMigrations } from '../../../src/database/migrator.js';
import { table } from '../table.js';
import { type Measure, single } from './part.js';

/** Rows of the CRM; a tenth of them are second rows of calls, see `formerCalls`. */
const CALLS = 200_000;

/** Migrates the CRM's database, with the time of each migration, and reverts it. */
export const measureAdoption: Measure = async ({ databases, signal }, { rows }) => {
  const calls = Math.min(rows, CALLS);
  const url = await databases.createLegacy(calls, signal);
  const settings = { url, poolSize: 1, statementTimeoutMs: 0, legacyTimeZone: 'Asia/Dhaka' };
  const adoption = await timed((onProgress) => migrate(settings, onProgress));
  signal.throwIfAborted();
  const revert = await timed((onProgress) => revertMigrations(settings, 'all', onProgress));
  const { seconds } = adoption;
  return {
    text: table([
      ['adoption', 'seconds'],
      ...adoption.steps.map(({ name, seconds: took }) => [name, took.toFixed(1)]),
      [`all of it, for ${calls.toLocaleString('en-US')} calls`, seconds.toFixed(1)],
      ['its revert', revert.seconds.toFixed(1)],
    ]),
    findings: [{ bound: 'adoption', figure: single(seconds), isTooSmall: calls < CALLS }],
  };
};

interface Step {
  readonly name: string;
  readonly seconds: number;
}

/** Each progress message begins a step, which ends with the next one. */
async function timed(
  work: (onProgress: (message: string) => void) => Promise<void>,
): Promise<{ seconds: number; steps: Step[] }> {
  const begun: { name: string; at: number }[] = [];
  const since = performance.now();
  await work((message) => begun.push({ name: nameOf(message), at: performance.now() }));
  const end = performance.now();
  return {
    seconds: (end - since) / 1_000,
    steps: begun
      .map(({ name, at }, index) => ({ name, seconds: ((begun[index + 1]?.at ?? end) - at) / 1_000 }))
      .filter(({ seconds }) => seconds >= 0.05),
  };
}

/** `Applying migration 7 of 21: MergeDuplicateCalls…` -> `MergeDuplicateCalls` */
function nameOf(message: string): string {
  return /: (\w+)…$/u.exec(message)?.[1] ?? message;
}
