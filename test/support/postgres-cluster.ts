import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

const run = promisify(execFile);

/** Where Debian's packages, and so most others, put the programs of each version. */
const PROGRAMS = '/usr/lib/postgresql';

const NO_PROGRAMS = `No PostgreSQL is installed here: initdb and postgres were looked for in ${PROGRAMS}/*/bin and in what
pg_config --bindir says. Install PostgreSQL 15 or later (Debian: apt-get install postgresql).`;

/** initdb refuses to run as root: then everything runs as this user. */
const UNPRIVILEGED = 'postgres';

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** A PostgreSQL server in a temporary folder, which tests can kill, stop and start. */
export class PostgresCluster {
  /** URL of the database `postgres`, as superuser. */
  readonly url: string;
  private process: ChildProcess | null = null;
  private isRemoved = false;

  private constructor(
    private readonly programs: string,
    private readonly folder: string,
    private readonly account: Account,
    private readonly settings: Readonly<Record<string, string>>,
    password: string,
    readonly port: number,
  ) {
    this.url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  }

  /**
   * Makes the cluster and starts it.
   *
   * @param settings of postgresql.conf
   * @throws {Error} when no PostgreSQL is installed, or it does not start
   */
  static async create(settings: Readonly<Record<string, string>>): Promise<PostgresCluster> {
    const programs = await newestPrograms();
    const account = process.getuid?.() === 0 ? await unprivilegedAccount() : {};
    const folder = await mkdtemp(join(tmpdir(), 'telephony-postgres-'));
    try {
      await chmod(folder, 0o700);
      const password = randomBytes(18).toString('hex');
      const passwordFile = join(folder, 'password');
      await writeFile(passwordFile, password, { mode: 0o600 });
      for (const path of [folder, passwordFile]) {
        if (account.uid !== undefined && account.gid !== undefined) {
          await chown(path, account.uid, account.gid);
        }
      }
      await run(
        join(programs, 'initdb'),
        [
          '--username=postgres',
          `--pwfile=${passwordFile}`,
          '--auth=scram-sha-256',
          '--encoding=UTF8',
          '--locale=C',
          join(folder, 'data'),
        ],
        { ...account, cwd: folder },
      );
      const cluster = new PostgresCluster(programs, folder, account, settings, password, await freePort());
      await cluster.start();
      return cluster;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** URL of the database with that name. */
  urlOf(database: string): string {
    const url = new URL(this.url);
    url.pathname = `/${database}`;
    return url.href;
  }

  /** Resolves when it accepts connections. */
  async start(): Promise<void> {
    await eventually(async () => {
      if (this.process === null || this.process.exitCode !== null || this.process.signalCode !== null) {
        // After a kill, backends that still run for a moment prevent the next start.
        this.process = await this.launch();
      }
      await this.withClient('postgres', () => Promise.resolve());
    }, 60_000);
  }

  /** Sends SIGKILL to the server; its backends end when they detect it. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Fast shutdown, as by an administrator: connections are closed, committed data is written to disk. */
  async stop(): Promise<void> {
    await this.end('SIGINT');
  }

  /** Stops it at once and removes its folder. */
  async remove(): Promise<void> {
    this.isRemoved = true;
    await this.end('SIGQUIT');
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Its log so far. */
  log(): Promise<string> {
    return readFile(join(this.folder, 'log'), 'utf8');
  }

  /** Runs `work` with a connection to that database. */
  async withClient<T>(database: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.urlOf(database), connectionTimeoutMillis: 5_000 });
    // A lost connection is reported by the running query.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async launch(): Promise<ChildProcess> {
    const log = await open(join(this.folder, 'log'), 'a');
    const settings = {
      port: String(this.port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      ...this.settings,
    };
    try {
      if (this.isRemoved) throw new Error('This PostgreSQL has been removed');
      return spawn(
        join(this.programs, 'postgres'),
        [
          '-D',
          join(this.folder, 'data'),
          ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ],
        {
          ...this.account,
          cwd: this.folder,
          stdio: ['ignore', log.fd, log.fd],
          // Not reached by Ctrl-C, which would stop it while tests still use it.
          detached: true,
        },
      );
    } finally {
      await log.close();
    }
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { process } = this;
    if (process === null || process.exitCode !== null || process.signalCode !== null) return;
    const closed = once(process, 'close');
    process.kill(signal);
    await closed;
  }
}

/** @throws {Error} when there are none */
async function newestPrograms(): Promise<string> {
  const versions = await readdir(PROGRAMS).catch(() => []);
  const folders = versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(PROGRAMS, version, 'bin'));
  const configured = await run('pg_config', ['--bindir']).then(
    ({ stdout }) => [stdout.trim()],
    () => [],
  );
  const found = [...folders, ...configured].find((folder) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))),
  );
  if (found === undefined) throw new Error(NO_PROGRAMS);
  return found;
}

async function unprivilegedAccount(): Promise<Account> {
  const numberOf = async (flag: string): Promise<number> =>
    Number((await run('id', [flag, UNPRIVILEGED])).stdout);
  try {
    return { uid: await numberOf('-u'), gid: await numberOf('-g') };
  } catch (error) {
    throw new Error(`PostgreSQL does not run as root, and there is no user "${UNPRIVILEGED}" to run it as`, {
      cause: error,
    });
  }
}
