import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { networkOf } from '../../../common/cidr.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { respondRefusedUpgrade } from '../../../common/errors/framework-errors.js';
import { SourceAddress } from '../../../common/http/source-address.js';
import { httpConfig } from '../../../config/namespaces/http.config.js';
import { realtimeConfig } from '../../../config/namespaces/realtime.config.js';
import { RealtimeMetrics, type SocketRefusal } from '../../metrics/realtime-metrics.js';
import { SocketLimits, type SocketPlace } from './socket-limits.js';
import { isAllowedOrigin } from './socket-origin.js';
import { SocketTurns } from './socket-turns.js';

/** Milliseconds in which a client has to join. */
export const JOIN_TIMEOUT_MS = 5_000;

/** Milliseconds in which a client may answer that its socket is closed. ws waits 30 s for that. */
const CLOSING_MS = 500;

/** Of each reason one line in this time: a flood of sockets cannot fill the disk. */
const LOG_INTERVAL_MS = 60_000;

interface AdmittedSocket {
  readonly place: SocketPlace;
  readonly connection: Duplex;
}

/** Decides which requests become sockets, and which sockets may join. */
@Injectable()
export class SocketAdmission {
  private readonly logger = new Logger(SocketAdmission.name);
  private readonly sourceAddress: SourceAddress;
  private readonly limits: SocketLimits;
  private readonly turns = new SocketTurns();
  private readonly admitted = new WeakMap<IncomingMessage, AdmittedSocket>();
  private readonly connections = new Set<Duplex>();
  private readonly logs = new Map<SocketRefusal, { silentUntil: number; unlogged: number }>();
  private isClosed = false;

  constructor(
    @Inject(httpConfig.KEY) private readonly http: ConfigType<typeof httpConfig>,
    @Inject(realtimeConfig.KEY) { maxSockets, maxSocketsPerUser }: ConfigType<typeof realtimeConfig>,
    private readonly metrics: RealtimeMetrics,
  ) {
    this.sourceAddress = new SourceAddress(http.trustedProxies);
    this.limits = new SocketLimits({ inAll: maxSockets, perUser: maxSocketsPerUser });
  }

  /** @param begin called when it is admitted, perhaps later; else the request is refused, answered, and closed */
  admit(message: IncomingMessage, connection: Duplex, begin: () => void): void {
    const reason = this.refusalOf(message);
    if (reason !== null) this.refuse(reason, message, connection);
    else if (!this.turns.wait(connection, () => this.enter(message, connection, begin)))
      this.refuse('unjoined_crowded', message, connection);
  }

  /**
   * @returns false: its connection was closed meanwhile
   * @throws DomainError TOO_MANY_REQUESTS when the user, or all together, have as many sockets as they may
   */
  join(message: IncomingMessage, userId: number): boolean {
    const bound = this.limits.join(this.socketOf(message).place, userId);
    if (bound === null || bound === 'left') return bound === null;
    const words =
      bound === 'crowded'
        ? 'Too many browsers are connected. Try again in a moment'
        : 'This user has too many browser tabs connected: close some of them';
    this.refused(bound, this.addressOf(message));
    throw new DomainError('TOO_MANY_REQUESTS', words);
  }

  /** Closes the connection without an answer. */
  cut(message: IncomingMessage): void {
    this.socketOf(message).connection.destroy();
  }

  /** The socket is being closed: its connection is cut if the client does not close it. */
  end(message: IncomingMessage): void {
    const { connection } = this.socketOf(message);
    const cut = setTimeout(() => connection.destroy(), CLOSING_MS).unref();
    connection.once('close', () => clearTimeout(cut));
  }

  /** Counts and logs that a socket was refused, or closed by the service. */
  refused(reason: SocketRefusal, address: string): void {
    this.metrics.socketRefused(reason);
    const log = this.logs.get(reason) ?? { silentUntil: 0, unlogged: 0 };
    this.logs.set(reason, log);
    log.unlogged += 1;
    const now = Date.now();
    if (now < log.silentUntil) return;
    this.logger.warn(
      `Sockets are refused or closed (${reason.toLowerCase()}): ${log.unlogged} since the last line, the last from ${address}`,
    );
    log.silentUntil = now + LOG_INTERVAL_MS;
    log.unlogged = 0;
  }

  addressOf(message: IncomingMessage): string {
    return this.sourceAddress.of(message);
  }

  /** From now on every socket is refused. Connections whose clients do not close them are cut. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.turns.end();
    const open = [...this.connections];
    const closed = Promise.all(
      open.map((connection) => new Promise((resolve) => connection.once('close', resolve))),
    );
    const cut = setTimeout(() => open.forEach((connection) => connection.destroy()), CLOSING_MS);
    await closed;
    clearTimeout(cut);
  }

  /** When its turn has come. @returns false: it is refused after all */
  private enter(message: IncomingMessage, connection: Duplex, begin: () => void): boolean {
    const place = this.isClosed ? 'shutting_down' : this.limits.enter(networkOf(this.addressOf(message)));
    if (typeof place === 'string') {
      this.refuse(place, message, connection);
      return false;
    }
    this.admitted.set(message, { place, connection });
    this.connections.add(connection);
    const joining = setTimeout(() => {
      if (place.userId === null) connection.destroy();
    }, JOIN_TIMEOUT_MS + CLOSING_MS).unref();
    connection.once('close', () => {
      clearTimeout(joining);
      this.connections.delete(connection);
      this.limits.leave(place);
    });
    begin();
    return true;
  }

  private refusalOf({ headers }: IncomingMessage): UpgradeRefusal | null {
    if (this.isClosed) return 'shutting_down';
    return isAllowedOrigin(headers.origin, headers.host, this.http.browserOrigins) ? null : 'origin';
  }

  private refuse(reason: UpgradeRefusal, message: IncomingMessage, connection: Duplex): void {
    this.refused(reason, this.addressOf(message));
    respondRefusedUpgrade(message, connection, UPGRADE_ERRORS[reason]);
  }

  private socketOf(message: IncomingMessage): AdmittedSocket {
    const socket = this.admitted.get(message);
    if (socket === undefined) throw new Error('A socket was not admitted');
    return socket;
  }
}

type UpgradeRefusal = 'shutting_down' | 'origin' | 'address_crowded' | 'unjoined_crowded';

const CROWDED = new DomainError(
  'TOO_MANY_REQUESTS',
  'Too many connections wait to sign in. Try again in a moment',
);

const UPGRADE_ERRORS: Readonly<Record<UpgradeRefusal, DomainError>> = {
  shutting_down: new DomainError('SHUTTING_DOWN', 'The service is shutting down. Connect again in a moment'),
  origin: new DomainError(
    'FORBIDDEN',
    'Pages of this origin may not connect: BROWSER_ORIGINS does not name it',
  ),
  address_crowded: CROWDED,
  unjoined_crowded: CROWDED,
};
