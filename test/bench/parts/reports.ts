import { setTimeout as delay } from 'node:timers/promises';
import type { KpiReportDto } from '../../../src/modules/reports/kpi/kpi.dto.js';
import { issueToken } from '../../../src/modules/auth/issue-token.js';
import type { BenchEnvironment, Measurement, Target } from '../bench-environment.js';
import type { Options } from '../command-line.js';
import { JsonClient } from '../json-client.js';
import { quantile, type Ratio, table } from '../table.js';
import { AT_ONCE, compare, type Measure, single, speed } from './part.js';

const MOST_CALLS = 5_000_000;
/** Of each report in each round. */
const ANSWERS = 10;
/** The board is read once in two seconds, for all viewers. */
const BOARD_PAUSE_MS = 2_050;
/** The roll-up looks for marks every two seconds. */
const JOB_PAUSE_MS = 2_100;

const KINDS = ['queue', 'extension', 'agent', 'hour', 'weekday', 'day'] as const;

const PERIODS = [
  { name: 'today', days: 1, bound: null },
  { name: '30 days', days: 30, bound: 'kpiMonth' },
  { name: 'a year', days: 365, bound: 'kpiYear' },
] as const;

/** What the CRM's page of reports asks at once. */
const REPORTS_OF_CRM = [
  'reports/cdr',
  'reports/queues',
  'reports/trunks',
  'reports/agents/calls',
  'reports/agents/presence',
  'reports/wait-hold',
];

export const measureReports: Measure = async (environment, { calls, rounds, seconds }) => {
  const target = await environment.serveHistory();
  const token = await issueToken(environment.secrets, { userId: 1, role: 'admin' });
  const client = new JsonClient(target.server.url, token);
  const { signal } = environment;

  const rows: string[][] = [];
  const worst = { kpiMonth: 0, kpiYear: 0 };
  const add = (name: string, times: readonly number[]): number => {
    const [p50, p95, highest] = [0.5, 0.95, 1].map((share) => quantile(times, share)) as [
      number,
      number,
      number,
    ];
    rows.push([name, p50.toFixed(0), p95.toFixed(0), highest.toFixed(0)]);
    return p95;
  };
  for (const { name, days, bound } of PERIODS) {
    for (const by of KINDS) {
      signal.throwIfAborted();
      const ask = async (): Promise<number> => {
        const { body, milliseconds } = await client.get<KpiReportDto>('telephony/reports/kpi', {
          by,
          rangeDays: String(days),
        });
        if (body.total.offered === 0 || body.builtFrom !== null)
          throw new Error(`${by}, ${name}: nothing is counted`);
        return milliseconds;
      };
      const p95 = add(`kpi by ${by}, ${name}`, await timesOf(rounds * ANSWERS, ask));
      if (bound !== null) worst[bound] = Math.max(worst[bound], p95);
    }
  }
  const six = await timesOf(rounds * 2, async () => {
    const since = performance.now();
    await Promise.all(
      REPORTS_OF_CRM.map((report) => client.get(`telephony/${report}`, { rangeDays: '365' })),
    );
    return performance.now() - since;
  });
  const crm = add("the CRM's six at once, a year", six);
  const wallboard = add(
    'wallboard, read anew',
    await timesOf(rounds * ANSWERS, async () => {
      await delay(BOARD_PAUSE_MS, undefined, { signal });
      return (await client.get('telephony/wallboard')).milliseconds;
    }),
  );

  const intake = await measureIntakeBesideRollup(environment, target, { rounds, seconds });
  const isTooSmall = calls < MOST_CALLS;
  return {
    text: [
      table([['ms', 'p50', 'p95', 'highest'], ...rows]),
      `Webhooks, 64 at once, while days are built / while none are: ${intake.median.toFixed(2)} (${intake.lowest.toFixed(2)} to ${intake.highest.toFixed(2)}).`,
    ].join('\n'),
    findings: [
      { bound: 'wallboard', figure: single(wallboard), isTooSmall },
      { bound: 'kpiMonth', figure: single(worst.kpiMonth), isTooSmall },
      { bound: 'kpiYear', figure: single(worst.kpiYear), isTooSmall },
      { bound: 'crmReports', figure: single(crm), isTooSmall },
      { bound: 'rollupIntake', figure: intake, isTooSmall },
    ],
  };
};

/** The first answer is not counted: connections plan, and pages are read from disk. */
async function timesOf(count: number, ask: () => Promise<number>): Promise<number[]> {
  await ask();
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) times.push(await ask());
  return times;
}

/** There are more days than the job builds meanwhile. */
async function measureIntakeBesideRollup(
  environment: BenchEnvironment,
  target: Target,
  { rounds, seconds }: Pick<Options, 'rounds' | 'seconds'>,
): Promise<Ratio> {
  const measure = async (isBuilding: boolean): Promise<Measurement> => {
    await environment.databases.setBuilding(target.databaseUrl, isBuilding);
    // Until the job has looked again.
    await delay(JOB_PAUSE_MS, undefined, { signal: environment.signal });
    return environment.measureAnew(target, { workload: 'calls', seconds, connections: AT_ONCE });
  };
  await measure(false);
  const results = { building: [] as Measurement[], quiet: [] as Measurement[] };
  for (let round = 0; round < rounds; round += 1) {
    results.quiet.push(await measure(false));
    results.building.push(await measure(true));
  }
  await environment.databases.setBuilding(target.databaseUrl, false);
  return compare(results.building, results.quiet, speed);
}
