import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddress from '@fastify/proxy-addr';
import { plainAddress } from '../cidr.js';

/** Source address of a request, from X-Forwarded-For if a trusted proxy sent it. Same algorithm as Fastify's trustProxy. */
export class SourceAddress {
  private readonly isTrusted: ReturnType<typeof proxyAddress.compile> | null;

  /** @param trustedProxies addresses and CIDR blocks */
  constructor(trustedProxies: readonly string[]) {
    this.isTrusted = trustedProxies.length > 0 ? proxyAddress.compile([...trustedProxies]) : null;
  }

  /** Whether the other end of a connection is a trusted proxy. @param peer as the socket has it, possibly IPv4-mapped */
  trusts(peer: string): boolean {
    return this.isTrusted?.(peer, 0) ?? false;
  }

  /** Always a valid address: if a proxy forwards an invalid one, the address of the connection is returned. */
  of(message: IncomingMessage): string {
    const peer = message.socket.remoteAddress ?? '';
    if (this.isTrusted === null) return plainAddress(peer);
    const forwarded = proxyAddress(message, this.isTrusted);
    return plainAddress(isIP(forwarded) === 0 ? peer : forwarded);
  }
}
