import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddress from '@fastify/proxy-addr';
import { plainAddress } from '../cidr.js';

/** Where requests come from, by the word of listed proxies where there are any: as the framework reads it. */
export class SourceAddress {
  private readonly trusts: ReturnType<typeof proxyAddress.compile> | null;

  /** @param trustedProxies addresses and CIDR blocks */
  constructor(trustedProxies: readonly string[]) {
    this.trusts = trustedProxies.length > 0 ? proxyAddress.compile([...trustedProxies]) : null;
  }

  /** Always an address: a proxy that forwards what is none is taken for the sender itself. */
  of(message: IncomingMessage): string {
    const peer = message.socket.remoteAddress ?? '';
    if (this.trusts === null) return plainAddress(peer);
    const forwarded = proxyAddress(message, this.trusts);
    return plainAddress(isIP(forwarded) === 0 ? peer : forwarded);
  }
}
