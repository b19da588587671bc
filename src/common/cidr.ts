import { isIP } from 'node:net';

/** A CIDR block such as 203.0.113.0/24; a single address has prefix 32 or 128. */
export interface AddressBlock {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** Prefix length of IPv4-mapped IPv6 addresses, ::ffff:0:0/96 (RFC 4291, section 2.5.5.2). */
const MAPPED_PREFIX = 96;

/** An IPv4-mapped address, with its last 32 bits in dotted or hexadecimal form. */
const MAPPED =
  /^(?:(?:0*:){1,5}:|(?:0{1,4}:){5})ffff:(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):([\da-f]{1,4}))$/iu;

/** Parses `address` or `address/prefix`; a block of IPv4-mapped addresses becomes the IPv4 block. null: invalid. */
export function readAddressBlock(text: string): AddressBlock | null {
  const [address = '', length, ...rest] = text.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || rest.length > 0) return null;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (length !== undefined && !/^\d{1,3}$/u.test(length)) return null;
  const prefix = length === undefined ? BITS[family] : Number(length);
  if (prefix > BITS[family]) return null;
  const plain = plainAddress(address);
  if (plain === address) return { address, prefix, family };
  return prefix < MAPPED_PREFIX ? null : { address: plain, prefix: prefix - MAPPED_PREFIX, family: 'ipv4' };
}

/** Normalizes an address for comparison and storage: an IPv4-mapped one (`::ffff:203.0.113.7`) becomes IPv4. */
export function plainAddress(address: string): string {
  const [, dotted, high, low] = MAPPED.exec(address) ?? [];
  if (dotted !== undefined) return dotted;
  if (high === undefined || low === undefined) return address;
  return [high, low].flatMap((part) => [parseInt(part, 16) >> 8, parseInt(part, 16) & 255]).join('.');
}

/** The /64 network of an IPv6 address, which usually is one customer's, as its first four groups; an IPv4 address unchanged. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined || before.length >= 4) return before.slice(0, 4).join(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
