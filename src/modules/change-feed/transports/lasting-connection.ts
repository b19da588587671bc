import { setTimeout as delay } from 'node:timers/promises';
import { type ChangeTransport, GREETING_MS, type TransportConnection } from './change-transport.js';
import { Greeting } from './greeting.js';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/** How long the start of the service waits for the first connection, in milliseconds. */
const START_MS = 2_000;

export interface ConnectionListener {
  onMessage(text: string): void;
  onUp(): void;
  /** Also after each further attempt that fails. */
  onDown(reason: unknown): void;
}

/** A connection that is opened again, for ever, when it is lost, or does not hear what it sends. */
export class LastingConnection {
  private current: TransportConnection | null = null;
  /** Has not heard its greeting yet. */
  private opening: TransportConnection | null = null;
  private failures = 0;
  /** Of the next attempt, or of the next greeting. */
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;

  /** @param greeting sent first, and then regularly: a connection that may not publish, or does not hear, is none */
  constructor(
    private readonly transport: ChangeTransport,
    private readonly greeting: string,
    private readonly listener: ConnectionListener,
  ) {}

  /** null while it is lost. */
  get connection(): TransportConnection | null {
    return this.current;
  }

  /** Resolves after the first attempt, whether it succeeds or not, and soon in any case. */
  async open(): Promise<void> {
    await Promise.race([this.connect(), delay(START_MS, undefined, { ref: false })]);
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.opening?.close();
    this.current?.close();
    this.current = null;
  }

  /** The connection does not do what it should: it is opened anew. Without effect if it is not the current one. */
  giveUp(connection: TransportConnection, reason: unknown): void {
    if (connection !== this.current) return;
    this.current = null;
    if (this.timer !== null) clearTimeout(this.timer);
    connection.close();
    this.retry(reason);
  }

  private async connect(): Promise<void> {
    const greeting = new Greeting(this.greeting);
    let connection: TransportConnection | null = null;
    try {
      connection = await this.transport.connect((text) => {
        greeting.hear(text);
        this.listener.onMessage(text);
      });
      this.opening = connection;
      await Promise.race([greeting.exchange(connection), connection.lost.then(fail)]);
    } catch (error) {
      connection?.close();
      this.retry(error);
      return;
    } finally {
      this.opening = null;
    }
    if (this.isClosed) {
      connection.close();
      return;
    }
    const opened = connection;
    this.current = opened;
    this.failures = 0;
    // Also when it was lost before it was the current one.
    void opened.lost.then((reason) => this.giveUp(opened, reason));
    this.greetLater(opened, greeting);
    this.listener.onUp();
  }

  private greetLater(connection: TransportConnection, greeting: Greeting): void {
    this.timer = setTimeout(() => void this.greet(connection, greeting), GREETING_MS).unref();
  }

  private async greet(connection: TransportConnection, greeting: Greeting): Promise<void> {
    try {
      await greeting.exchange(connection);
    } catch (error) {
      this.giveUp(connection, error);
      return;
    }
    if (connection === this.current) this.greetLater(connection, greeting);
  }

  private retry(reason: unknown): void {
    if (this.isClosed) return;
    this.listener.onDown(reason);
    const longest = Math.min(FIRST_DELAY_MS * 2 ** this.failures, LONGEST_DELAY_MS);
    this.failures += 1;
    // Spread, so that all instances do not come back at the same moment.
    this.timer = setTimeout(() => void this.connect(), longest * (0.5 + Math.random() / 2));
    this.timer.unref();
  }
}

function fail(reason: unknown): never {
  throw reason;
}
