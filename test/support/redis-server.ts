import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from 'redis';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

/** A Redis on a port of its own that tests can stop and start. It stores nothing on disk. */
export class RedisServer {
  private process: ChildProcess | null = null;

  private constructor(private readonly port: number) {}

  /** @throws {Error} when it is not installed (Debian: redis-server), or does not start */
  static async create(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Resolves when it answers. Without effect while it runs. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.process = spawn('redis-server', settings, { stdio: 'ignore' });
    await eventually(() => this.command('PING'));
  }

  async stop(): Promise<void> {
    if (this.process === null || !this.isRunning) return;
    const closed = once(this.process, 'close');
    this.process.kill('SIGKILL');
    await closed;
  }

  private get isRunning(): boolean {
    const { process } = this;
    return process !== null && process.exitCode === null && process.signalCode === null;
  }

  /** Sends one command. @returns its answer */
  async command(...words: string[]): Promise<unknown> {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(words);
    } finally {
      client.destroy();
    }
  }
}
