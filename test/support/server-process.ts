import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../', import.meta.url));

/** Arguments with which `npm run start:prod` of a built checkout runs Node; by default that of this one. */
export function serviceIn(folder = FOLDER): readonly string[] {
  const { scripts }: { scripts: { 'start:prod': string } } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  return scripts['start:prod'].split(' ').slice(1);
}

export const SERVICE = serviceIn();

/** Arguments with which Node runs a TypeScript file of this project. */
export const RUN_TYPESCRIPT = ['--import', './test/support/typescript-process.js'];

export interface ServerOptions {
  /** Arguments of Node. */
  readonly program: readonly string[];
  /** Its working directory; by default the project's folder. */
  readonly folder?: string;
  /** Added to the settings of production, in mock mode, on a free port of 127.0.0.1. The environment of this process is not inherited. */
  readonly env: NodeJS.ProcessEnv;
  /** Whether it responds to messages: see {@link ServerProcess.ask}. */
  readonly answers?: boolean;
  /** Aborting it kills the process, also during the start. */
  readonly signal?: AbortSignal;
}

/** Number of log lines that are kept: the first ones show the cause. */
const KEPT_LINES = 3;

/** A server in its own process, ready for requests. */
export class ServerProcess<Name extends string = string> {
  /** The first errors that it logged. */
  readonly complaints: string[] = [];
  /** Its exit code; null when a signal ended it. */
  readonly exit: Promise<number | null>;
  private isWanted = true;

  private constructor(
    readonly name: Name,
    private readonly process: ChildProcess,
    readonly url: string,
    output: Interface,
  ) {
    // Not once(): it rejects on the 'error' event that an abort signal causes.
    this.exit = new Promise((resolve) => process.once('close', resolve));
    output.on('line', (line) => {
      if (isError(line)) this.complain(line);
    });
    process.once('exit', (code, signal) => {
      if (this.isWanted) this.complain(`ended by itself (${signal ?? `exit code ${code}`})`);
    });
  }

  private complain(line: string): void {
    if (this.complaints.length < KEPT_LINES) this.complaints.push(line);
  }

  /** @throws {Error} when it exits before it is ready; its errors then appear on the stderr of this process */
  static async start<Name extends string>(
    name: Name,
    { program, folder = FOLDER, env, answers = false, signal }: ServerOptions,
  ): Promise<ServerProcess<Name>> {
    const child = spawn(process.execPath, program, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit', ...(answers ? ['ipc' as const] : [])],
      signal,
      killSignal: 'SIGKILL',
      // The environment of this process is not inherited: it may contain the address and key of a real PBX.
      env: {
        NODE_ENV: 'production',
        BRACKNET_MODE: 'mock',
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'error',
        ...env,
      },
    });
    if (child.stdout === null) throw new Error(`The output of the server "${name}" cannot be read`);
    const output = createInterface(child.stdout);
    const port = await new Promise<string>((resolve, reject) => {
      output.on('line', (line) => {
        const address = /http:\/\/[^\s/"]+:(\d+)/u.exec(line);
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

  /** Sends it an empty message and waits for its response. */
  async ask<Answer>(): Promise<Answer> {
    const answer = once(this.process, 'message') as Promise<[Answer]>;
    this.process.send({});
    return (await answer)[0];
  }

  /** Sends SIGTERM, as a deployment does. */
  terminate(): void {
    this.isWanted = false;
    this.process.kill('SIGTERM');
  }

  /** Sends SIGKILL, as `kill -9` does, without waiting for its work. */
  async stop(): Promise<void> {
    this.isWanted = false;
    if (this.isRunning) this.process.kill('SIGKILL');
    await this.exit;
  }
}

/** Whether it is a line of the log at level error or above; pino counts levels from 10 to 60. */
function isError(line: string): boolean {
  return /^\{"level":[56]0,/u.test(line);
}
