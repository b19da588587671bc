import { setTimeout as pause } from 'node:timers/promises';
import { createTelephonyClient, type TelephonyClient } from '../../../src/client/client.js';
import type { AnyMessage, LiveCall } from '../../../src/client/client.js';
import { issueToken } from '../../../src/modules/auth/issue-token.js';
import { eventually } from '../../support/eventually.js';
import { NotHeld } from '../fault.js';
import { type FaultDatabase, SERVICE_ENV } from '../fault-environment.js';

/** Within this time after a fault all clients show what is stored. */
const HEALED_WITHIN_MS = 6_000;

const CHECK_MS = 100;

/** What a client shows of a call: its id and version. */
type Shown = ReadonlyMap<number, number>;

interface StoredCall {
  readonly id: number;
  readonly version: number;
  readonly extensions: readonly string[];
}

/** A browser of an agent, or of a supervisor, by the client that front ends use. */
export class Watcher {
  private readonly client: TelephonyClient;
  /** Calls of which it was told that they are gone. */
  readonly gone: number[] = [];
  /** Messages about calls that it may not see. */
  readonly forbidden: string[] = [];

  /** @param extension of an agent; null: a supervisor */
  constructor(
    url: string,
    private readonly extension: string | null,
    userId: number,
  ) {
    const who = extension === null ? { userId, role: 'admin' } : { userId, role: 'agent', extension };
    this.client = createTelephonyClient({
      url,
      getToken: () => issueToken({ jwtSecret: SERVICE_ENV.JWT_SECRET }, who),
    });
    this.client.on('message', (message) => this.check(message));
  }

  get isLive(): boolean {
    return this.client.getSnapshot().connection.status === 'live';
  }

  get shown(): Shown {
    return new Map(this.client.getSnapshot().calls.map(({ id, version }) => [id, version]));
  }

  /** State of the connection, for the message of a fault. */
  get state(): string {
    const { status, reason } = this.client.getSnapshot().connection;
    return reason === null ? status : `${status}: ${reason}`;
  }

  maySee({ extensions }: Pick<StoredCall, 'extensions'>): boolean {
    return this.extension === null || extensions.includes(this.extension);
  }

  close(): void {
    this.client.close();
  }

  private check({ event, message }: AnyMessage): void {
    if (event === 'call_gone') {
      this.gone.push(message.id);
    } else if (event === 'incoming_call' || event === 'call_updated') {
      if (!this.maySee({ extensions: extensionsOf(message.call) })) {
        this.forbidden.push(`${event} of call ${message.call.id}, of ${message.call.agentPhone}`);
      }
    }
  }
}

/** One watcher for each extension, and a supervisor on each instance. */
export class Watchers {
  readonly all: readonly Watcher[];

  /** @param urls of the instances, or of proxies to them: the watchers are spread over them */
  constructor(
    private readonly database: FaultDatabase,
    urls: readonly string[],
    extensions: readonly string[],
  ) {
    const agents = extensions.map(
      (extension, index) => new Watcher(urls[index % urls.length] ?? '', extension, 100 + index),
    );
    const supervisors = urls.map((url, index) => new Watcher(url, null, 1 + index));
    this.all = [...agents, ...supervisors];
  }

  /** Resolves when all have their snapshot. */
  async areLive(): Promise<void> {
    await eventually(() => {
      const waiting = this.all.filter(({ isLive }) => !isLive).length;
      if (waiting > 0) throw new NotHeld(`${waiting} of ${this.all.length} clients are not connected`);
    });
  }

  /**
   * Waits until each client shows what is stored, and nothing else.
   * @returns a remark
   * @throws {NotHeld} when that takes too long, or a client was told of a call that it may not see
   */
  async mustShowTheTruth(): Promise<string> {
    const since = performance.now();
    const before = await this.wrong();
    let wrong = before;
    while (wrong.length > 0) {
      if (performance.now() - since > HEALED_WITHIN_MS) {
        throw new NotHeld(
          `${wrong.length} wrong calls after ${HEALED_WITHIN_MS} ms: ${wrong.slice(0, 5).join('; ')}`,
        );
      }
      await pause(CHECK_MS);
      wrong = await this.wrong();
    }
    const ms = Math.round(performance.now() - since);
    const forbidden = [...this.all.flatMap((watcher) => watcher.forbidden), ...(await this.neverTheirs())];
    if (forbidden.length > 0) throw new NotHeld(`Messages to others: ${forbidden.slice(0, 5).join('; ')}`);
    return `${before.length} wrong calls at the end, none ${ms} ms later`;
  }

  close(): void {
    for (const watcher of this.all) watcher.close();
  }

  /** Calls of which a client was told that they are gone, and that never were at its extension. */
  private async neverTheirs(): Promise<string[]> {
    const calls = await this.database.query<Pick<StoredCall, 'id' | 'extensions'>>(
      `SELECT id, ARRAY(SELECT report ->> 'extension' FROM jsonb_array_elements(facts -> 'reports') AS report) AS extensions
         FROM telephony_calls`,
    );
    const byId = new Map(calls.map((call) => [call.id, call]));
    return this.all.flatMap((watcher) =>
      watcher.gone
        .filter((id) => byId.has(id) && !watcher.maySee(byId.get(id) ?? { extensions: [] }))
        .map((id) => `call_gone of call ${id}`),
    );
  }

  /** Calls that a client shows although it should not, or does not show as they are stored. */
  private async wrong(): Promise<string[]> {
    const stored = await this.database.query<StoredCall>(
      `SELECT id, version, ARRAY[agent_phone, first_agent_phone] AS extensions FROM telephony_calls
        WHERE status IN ('initiated', 'ringing', 'answered')`,
    );
    return this.all.flatMap((watcher, index) => {
      const { shown, state } = watcher;
      const due = new Map(
        stored.filter((call) => watcher.maySee(call)).map(({ id, version }) => [id, version]),
      );
      return [...new Set([...shown.keys(), ...due.keys()])]
        .filter((id) => shown.get(id) !== due.get(id))
        .map((id) => `client ${index} (${state}), call ${id}: ${shown.get(id)} instead of ${due.get(id)}`);
    });
  }
}

function extensionsOf({ agentPhone, firstAgentPhone }: LiveCall): string[] {
  return [agentPhone, firstAgentPhone].filter((extension) => extension !== null);
}
