import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface ProxiedConnection {
  readonly near: Socket;
  readonly far: Socket;
}

/**
 * A proxy to a server on 127.0.0.1 that counts bytes. It can block
 * traffic without closing connections, as a failing network does.
 */
export class TcpProxy {
  /** Bytes sent to the server. */
  bytesSent = 0;
  private isBlocked = false;
  private readonly connections = new Set<ProxiedConnection>();
  private readonly unconnected = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private target: number,
  ) {
    server.on('connection', (near) => this.join(near));
  }

  /** @param target port of the server @param port of the proxy; by default a free one */
  static async to(target: number, port = 0): Promise<TcpProxy> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, (server.address() as AddressInfo).port, target);
  }

  /** Ends all connections; new ones are forwarded. */
  cutConnections(): void {
    for (const { near, far } of this.connections) {
      near.destroy();
      far.destroy();
    }
  }

  /** Blocks traffic in both directions: connections stay open, and new ones are accepted but not forwarded. */
  blockTraffic(): void {
    this.isBlocked = true;
    for (const { near, far } of this.connections) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  /** Forwards new connections again; blocked ones stay blocked. */
  acceptConnections(): void {
    this.isBlocked = false;
  }

  /** Forwards new connections to another server. */
  forwardTo(target: number): void {
    this.target = target;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of [
      ...this.unconnected,
      ...[...this.connections].flatMap(({ near, far }) => [near, far]),
    ]) {
      socket.destroy();
    }
    await closed;
  }

  private join(near: Socket): void {
    near.on('error', () => undefined);
    if (this.isBlocked) {
      this.unconnected.add(near);
      return;
    }
    const far = connect(this.target, '127.0.0.1');
    const connection = { near, far };
    this.connections.add(connection);
    far.on('error', () => near.destroy());
    near.on('data', (chunk: Buffer) => (this.bytesSent += chunk.length));
    near.pipe(far);
    far.pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('close', () => {
        other.destroy();
        this.connections.delete(connection);
      });
    }
  }
}
