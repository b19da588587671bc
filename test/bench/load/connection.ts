import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type HttpAnswer, readAnswer } from './http-answer.js';

/** A request that is not answered by then never will be, in milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * One connection that is kept open, with one request under way at a time. On the bare socket: what the load costs is
 * taken from the same cores as what is measured, and an HTTP client costs several times as much.
 */
export class Connection {
  private received: Buffer | null = null;
  private waiting: PromiseWithResolversOf<HttpAnswer> | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`No answer for ${PATIENCE_MS / 1000} s`)));
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('The connection was closed')));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  get isOpen(): boolean {
    return this.socket.writable;
  }

  /** @throws {Error} when the connection ends before the answer has come */
  send(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    const bytes = this.received === null ? chunk : Buffer.concat([this.received, chunk]);
    try {
      const answer = readAnswer(bytes);
      this.received = answer === null ? bytes : null;
      if (answer === null) return;
      const { waiting } = this;
      this.waiting = null;
      waiting?.resolve(answer);
    } catch (error) {
      this.socket.destroy(error as Error);
    }
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = null;
  }
}

interface PromiseWithResolversOf<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}
