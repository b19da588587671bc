import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../', import.meta.url));

/** The service as it is built and shipped. */
export const SERVICE = ['dist/src/main.js'];

/** Arguments of Node to run a TypeScript file of ours. */
export const RUN_TYPESCRIPT = ['--import', './test/support/typescript-process.js'];

/** Lines of a server's log that are worth showing: the first tell what went wrong. */
const KEPT_LINES = 3;

/** A server in a process of its own, ready to be asked. */
export class ServerProcess {
  /** The first errors it has logged. */
  readonly complaints: string[] = [];
  /** Its exit code, once it is gone; null when it was killed. */
  readonly exit: Promise<number | null>;

  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
    output: Interface,
  ) {
    this.exit = once(process, 'close').then(([code]) => code as number | null);
    output.on('line', (line) => {
      if (line.startsWith('{') && this.complaints.length < KEPT_LINES) this.complaints.push(line);
    });
  }

  /**
   * @param program arguments of Node, from the folder of the project
   * @param env on top of production on a free port of 127.0.0.1; nothing else reaches it
   * @throws {Error} when it ends before it is ready; what it complains of then is on our own stderr
   */
  static async start(program: readonly string[], env: NodeJS.ProcessEnv): Promise<ServerProcess> {
    const child = spawn(process.execPath, program, {
      cwd: FOLDER,
      stdio: ['ignore', 'pipe', 'inherit'],
      // Nothing of the environment we run in: it may hold the address and key of a real PBX.
      env: { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error', ...env },
    });
    const output = createInterface(child.stdout);
    const port = await new Promise<string>((resolve, reject) => {
      output.on('line', (line) => {
        const address = /http:\/\/[^\s/]+:(\d+)/u.exec(line);
        if (address?.[1] !== undefined) resolve(address[1]);
      });
      child.once('error', reject);
      child.once('close', (code, signal) =>
        reject(
          new Error(`The server "${program.at(-1)}" ended before it was ready (${signal ?? `code ${code}`})`),
        ),
      );
    });
    return new ServerProcess(child, `http://127.0.0.1:${port}`, output);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Asks it to end, as a deployment does. */
  terminate(): void {
    this.process.kill('SIGTERM');
  }

  /** As `kill -9` does: what it was doing is of no interest any more. */
  async stop(): Promise<void> {
    if (this.isRunning) this.process.kill('SIGKILL');
    await this.exit;
  }
}
