import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type HttpAnswer, readAnswer } from './http-answer.js';

/** Timeout for a response. */
const TIMEOUT_MS = 15_000;

/**
 * A keep-alive connection with one pending request at a time. Uses a plain socket: the load generator shares the cores with
 * the server, and an HTTP client costs several times as much CPU.
 */
export class Connection {
  private received: Buffer | null = null;
  private waiting: PromiseWithResolversOf<HttpAnswer> | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`No answer for ${TIMEOUT_MS / 1000} s`)));
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

  /** @throws {Error} when the connection closes before the response is complete */
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
