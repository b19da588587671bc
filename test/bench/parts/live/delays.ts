import { RedisServer } from '../../../support/redis-server.js';
import type { BenchEnvironment, RunParameters, Target } from '../../bench-environment.js';
import type { Delays, SocketProcess } from '../../sockets/socket-process.js';
import { median, table } from '../../table.js';
import { AT_ONCE, type MeasureWithSockets, spreadOf } from '../part.js';

const BOUND_SOCKETS = 500;
const SOCKETS = [1, 50, BOUND_SOCKETS];
const TRIAL_SOCKETS = [50];

/** Enough for a p99: each event is a message to ten sockets or more where the bound is judged. */
const MAX_SECONDS = 3;

const STEADY_RATE = 50;

/** How one instance learns what another one has committed. */
type Feed = 'in process' | 'PostgreSQL' | 'Redis';

interface Instances {
  /** Is sent the events. */
  readonly events: Target;
  /** Has the sockets. */
  readonly sockets: Target;
}

interface Line {
  readonly feed: Feed;
  readonly count: number;
  readonly isSteady: boolean;
  readonly rounds: readonly Delays[];
}

/** Milliseconds from the answer of each webhook to its message at each socket that should see it. */
export const measureDelays: MeasureWithSockets = async (environment, options, sockets) => {
  const redis = await RedisServer.create();
  const lines: Line[] = [];
  try {
    for (const feed of ['in process', 'PostgreSQL', 'Redis'] as const) {
      const instances = await serve(environment, feed, redis.url);
      const seconds = Math.min(options.seconds, MAX_SECONDS);
      // The JIT compiles the service.
      await environment.measureOnce(instances.events, { ...fullLoad(seconds) });
      for (const count of options.isTrial ? TRIAL_SOCKETS : SOCKETS) {
        const { url } = instances.sockets.server;
        await sockets.connect({ url, count, jwtSecret: environment.secrets.jwtSecret });
        for (const load of [steadyLoad(seconds), fullLoad(seconds)]) {
          const rounds: Delays[] = [];
          for (let round = 0; round < options.rounds; round += 1) {
            rounds.push(await delaysOf(environment, instances.events, load, sockets));
          }
          const line = { feed, count, isSteady: load.requestsPerSecond !== undefined, rounds };
          environment.print(`  ${cellsOf(line).join(', ')}`);
          lines.push(line);
        }
        await sockets.closeSockets();
      }
      await environment.closeServers();
    }
  } finally {
    await redis.stop();
  }
  const slowest = lines
    .filter(({ count, isSteady }) => isSteady && (count === BOUND_SOCKETS || options.isTrial))
    .map(({ rounds }) => spreadOf(rounds.map(({ p99 }) => p99)))
    .reduce((worst, other) => (other.median > worst.median ? other : worst));
  return {
    text: table([HEADING, ...lines.map(cellsOf)]),
    findings: [{ bound: 'pushDelay', figure: slowest, isTooSmall: options.isTrial }],
  };
};

async function serve(environment: BenchEnvironment, feed: Feed, redisUrl: string): Promise<Instances> {
  const settings = feed === 'Redis' ? { redisUrl } : {};
  const events = await environment.serve('ours', undefined, settings);
  if (feed === 'in process') return { events, sockets: events };
  return { events, sockets: await environment.serve('ours', events.databaseUrl, settings) };
}

function steadyLoad(seconds: number): RunParameters {
  return { ...fullLoad(seconds), connections: AT_ONCE / 4, requestsPerSecond: STEADY_RATE };
}

function fullLoad(seconds: number): RunParameters {
  return { workload: 'calls', seconds, connections: AT_ONCE };
}

async function delaysOf(
  environment: BenchEnvironment,
  target: Target,
  load: RunParameters,
  sockets: SocketProcess,
): Promise<Delays> {
  const { accepted } = await environment.measureOnce(target, load);
  const delays = await sockets.delays(accepted);
  // A socket that is cut off because it reads too slowly fetches the snapshot: what it missed is not lost.
  if (delays.missing > 0 && delays.cutOff === 0) {
    environment.failed += delays.missing;
    environment.print(`FAILED ${delays.missing} messages did not come`);
  }
  return delays;
}

const HEADING = [
  'median of the rounds',
  'events',
  'sockets',
  'messages',
  'p50 ms',
  'p99 ms',
  'p99 from .. to',
  'cut off',
];

function cellsOf({ feed, count, isSteady, rounds }: Line): string[] {
  const p99 = spreadOf(rounds.map((round) => round.p99));
  return [
    feed,
    isSteady ? `${STEADY_RATE}/s` : 'full load',
    String(count),
    String(rounds.reduce((sum, { messages }) => sum + messages, 0)),
    median(rounds.map(({ p50 }) => p50)).toFixed(1),
    p99.median.toFixed(1),
    `${p99.lowest.toFixed(1)} .. ${p99.highest.toFixed(1)}`,
    String(Math.max(...rounds.map(({ cutOff }) => cutOff))),
  ];
}
