import { createServer, type IncomingMessage } from 'node:http';
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
    return new Server(this.upgrades, options);
  }

  handleUpgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.upgrades.emit('upgrade', message, socket, head);
  }
}

/** Whether a request asks for a socket, rather than for HTTP/2 or another protocol. */
export function asksForSocket({ url = '', headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && url.startsWith(`${SOCKET_PATH}/`);
}
