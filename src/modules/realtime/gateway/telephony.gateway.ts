import { hostname } from 'node:os';
import { type BeforeApplicationShutdown, Logger } from '@nestjs/common';
import {
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { ExtendedError } from 'socket.io';
import { DomainError } from '../../../common/errors/domain-error.js';
import { HTTP_STATUS_OF } from '../../../common/errors/error-code.js';
import { ExtensionDirectory } from '../../agents/extensions/extension-directory.service.js';
import { AccessTokenVerifier, type AgentSession } from '../../auth/access-token.verifier.js';
import { RevokedUsers } from '../../auth/revoked-users.js';
import type { SocketRefusal } from '../../metrics/realtime-metrics.js';
import { roomsOfAgent } from '../rooms.js';
import { asksToJoin, type ClientPacket, isOfListener } from './client-packets.js';
import { type LiveNamespace, type LiveSocket, LiveSockets } from './live-sockets.js';
import { PresenceSigns } from './presence-signs.service.js';
import { watchSession } from './session-timer.js';
import { JOIN_TIMEOUT_MS, SocketAdmission } from './socket-admission.js';
import { SOCKET_PATH } from './socket-io.adapter.js';
import { extensionsOf } from '../extensions-of.js';

/** Messages that wait for a client which does not read them; then it is cut off, and comes back for a snapshot. */
const MOST_WAITING = 2_000;

/** Which process this is. */
const INSTANCE = `${hostname()}:${process.pid}`;

/** With the wait for its answer, the longest that a page calls itself connected over a line that is dead. */
const PING_MS = 10_000;
const PONG_MS = 8_000;

/**
 * The sockets of browsers. Messages go to the client only: it authenticates by the token in the handshake, before it
 * joins, and is cut off when it sends anything else.
 */
@WebSocketGateway({
  namespace: '/telephony',
  path: SOCKET_PATH,
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
  maxHttpBufferSize: 16_384,
  connectTimeout: JOIN_TIMEOUT_MS,
  pingInterval: PING_MS,
  pingTimeout: PONG_MS,
})
export class TelephonyGateway
  implements
    OnGatewayInit<LiveNamespace>,
    OnGatewayConnection<LiveSocket>,
    OnGatewayDisconnect<LiveSocket>,
    BeforeApplicationShutdown
{
  private readonly logger = new Logger(TelephonyGateway.name);
  private readonly joined = new WeakSet<LiveSocket['conn']>();
  private namespace: LiveNamespace | null = null;
  private readonly unsubscribes: (() => void)[] = [];

  constructor(
    private readonly accessTokens: AccessTokenVerifier,
    private readonly revokedUsers: RevokedUsers,
    private readonly admission: SocketAdmission,
    private readonly sockets: LiveSockets,
    private readonly directory: ExtensionDirectory,
    private readonly signs: PresenceSigns,
  ) {}

  afterInit(namespace: LiveNamespace): void {
    this.namespace = namespace;
    this.sockets.use(namespace);
    namespace.server.engine.on('connection', (conn: LiveSocket['conn']) => this.refuseBeforeJoining(conn));
    // socket.io lets anybody join its root namespace.
    namespace.server.use((socket, next) => {
      this.refused('namespace', socket);
      next(refusal(new DomainError('FORBIDDEN', 'Connect to the namespace /telephony')));
      this.close(socket);
    });
    namespace.use((socket, next) => void this.authenticate(socket, next));
    this.unsubscribes.push(
      this.revokedUsers.onChange(() => this.closeRevoked()),
      this.directory.onRefresh(() => this.tellExtensions()),
    );
  }

  handleConnection(socket: LiveSocket): void {
    const { agent, expiresAt } = socket.data.session;
    if (this.isRevoked(socket.data.session)) {
      this.cutOff(socket, 'revoked');
      return;
    }
    this.refusePackets(socket);
    this.cutOffWhenSlow(socket);
    void socket.join(roomsOfAgent(agent));
    this.sockets.joined();
    this.signs.give(agent.userId);
    const endWatch = watchSession(expiresAt, {
      expiring: () => socket.emit('session_expiring', { v: 1, at: expiresAt.toISOString() }),
      expired: () => this.cutOff(socket, 'expired'),
    });
    socket.once('disconnect', endWatch);
    this.tellWhoItIs(socket, extensionsOf(agent, this.directory));
  }

  /** A connection is of use for one socket. */
  handleDisconnect(socket: LiveSocket): void {
    this.close(socket);
  }

  /** Clients see a lost connection, not a refusal, and so connect again, to another instance. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const unsubscribe of this.unsubscribes) unsubscribe();
    this.namespace?.server.engine.close();
    await this.admission.close();
  }

  private async authenticate(socket: LiveSocket, next: (error?: ExtendedError) => void): Promise<void> {
    try {
      const session = await this.verify(socket);
      if (!this.admission.join(socket.request, session.agent.userId)) {
        next(new Error('The connection was closed'));
        return;
      }
      socket.data = { session, extensions: extensionsOf(session.agent, this.directory) };
      next();
    } catch (error) {
      next(refusal(this.domainErrorOf(error)));
      this.close(socket);
    }
  }

  private async verify(socket: LiveSocket): Promise<AgentSession> {
    try {
      return await this.accessTokens.verifySession(tokenOf(socket.handshake.auth));
    } catch (error) {
      const { code } = this.domainErrorOf(error);
      this.refused(REFUSAL_CODES.find((known) => known === code) ?? 'INTERNAL', socket);
      throw error;
    }
  }

  private domainErrorOf(error: unknown): DomainError {
    if (error instanceof DomainError) return error;
    this.logger.error('A socket could not be authenticated', error);
    return new DomainError('INTERNAL', 'Internal server error');
  }

  /** Each token that is verified, and each namespace that is refused, costs time: a connection may ask once. */
  private refuseBeforeJoining(conn: LiveSocket['conn']): void {
    let hasAsked = false;
    conn.on('packet', (packet: ClientPacket) => {
      if (this.joined.has(conn)) return;
      if (!hasAsked && asksToJoin(packet)) {
        hasAsked = true;
        return;
      }
      this.refused(hasAsked ? 'repeated' : 'namespace', conn);
      this.ignore(conn);
      this.admission.cut(conn.request);
    });
  }

  private refusePackets(socket: LiveSocket): void {
    this.joined.add(socket.conn);
    const refuse = (packet: ClientPacket): void => {
      if (isOfListener(packet)) return;
      socket.conn.off('packet', refuse);
      this.ignore(socket.conn);
      this.cutOff(socket, 'client_event');
    };
    socket.conn.on('packet', refuse);
  }

  /** From now on socket.io gets no packet of this connection, also not the one that engine.io is about to give it. */
  private ignore(conn: LiveSocket['conn']): void {
    conn.removeAllListeners('data');
  }

  private cutOffWhenSlow(socket: LiveSocket): void {
    let waiting = 0;
    socket.conn.on('packetCreate', () => {
      waiting += 1;
      if (waiting !== MOST_WAITING) return;
      // Many messages at once wait too, until the event loop turns.
      setImmediate(() => {
        if (waiting >= MOST_WAITING) this.cutOff(socket, 'slow');
      });
    });
    socket.conn.on('flush', () => (waiting = 0));
  }

  private tellExtensions(): void {
    for (const socket of this.sockets.all()) {
      const { session, extensions } = socket.data;
      const current = extensionsOf(session.agent, this.directory);
      if (current.join() !== extensions.join()) this.tellWhoItIs(socket, current);
    }
  }

  private tellWhoItIs(socket: LiveSocket, extensions: readonly string[]): void {
    const { userId, role } = socket.data.session.agent;
    socket.data.extensions = extensions;
    const serverTime = new Date().toISOString();
    socket.emit('ready', { v: 1, userId, role, extensions, serverTime, instance: INSTANCE });
  }

  private closeRevoked(): void {
    for (const socket of this.sockets.all()) {
      if (this.isRevoked(socket.data.session)) this.cutOff(socket, 'revoked');
    }
  }

  private isRevoked({ agent, issuedAt }: AgentSession): boolean {
    return this.revokedUsers.isRevoked(agent.userId, issuedAt);
  }

  /** The client must not come back by itself, except the slow one, which sees a lost connection. */
  private cutOff(socket: LiveSocket, reason: SocketRefusal): void {
    this.refused(reason, socket);
    if (reason !== 'slow') socket.disconnect();
    this.close(socket);
  }

  private close({ conn, request }: Pick<LiveSocket, 'conn' | 'request'>): void {
    // After what was written last is sent.
    setImmediate(() => conn.close());
    this.admission.end(request);
  }

  private refused(reason: SocketRefusal, socket: Pick<LiveSocket, 'request'>): void {
    this.admission.refused(reason, this.admission.addressOf(socket.request));
  }
}

const REFUSAL_CODES = [
  'UNAUTHENTICATED',
  'TOKEN_REVOKED',
  'FORBIDDEN',
  'CUSTOMER_TOKEN_REFUSED',
  'IDENTITY_PROVIDER_UNAVAILABLE',
] as const;

/** The token of `auth: { token }`, with or without `Bearer`. @throws DomainError UNAUTHENTICATED */
function tokenOf({ token }: Readonly<Record<string, unknown>>): string {
  if (typeof token !== 'string' || token.trim() === '') {
    throw new DomainError('UNAUTHENTICATED', 'Send a token as auth.token of the handshake, as text');
  }
  return token.trim().replace(/^Bearer +/iu, '');
}

/** What the client gets as `connect_error`. */
function refusal({ code, message }: DomainError): ExtendedError {
  return Object.assign(new Error(message), { data: { statusCode: HTTP_STATUS_OF[code], code, message } });
}
