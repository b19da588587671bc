/** What carries the messages between instances. */
export abstract class ChangeTransport {
  /** As it is called in the log. */
  abstract readonly name: string;
  /** Most bytes of one message. */
  abstract readonly maxBytes: number;

  /**
   * Opens a connection that hears all messages from now on, those of this instance too.
   * @throws when there is none within a few seconds
   */
  abstract connect(onMessage: (text: string) => void): Promise<TransportConnection>;
}

export interface TransportConnection {
  /** Resolves with the reason when the connection is lost. */
  readonly lost: Promise<unknown>;
  /** Sends the messages in this order. @throws when it is not known whether all were sent */
  publish(messages: readonly string[]): Promise<void>;
  /** Idempotent. Does not wait for a server that does not answer. */
  close(): void;
}

/** How often a connection without traffic is tried, in milliseconds: a network that fails does not always close it. */
export const HEARTBEAT_MS = 5_000;

/** How often a connection has to hear its own greeting, in milliseconds. */
export const GREETING_MS = 30_000;

/** Longest wait for a connection, and for an answer, in milliseconds. */
export const ANSWER_MS = 5_000;
