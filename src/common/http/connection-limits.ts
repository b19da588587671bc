import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf, plainAddress } from '../cidr.js';
import type { SourceAddress } from './source-address.js';

/** Share of all connections from which on idle ones are closed for new ones. */
const CROWDED = 0.9;

export interface ConnectionBounds {
  /** Connections of all addresses together. */
  readonly most: number;
  /** Connections of one address, or of one IPv6 /64 network. Trusted proxies have no such bound. */
  readonly perAddress: number;
  /** Milliseconds after which an unused connection is closed. Node.js adds a second of its own. */
  readonly idleMs: number;
  /** The same for a connection of a trusted proxy. */
  readonly proxyIdleMs: number;
}

interface Connection {
  readonly socket: Socket;
  /** null for a trusted proxy. */
  readonly network: string | null;
  /** When it was opened or last used, in milliseconds. */
  usedAt: number;
  /** To its latest request; null before the first. */
  response: ServerResponse | null;
  /** The response after which a proxy was given more time. */
  extendedAfter: ServerResponse | null;
}

/**
 * Bounds the connections of a server, so that no address can take all of them and a new client gets in. At a bound the
 * connection that has been idle longest is closed, of a proxy last; if none is idle, the one that has waited longest for
 * the rest of a body. Only when all others wait for an answer is the new one closed.
 *
 * A connection is idle while no request with complete headers waits for its answer.
 */
export class ConnectionLimits {
  private readonly connections = new Map<Socket, Connection>();
  private readonly networks = new Map<string, Set<Connection>>();

  constructor(
    private readonly bounds: ConnectionBounds,
    private readonly proxies: SourceAddress,
    /** @param address whose connection was closed because all its others are in use */
    private readonly onRefused: (address: string) => void,
  ) {}

  /** @param sockets connections beside these: upgraded ones, which have bounds of their own */
  watch(server: Server, sockets: number): void {
    server.maxConnections = this.bounds.most + sockets;
    server.keepAliveTimeout = this.bounds.idleMs;
    server.on('connection', (socket) => this.opened(socket));
    server.on('timeout', (socket) => this.timedOut(socket));
  }

  /** Notes that a connection is in use until the response is sent. */
  used(socket: Socket, response: ServerResponse): void {
    const connection = this.connections.get(socket);
    if (connection === undefined) return;
    connection.response = response;
    connection.usedAt = performance.now();
  }

  /** The connection is no HTTP connection any more: no bound of these is for it. */
  upgraded(socket: Socket): void {
    const connection = this.connections.get(socket);
    if (connection !== undefined) this.remove(connection);
  }

  private opened(socket: Socket): void {
    const peer = socket.remoteAddress;
    // It is closed already, or is served again: see `serveWithoutUpgrade`.
    if (peer === undefined || this.connections.has(socket)) return;
    const network = this.proxies.trusts(peer) ? null : networkOf(plainAddress(peer));
    if (network !== null && !this.hasRoom(network)) {
      this.onRefused(plainAddress(peer));
      socket.destroy();
      return;
    }
    if (this.connections.size >= this.bounds.most * CROWDED) this.closeLeastUsed();
    if (this.connections.size >= this.bounds.most) {
      socket.destroy();
      return;
    }
    this.add({ socket, network, usedAt: performance.now(), response: null, extendedAfter: null });
  }

  private hasRoom(network: string): boolean {
    const others = this.networks.get(network);
    if (others === undefined || others.size < this.bounds.perAddress) return true;
    const leastUsed = leastUsedOf(others);
    leastUsed?.socket.destroy();
    if (leastUsed !== null) this.remove(leastUsed);
    return leastUsed !== null;
  }

  private closeLeastUsed(): void {
    const all = [...this.connections.values()];
    const leastUsed = leastUsedOf(all.filter(({ network }) => network !== null)) ?? leastUsedOf(all);
    if (leastUsed === null) return;
    leastUsed.socket.destroy();
    this.remove(leastUsed);
  }

  private add(connection: Connection): void {
    const { socket, network } = connection;
    this.connections.set(socket, connection);
    if (network !== null) {
      const others = this.networks.get(network) ?? new Set();
      this.networks.set(network, others.add(connection));
    }
    socket.once('close', () => this.remove(connection));
  }

  /** Does nothing the second time: a destroyed socket is closed a moment later. */
  private remove(connection: Connection): void {
    const { socket, network } = connection;
    this.connections.delete(socket);
    if (network === null) return;
    const others = this.networks.get(network);
    others?.delete(connection);
    if (others?.size === 0) this.networks.delete(network);
  }

  /** Node.js leaves the closing to this listener. A proxy gets more time, once after each response. */
  private timedOut(socket: Socket): void {
    const connection = this.connections.get(socket);
    // Who answers has set this time, and decides what follows: an export waits longer for its next row than for its client.
    if (connection !== undefined && !isIdle(connection)) return;
    const isExtendable = connection?.network === null && connection.extendedAfter !== connection.response;
    if (!isExtendable) {
      socket.destroy();
      return;
    }
    connection.extendedAfter = connection.response;
    socket.setTimeout(this.bounds.proxyIdleMs - this.bounds.idleMs);
  }
}

/** null: all wait for an answer. */
function leastUsedOf(connections: Iterable<Connection>): Connection | null {
  const all = [...connections];
  return longestUnused(all.filter(isIdle)) ?? longestUnused(all.filter(isIncomplete));
}

function isIdle({ response }: Connection): boolean {
  return response === null || response.writableFinished || response.destroyed;
}

/** Whether the client has not sent all of its request. */
function isIncomplete({ response }: Connection): boolean {
  return response?.req.complete === false;
}

function longestUnused(connections: readonly Connection[]): Connection | null {
  return connections.reduce<Connection | null>(
    (longest, connection) => (longest === null || connection.usedAt < longest.usedAt ? connection : longest),
    null,
  );
}
