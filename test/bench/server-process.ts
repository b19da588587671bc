import { RUN_TYPESCRIPT, ServerProcess, serviceIn } from '../support/server-process.js';

const COUNT_STATEMENTS = [...RUN_TYPESCRIPT, '--import', './test/bench/servers/count-statements.ts'];

/** The compiled service, and the reference servers. */
const SERVERS = {
  ours: serviceIn,
  /** With the flags of its own checkout. */
  baseline: serviceIn,
  refusal: () => [...RUN_TYPESCRIPT, 'test/bench/servers/refusal.ts'],
  peer: () => [...RUN_TYPESCRIPT, 'test/bench/servers/peer.ts'],
};
export type ServerName = keyof typeof SERVERS;

export type BenchServer = ServerProcess<ServerName>;

/** Disables the rate limits of the service, which the bench does not measure. */
const UNLIMITED = '1000000';

export interface ServerSettings {
  readonly databaseUrl: string;
  readonly jwtSecret: string;
  readonly webhookSecret: string;
  /** Body of the 401 response of "refusal". */
  readonly refusalBody?: string;
  readonly countsStatements?: boolean;
  /** Carries what instances tell each other; without it PostgreSQL does. */
  readonly redisUrl?: string;
  readonly businessTimeZone?: string;
  /** Of "baseline": a built checkout. */
  readonly folder?: string;
  /** Folder for a CPU profile, written when the service stops; null: no profile. */
  readonly profileFolder: string | null;
}

/** @throws {Error} when it ends before it is ready */
export function startServer(name: ServerName, settings: ServerSettings): Promise<BenchServer> {
  const counting = settings.countsStatements === true;
  const profileFolder = name === 'ours' ? settings.profileFolder : null;
  const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  return ServerProcess.start(name, {
    program: [...(counting ? COUNT_STATEMENTS : []), ...profiling, ...SERVERS[name](settings.folder)],
    answers: counting,
    folder: settings.folder,
    env: {
      DATABASE_URL: settings.databaseUrl,
      JWT_SECRET: settings.jwtSecret,
      BRACKNET_WEBHOOK_SECRET: settings.webhookSecret,
      BRACKNET_WEBHOOK_SIGNATURE_MODE: 'enforce',
      BRACKNET_WEBHOOK_EVENTS_PER_SECOND: UNLIMITED,
      HTTP_CONNECTIONS_PER_ADDRESS: '1000',
      BRACKNET_WEBHOOK_FAILURES_PER_MINUTE: UNLIMITED,
      TELEPHONY_MAX_OPEN_CALLS_PER_AGENT: UNLIMITED,
      TELEPHONY_MAX_STARTS_PER_MINUTE_PER_AGENT: UNLIMITED,
      TELEPHONY_MAX_STARTS_PER_HOUR_PER_AGENT: UNLIMITED,
      TELEPHONY_MAX_STARTS_PER_MINUTE: UNLIMITED,
      REFUSAL_BODY: settings.refusalBody,
      REDIS_URL: settings.redisUrl,
      BUSINESS_TIME_ZONE: settings.businessTimeZone,
    },
  });
}

/** Statements since the start of a server with `countsStatements`. */
export function statementsOf(server: BenchServer): Promise<number> {
  return server.ask<number>();
}
