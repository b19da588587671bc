import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../', import.meta.url));
const RUN_TYPESCRIPT = ['--import', './test/support/typescript-process.js'];

/** What is measured: the service as it is built and shipped, and the two it is compared with. */
const SERVERS = {
  ours: ['dist/src/main.js'],
  floor: [...RUN_TYPESCRIPT, 'test/bench/servers/floor.ts'],
  peer: [...RUN_TYPESCRIPT, 'test/bench/servers/peer.ts'],
} as const;
export type ServerName = keyof typeof SERVERS;

export interface ServerSettings {
  readonly databaseUrl: string;
  readonly jwtSecret: string;
}

/** Lines of a server's log that are worth showing: the first tell what went wrong. */
const KEPT_LINES = 3;

/** A server in a process of its own, ready to be asked. */
export class ServerProcess {
  /** The first errors it has logged. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
    output: Interface,
  ) {
    output.on('line', (line) => {
      if (line.startsWith('{') && this.complaints.length < KEPT_LINES) this.complaints.push(line);
    });
  }

  /** @throws {Error} when it ends before it is ready; what it complains of then is on our own stderr */
  static async start(name: ServerName, settings: ServerSettings): Promise<ServerProcess> {
    const child = spawn(process.execPath, SERVERS[name], {
      cwd: FOLDER,
      stdio: ['ignore', 'pipe', 'inherit'],
      // Nothing of the environment we run in: it may hold the address and key of a real PBX.
      env: {
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'error',
        DATABASE_URL: settings.databaseUrl,
        JWT_SECRET: settings.jwtSecret,
        ALLOW_UNSIGNED_WEBHOOKS: 'true',
      },
    });
    const output = createInterface(child.stdout);
    const port = await new Promise<string>((resolve, reject) => {
      output.on('line', (line) => {
        const address = /http:\/\/[^\s/]+:(\d+)/u.exec(line);
        if (address?.[1] !== undefined) resolve(address[1]);
      });
      child.once('error', reject);
      child.once('close', () => reject(new Error(`The server "${name}" ended before it was ready`)));
    });
    return new ServerProcess(child, `http://127.0.0.1:${port}`, output);
  }

  /** At once: what it was doing is of no interest any more. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'close');
  }
}
