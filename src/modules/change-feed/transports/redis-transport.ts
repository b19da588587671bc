import type { DataSource } from 'typeorm';
import { ANSWER_MS, ChangeTransport, HEARTBEAT_MS, type TransportConnection } from './change-transport.js';

/** Names the database as no other one on the same Redis is likely to be named: that of a test system has other numbers. */
const IDENTITY = `SELECT current_database() || ':' || 'telephony_calls'::regclass::oid AS identity`;

/** Publish and subscribe of Redis or Valkey. */
export class RedisTransport extends ChangeTransport {
  override readonly name = 'Redis';
  override readonly maxBytes = 64 * 1024;
  private channel: string | null = null;

  constructor(
    private readonly url: string,
    private readonly dataSource: DataSource,
  ) {
    super();
  }

  override async connect(onMessage: (text: string) => void): Promise<TransportConnection> {
    // Only here: the package takes memory that no other process needs.
    const { createClient } = await import('redis');
    const channel = (this.channel ??= await this.readChannel());
    const client = createClient({
      url: this.url,
      name: 'trustcart-telephony',
      // Without these, commands would wait in memory for a Redis that is away, and be sent when nobody expects them.
      disableOfflineQueue: true,
      socket: {
        connectTimeout: ANSWER_MS,
        reconnectStrategy: false,
        // Longer than a heartbeat and its answer.
        socketTimeout: HEARTBEAT_MS + ANSWER_MS,
      },
      pingInterval: HEARTBEAT_MS,
      maintNotifications: 'disabled',
    });
    // The listener stays: an error event without one ends the process.
    const lost = new Promise<unknown>((resolve) => client.on('error', resolve));
    const close = (): void => {
      if (client.isOpen) client.destroy();
    };
    try {
      await client.connect();
      await client.subscribe(channel, onMessage);
      const publish = async (messages: readonly string[]): Promise<void> => {
        await Promise.all(messages.map((message) => client.publish(channel, message)));
      };
      return { lost, publish, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  private async readChannel(): Promise<string> {
    const [row] = await this.dataSource.query<{ identity: string }[]>(IDENTITY);
    return `telephony:changes:${row?.identity}`;
  }
}
