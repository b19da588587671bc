import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import type { ServerEvents } from '../../src/client/wire.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { tokenOf, type TestApp } from './app.js';

/** A message as it came, in order. */
export interface Received {
  readonly event: keyof ServerEvents;
  // Tests compare messages as they are on the wire.
  readonly message: Record<string, any>;
}

/** What a refused client gets. */
export interface Refused {
  readonly message: string;
  readonly data?: { statusCode: number; code: string; message: string };
}

export interface SocketOptions {
  readonly namespace?: string;
  readonly auth?: Record<string, unknown>;
  readonly origin?: string;
  readonly transports?: string[];
  readonly headers?: Record<string, string>;
  readonly reconnection?: boolean;
}

/** A browser, as the CRM's front end connects: socket.io-client as it comes. */
export class LiveSocket {
  readonly received: Received[] = [];
  disconnectedBy: string | null = null;

  private constructor(readonly socket: Socket) {
    socket.onAny((event: keyof ServerEvents, message: Record<string, any>) => {
      this.received.push({ event, message });
    });
    socket.on('disconnect', (reason) => (this.disconnectedBy = reason));
  }

  /** Does not wait. */
  static open(
    url: string,
    { namespace = '/telephony', auth = {}, origin, transports, headers, reconnection = false }: SocketOptions,
  ): LiveSocket {
    const socket = io(url + namespace, {
      transports: transports ?? ['websocket'],
      auth,
      reconnection,
      reconnectionAttempts: 10,
      forceNew: true,
      extraHeaders: { ...(origin !== undefined && { origin }), ...headers },
    });
    return new LiveSocket(socket);
  }

  /** Connects as a user and waits for `ready`. */
  static async joined(app: TestApp, user: TokenRequest, options: SocketOptions = {}): Promise<LiveSocket> {
    const live = LiveSocket.open(app.url, { auth: { token: await tokenOf(user) }, ...options });
    await live.next('ready');
    return live;
  }

  /** Waits until the client is refused. */
  static async refused(url: string, options: SocketOptions): Promise<Refused> {
    const { socket } = LiveSocket.open(url, options);
    try {
      return await new Promise((resolve, reject) => {
        socket.once('connect_error', (error) => resolve(error as Refused));
        socket.once('connect', () => reject(new Error('It was let in')));
      });
    } finally {
      socket.disconnect();
    }
  }

  /** The first message of this event that fits, also one that has come already. */
  async next(
    event: keyof ServerEvents,
    fits: (message: Record<string, any>) => boolean = () => true,
  ): Promise<Record<string, any>> {
    const isIt = (one: Received): boolean => one.event === event && fits(one.message);
    const found = this.received.find(isIt);
    if (found !== undefined) return found.message;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`No ${event} came, but ${JSON.stringify(this.received)}`)),
        10_000,
      );
      const listener = (name: keyof ServerEvents, message: Record<string, any>): void => {
        if (!isIt({ event: name, message })) return;
        clearTimeout(timer);
        this.socket.offAny(listener);
        resolve(message);
      };
      this.socket.onAny(listener);
    });
  }

  /** Messages of an event that have come. */
  all(event: keyof ServerEvents): Record<string, any>[] {
    return this.received.filter((one) => one.event === event).map(({ message }) => message);
  }

  forget(): void {
    this.received.length = 0;
  }

  /** Why the client was disconnected. */
  async disconnected(): Promise<string> {
    if (this.disconnectedBy === null) await once(this.socket as never, 'disconnect');
    return this.disconnectedBy ?? '';
  }

  close(): void {
    this.socket.disconnect();
  }
}
