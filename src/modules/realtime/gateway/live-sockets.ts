import { Injectable } from '@nestjs/common';
import type { DefaultEventsMap, Namespace, Socket } from 'socket.io';
import type { ServerEvents } from '../../../client/wire.js';
import type { AgentSession } from '../../auth/access-token.verifier.js';
import { RealtimeMetrics, type SocketCounts } from '../../metrics/realtime-metrics.js';

/** A client sends no events. */
type ClientEvents = Record<string, never>;

export interface SocketData {
  session: AgentSession;
  /** As its client was told last. */
  extensions: readonly string[];
}

export type LiveNamespace = Namespace<ClientEvents, ServerEvents, DefaultEventsMap, SocketData>;
export type LiveSocket = Socket<ClientEvents, ServerEvents, DefaultEventsMap, SocketData>;

type MessageOf<Event extends keyof ServerEvents> = Parameters<ServerEvents[Event]>;

/** The joined sockets of this instance. */
@Injectable()
export class LiveSockets {
  private namespace: LiveNamespace | null = null;

  private readonly joinListeners = new Set<() => void>();

  constructor(private readonly metrics: RealtimeMetrics) {
    metrics.watchSockets(() => this.counts());
  }

  use(namespace: LiveNamespace): void {
    this.namespace = namespace;
  }

  /** @returns a function that ends the subscription */
  onJoin(listener: () => void): () => void {
    this.joinListeners.add(listener);
    return () => this.joinListeners.delete(listener);
  }

  /** To be called when a socket is in its rooms. */
  joined(): void {
    for (const listener of this.joinListeners) listener();
  }

  all(): Iterable<LiveSocket> {
    return this.namespace?.sockets.values() ?? [];
  }

  get count(): number {
    return this.namespace?.sockets.size ?? 0;
  }

  /** Whether a socket is in one of the rooms. */
  isJoined(rooms: readonly string[]): boolean {
    const joined = this.namespace?.adapter.rooms;
    return joined !== undefined && rooms.some((room) => joined.has(room));
  }

  /** Emits once to each socket in one of `rooms` that is in none of `except`. */
  emit<Event extends keyof ServerEvents>(
    rooms: readonly string[],
    event: Event,
    message: MessageOf<Event>[0],
    except: readonly string[] = [],
  ): void {
    // To no room means to all for socket.io.
    if (this.namespace === null || rooms.length === 0) return;
    const args = [message] as MessageOf<Event>;
    this.namespace
      .to([...rooms])
      .except([...except])
      .emit(event, ...args);
    this.metrics.pushed(event);
  }

  emitToAll<Event extends keyof ServerEvents>(event: Event, message: MessageOf<Event>[0]): void {
    const args = [message] as MessageOf<Event>;
    this.namespace?.emit(event, ...args);
    this.metrics.pushed(event);
  }

  private counts(): SocketCounts {
    const counts = { agent: 0, supervisor: 0 };
    for (const { data } of this.all()) counts[data.session.agent.role] += 1;
    return counts;
  }
}
