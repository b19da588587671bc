import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Line {
  readonly near: Socket;
  readonly far: Socket;
}

/** A way to a server on 127.0.0.1 that counts what passes, and that can go dead as a broken network does: silently. */
export class TcpProxy {
  /** Bytes that were sent to the server. */
  bytesSent = 0;
  private dead = false;
  private readonly lines = new Set<Line>();
  private readonly stranded = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly target: number,
  ) {
    server.on('connection', (near) => this.join(near));
  }

  /** @param target port of the server */
  static async to(target: number): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, (server.address() as AddressInfo).port, target);
  }

  /** From now on nothing passes, in either direction, and nobody is told: connections stay, new ones are taken. */
  goDead(): void {
    this.dead = true;
    for (const { near, far } of this.lines) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  /** New connections pass again; those that went dead stay dead. */
  takeNewConnections(): void {
    this.dead = false;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of [...this.stranded, ...[...this.lines].flatMap(({ near, far }) => [near, far])]) {
      socket.destroy();
    }
    await closed;
  }

  private join(near: Socket): void {
    near.on('error', () => undefined);
    if (this.dead) {
      this.stranded.add(near);
      return;
    }
    const far = connect(this.target, '127.0.0.1');
    const line = { near, far };
    this.lines.add(line);
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
        this.lines.delete(line);
      });
    }
  }
}
