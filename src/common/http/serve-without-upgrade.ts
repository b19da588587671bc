import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers by which a client asks for another protocol (RFC 9110, section 7.8; RFC 7540, section 3.2). */
const UPGRADE_HEADERS = new Set(['upgrade', 'http2-settings']);

/**
 * Serves a request as if it had not asked for another protocol. Once a server has a listener of upgrades, Node.js gives
 * it every request with an `Upgrade` header and answers none of them. The HTTP client of Java sends `Upgrade: h2c` with
 * ordinary requests over http.
 *
 * @param head what was read after the headers
 */
export function serveWithoutUpgrade(
  server: Server,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const { method, url, httpVersion } = message;
  const lines = [`${method} ${url} HTTP/${httpVersion}`, ...headerLines(message.rawHeaders), '', ''];
  socket.unshift(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), head]));
  // The server adds its listener again.
  socket.removeAllListeners('timeout');
  server.emit('connection', socket);
}

function headerLines(rawHeaders: readonly string[]): string[] {
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const key = name.toLowerCase();
    if (UPGRADE_HEADERS.has(key)) continue;
    lines.push(`${name}: ${key === 'connection' ? withoutUpgrade(value) : value}`);
  }
  return lines;
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(',').map((option) => option.trim());
  return options.filter((option) => !UPGRADE_HEADERS.has(option.toLowerCase())).join(', ') || 'keep-alive';
}
