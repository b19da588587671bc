import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { Server, type ServerOptions } from 'socket.io';

export const SOCKET_PATH = '/socket.io';

/**
 * socket.io without a server of its own: it is given only the upgrades that are admitted. Attached to the HTTP server it
 * would answer every request below its path itself, and close all other upgrades.
 */
export class SocketIoAdapter extends IoAdapter {
  /** Never listens. */
  private readonly upgrades = createServer();

  override createIOServer(_port: number, options?: Partial<ServerOptions>): Server {
    const server = new Server(this.upgrades, options);
    server.engine.on('flush', ({ request }: { readonly request: IncomingMessage }) =>
      writeTogether(request.socket),
    );
    return server;
  }

  handleUpgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.upgrades.emit('upgrade', message, socket, head);
  }
}

/** What waits for a browser leaves in one system call instead of one for each message, and arrives as one read. */
function writeTogether(socket: Socket): void {
  socket.cork();
  process.nextTick(() => socket.uncork());
}

/** Whether a request asks for a socket, rather than for HTTP/2 or another protocol. */
export function asksForSocket({ url = '', headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && url.startsWith(`${SOCKET_PATH}/`);
}
