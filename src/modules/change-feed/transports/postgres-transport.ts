import { Client, escapeIdentifier } from 'pg';
import { ANSWER_MS, ChangeTransport, HEARTBEAT_MS, type TransportConnection } from './change-transport.js';

/** The table's number makes the channel that of one schema. No message is worth the wait for the disk. */
const SET_UP = `
  SELECT set_config('synchronous_commit', 'off', false),
         'telephony_changes_' || 'telephony_calls'::regclass::oid AS channel`;

const NOTIFY = 'SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message';

/**
 * LISTEN and NOTIFY on a connection of its own. A NOTIFY takes a lock of the whole server when its transaction commits:
 * inside the transactions of calls it would make them commit one after the other.
 */
export class PostgresTransport extends ChangeTransport {
  override readonly name = 'PostgreSQL';
  /** PostgreSQL takes fewer than 8,000 bytes. */
  override readonly maxBytes = 7_900;

  constructor(private readonly url: string) {
    super();
  }

  override async connect(onMessage: (text: string) => void): Promise<TransportConnection> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'trustcart-telephony changes',
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
    });
    let heartbeat: NodeJS.Timeout | undefined;
    const close = (): void => {
      clearInterval(heartbeat);
      client.removeAllListeners('notification');
      client.end().catch(() => undefined);
    };
    const lost = new Promise<unknown>((resolve) => {
      client.on('error', resolve);
      client.once('end', () => resolve(new Error('The connection was closed')));
      client.on('notification', ({ payload }) => onMessage(payload ?? ''));
      heartbeat = setInterval(() => void client.query('SELECT 1').catch(resolve), HEARTBEAT_MS).unref();
    });
    try {
      await client.connect();
      const { rows } = await client.query<{ channel: string }>(SET_UP);
      const channel = rows[0]?.channel ?? '';
      await client.query(`LISTEN ${escapeIdentifier(channel)}`);
      const publish = async (messages: readonly string[]): Promise<void> => {
        await client.query({ name: 'announce', text: NOTIFY, values: [channel, messages] });
      };
      return { lost, publish, close };
    } catch (error) {
      close();
      throw error;
    }
  }
}
