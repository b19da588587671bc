import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../', import.meta.url));
const RUN_TYPESCRIPT = ['--import', './test/support/typescript-process.js'];
const COUNT_STATEMENTS = [...RUN_TYPESCRIPT, '--import', './test/bench/servers/count-statements.ts'];

/** The service as it is built and shipped, and those it is compared with. */
const SERVERS = {
  ours: ['dist/src/main.js'],
  floor: [...RUN_TYPESCRIPT, 'test/bench/servers/floor.ts'],
  statement: [...RUN_TYPESCRIPT, 'test/bench/servers/statement.ts'],
  refusal: [...RUN_TYPESCRIPT, 'test/bench/servers/refusal.ts'],
  peer: [...RUN_TYPESCRIPT, 'test/bench/servers/peer.ts'],
} as const;
export type ServerName = keyof typeof SERVERS;

/** More than one sender can ask for: what is measured is the intake, not the limits that guard it. */
const OUT_OF_THE_WAY = '1000000';

export interface ServerSettings {
  readonly databaseUrl: string;
  readonly jwtSecret: string;
  readonly webhookSecret: string;
  /** What "refusal" answers with. */
  readonly refusalBody?: string;
  readonly countsStatements?: boolean;
  /** Where the service leaves a CPU profile at its end; null: nowhere. */
  readonly profileFolder: string | null;
}

/** The service ends within 10 s when it is told to; what takes longer is ended. */
const PATIENCE_MS = 15_000;

/** Lines of a server's log that are worth showing: the first tell what went wrong. */
const KEPT_LINES = 3;

/** A server in a process of its own, ready to be asked. */
export class ServerProcess {
  /** The first errors it has logged. */
  readonly complaints: string[] = [];
  private isWanted = true;

  private constructor(
    readonly name: ServerName,
    private readonly process: ChildProcess,
    readonly url: string,
    output: Interface,
    private readonly isProfiled: boolean,
  ) {
    output.on('line', (line) => {
      if (line.startsWith('{')) this.complain(line);
    });
    process.once('exit', (code, signal) => {
      if (this.isWanted) this.complain(`ended by itself (${signal ?? `exit code ${code}`})`);
    });
  }

  private complain(line: string): void {
    if (this.complaints.length < KEPT_LINES) this.complaints.push(line);
  }

  /** @throws {Error} when it ends before it is ready; what it complains of then is on our own stderr */
  static async start(name: ServerName, settings: ServerSettings): Promise<ServerProcess> {
    const counting = settings.countsStatements === true;
    const profileFolder = name === 'ours' ? settings.profileFolder : null;
    const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const options = [...(counting ? COUNT_STATEMENTS : []), ...profiling];
    const child = spawn(process.execPath, [...options, ...SERVERS[name]], {
      cwd: FOLDER,
      stdio: ['ignore', 'pipe', 'inherit', ...(counting ? ['ipc' as const] : [])],
      // Nothing of the environment we run in: it may hold the address and key of a real PBX.
      env: {
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'error',
        DATABASE_URL: settings.databaseUrl,
        JWT_SECRET: settings.jwtSecret,
        BRACKNET_WEBHOOK_SECRET: settings.webhookSecret,
        BRACKNET_WEBHOOK_SIGNATURE_MODE: 'enforce',
        BRACKNET_WEBHOOK_EVENTS_PER_SECOND: OUT_OF_THE_WAY,
        BRACKNET_WEBHOOK_FAILURES_PER_MINUTE: OUT_OF_THE_WAY,
        REFUSAL_BODY: settings.refusalBody,
      },
    });
    if (child.stdout === null) throw new Error(`The output of the server "${name}" cannot be read`);
    const output = createInterface(child.stdout);
    const port = await new Promise<string>((resolve, reject) => {
      output.on('line', (line) => {
        const address = /http:\/\/[^\s/]+:(\d+)/u.exec(line);
        if (address?.[1] !== undefined) resolve(address[1]);
      });
      child.once('error', reject);
      child.once('close', () => reject(new Error(`The server "${name}" ended before it was ready`)));
    });
    return new ServerProcess(name, child, `http://127.0.0.1:${port}`, output, profileFolder !== null);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Statements done since it was started; of a server that counts them. */
  async statements(): Promise<number> {
    const answer = once(this.process, 'message') as Promise<[number]>;
    this.process.send({});
    return (await answer)[0];
  }

  /** At once: what it was doing is of no interest any more, unless its profile is. */
  async stop(): Promise<void> {
    this.isWanted = false;
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const closed = once(this.process, 'close');
    if (this.isProfiled) {
      this.process.kill('SIGTERM');
      await Promise.race([closed, delay(PATIENCE_MS, undefined, { ref: false })]);
    }
    this.process.kill('SIGKILL');
    await closed;
  }
}
