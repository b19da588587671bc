import { ANSWER_MS, type TransportConnection } from './change-transport.js';

/**
 * A message that a connection sends to itself. A pooler that gives each transaction another connection takes LISTEN and
 * NOTIFY without an error, and delivers nothing: only what is heard proves that the connection hears.
 */
export class Greeting {
  private onHeard: () => void = () => {};

  constructor(private readonly text: string) {}

  /** To be called with each message of the connection. */
  hear(text: string): void {
    if (text === this.text) this.onHeard();
  }

  /** @throws when the connection does not send the greeting, or does not hear it within {@link ANSWER_MS} */
  async exchange(connection: TransportConnection): Promise<void> {
    const heard = new Promise<void>((resolve) => (this.onHeard = resolve));
    await connection.publish([this.text]);
    let timer: NodeJS.Timeout | undefined;
    const failed = new Promise<never>((_resolve, reject) => {
      const deaf = new Error('It takes messages, and delivers none to this instance');
      timer = setTimeout(() => reject(deaf), ANSWER_MS).unref();
    });
    try {
      await Promise.race([heard, failed]);
    } finally {
      clearTimeout(timer);
    }
  }
}
