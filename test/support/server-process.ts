import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../', import.meta.url));

/** The service as it is built and shipped: arguments of Node, from the folder of the project. */
export const SERVICE = ['--max-old-space-size=192', 'dist/src/main.js'];

/** Arguments of Node to run a TypeScript file of ours. */
export const RUN_TYPESCRIPT = ['--import', './test/support/typescript-process.js'];

export interface ServerOptions {
  /** Arguments of Node. */
  readonly program: readonly string[];
  /** Where it is started, if not in this project. */
  readonly folder?: string;
  /** On top of production on a free port of 127.0.0.1; nothing else of any environment reaches it. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether it answers messages: see {@link ServerProcess.ask}. */
  readonly answers?: boolean;
  /** Given, it is killed, also while it is starting. */
  readonly signal?: AbortSignal;
}

/** Lines of a server's log that are worth showing: the first tell what went wrong. */
const KEPT_LINES = 3;

/** A server in a process of its own, ready to be asked. */
export class ServerProcess<Name extends string = string> {
  /** The first errors it has logged. */
  readonly complaints: string[] = [];
  /** Its exit code, once it is gone; null when it was killed. */
  readonly exit: Promise<number | null>;
  private isWanted = true;

  private constructor(
    readonly name: Name,
    private readonly process: ChildProcess,
    readonly url: string,
    output: Interface,
  ) {
    // Not once(): that gives up at the error which ending it by a signal is.
    this.exit = new Promise((resolve) => process.once('close', resolve));
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
  static async start<Name extends string>(
    name: Name,
    { program, folder = FOLDER, env, answers = false, signal }: ServerOptions,
  ): Promise<ServerProcess<Name>> {
    const child = spawn(process.execPath, program, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit', ...(answers ? ['ipc' as const] : [])],
      signal,
      killSignal: 'SIGKILL',
      // Nothing of the environment we run in: it may hold the address and key of a real PBX.
      env: { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error', ...env },
    });
    if (child.stdout === null) throw new Error(`The output of the server "${name}" cannot be read`);
    const output = createInterface(child.stdout);
    const port = await new Promise<string>((resolve, reject) => {
      output.on('line', (line) => {
        const address = /http:\/\/[^\s/]+:(\d+)/u.exec(line);
        if (address?.[1] !== undefined) resolve(address[1]);
      });
      child.on('error', reject);
      child.once('close', (code, killedBy) => {
        const how = killedBy ?? `exit code ${code}`;
        reject(new Error(`The server "${name}" ended before it was ready (${how})`));
      });
    });
    return new ServerProcess(name, child, `http://127.0.0.1:${port}`, output);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Sends it an empty message and waits for what it answers. */
  async ask<Answer>(): Promise<Answer> {
    const answer = once(this.process, 'message') as Promise<[Answer]>;
    this.process.send({});
    return (await answer)[0];
  }

  /** Asks it to end, as a deployment does. */
  terminate(): void {
    this.isWanted = false;
    this.process.kill('SIGTERM');
  }

  /** As `kill -9` does: what it was doing is of no interest any more. */
  async stop(): Promise<void> {
    this.isWanted = false;
    if (this.isRunning) this.process.kill('SIGKILL');
    await this.exit;
  }
}
