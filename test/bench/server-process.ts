import { RUN_TYPESCRIPT, ServerProcess, SERVICE } from '../support/server-process.js';

/** What is measured: the service as it is built and shipped, and the two it is compared with. */
const SERVERS = {
  ours: SERVICE,
  floor: [...RUN_TYPESCRIPT, 'test/bench/servers/floor.ts'],
  peer: [...RUN_TYPESCRIPT, 'test/bench/servers/peer.ts'],
} as const;
export type ServerName = keyof typeof SERVERS;

export interface ServerSettings {
  readonly databaseUrl: string;
  readonly jwtSecret: string;
}

/** @throws {Error} when it ends before it is ready */
export function startServer(name: ServerName, settings: ServerSettings): Promise<ServerProcess> {
  return ServerProcess.start(SERVERS[name], {
    DATABASE_URL: settings.databaseUrl,
    JWT_SECRET: settings.jwtSecret,
  });
}
