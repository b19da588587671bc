import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import type { ServerEvents } from '../../src/client/wire.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { tokenOf, type TestApp } from './app.js';

export type EventName = keyof ServerEvents;
export type MessageOf<Event extends EventName> = Parameters<ServerEvents[Event]>[0];

/** A message as it came. */
export type Received = { [Event in EventName]: { event: Event; message: MessageOf<Event> } }[EventName];

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
    socket.onAny((event: EventName, message: object) => {
      this.received.push({ event, message } as Received);
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
  async next<Event extends EventName>(
    event: Event,
    fits: (message: MessageOf<Event>) => boolean = () => true,
  ): Promise<MessageOf<Event>> {
    const found = this.all(event).find(fits);
    if (found !== undefined) return found;
    return new Promise((resolve, reject) => {
      const tooLate = (): void => reject(new Error(`No ${event} came, but ${JSON.stringify(this.received)}`));
      const timer = setTimeout(tooLate, 10_000);
      const listener = (): void => {
        const message = this.all(event).find(fits);
        if (message === undefined) return;
        clearTimeout(timer);
        this.socket.offAny(listener);
        resolve(message);
      };
      this.socket.onAny(listener);
    });
  }

  /** Messages of an event that have come. */
  all<Event extends EventName>(event: Event): MessageOf<Event>[] {
    return this.received
      .filter((one) => one.event === event)
      .map(({ message }) => message as MessageOf<Event>);
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
