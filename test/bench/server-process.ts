import { RUN_TYPESCRIPT, ServerProcess, SERVICE } from '../support/server-process.js';

const COUNT_STATEMENTS = [...RUN_TYPESCRIPT, '--import', './test/bench/servers/count-statements.ts'];

/** The service as it is built and shipped, and those it is compared with. */
const SERVERS = {
  ours: SERVICE,
  floor: [...RUN_TYPESCRIPT, 'test/bench/servers/floor.ts'],
  statement: [...RUN_TYPESCRIPT, 'test/bench/servers/statement.ts'],
  refusal: [...RUN_TYPESCRIPT, 'test/bench/servers/refusal.ts'],
  peer: [...RUN_TYPESCRIPT, 'test/bench/servers/peer.ts'],
} as const;
export type ServerName = keyof typeof SERVERS;

export type BenchServer = ServerProcess<ServerName>;

/** More than one sender can ask for: what is measured is the intake, not the limits that guard it. */
const OUT_OF_THE_WAY = '1000000';

export interface ServerSettings {
  readonly databaseUrl: string;
  readonly jwtSecret: string;
  readonly webhookSecret: string;
  /** What "refusal" answers with. */
  readonly refusalBody?: string;
  readonly countsStatements?: boolean;
  /** Where the service leaves a CPU profile when it is asked to end; null: nowhere. */
  readonly profileFolder: string | null;
}

/** @throws {Error} when it ends before it is ready */
export function startServer(name: ServerName, settings: ServerSettings): Promise<BenchServer> {
  const counting = settings.countsStatements === true;
  const profileFolder = name === 'ours' ? settings.profileFolder : null;
  const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  return ServerProcess.start(name, {
    program: [...(counting ? COUNT_STATEMENTS : []), ...profiling, ...SERVERS[name]],
    answers: counting,
    env: {
      DATABASE_URL: settings.databaseUrl,
      JWT_SECRET: settings.jwtSecret,
      BRACKNET_WEBHOOK_SECRET: settings.webhookSecret,
      BRACKNET_WEBHOOK_SIGNATURE_MODE: 'enforce',
      BRACKNET_WEBHOOK_EVENTS_PER_SECOND: OUT_OF_THE_WAY,
      BRACKNET_WEBHOOK_FAILURES_PER_MINUTE: OUT_OF_THE_WAY,
      REFUSAL_BODY: settings.refusalBody,
    },
  });
}

/** Statements it has done since it was started; of a server that counts them. */
export function statementsOf(server: BenchServer): Promise<number> {
  return server.ask<number>();
}
