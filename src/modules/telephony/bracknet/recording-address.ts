import { isIPv4, isIPv6 } from 'node:net';
import { plainAddress } from '../../../common/cidr.js';
import { type FieldReader, textUpTo, Unreadable } from './field-values.js';

/** Hosts that stand for the machine that opens the address. */
const LOCAL_NAME =
  /^(?:(?:.*\.)?localhost|localhost[46]?(?:\.localdomain[46]?)?|ip6-(?:localhost|loopback))\.?$/u;
/** Names under which clouds serve the credentials of a machine; by number they are link-local. */
const METADATA_NAME =
  /^(?:metadata|instance-data(?:\.ec2\.internal)?|metadata\.goog|metadata\.google\.internal)\.?$/u;

/** Loopback. */
const LOOPBACK = /^(?:127\.[\d.]+|::1)$/u;

/** First octets: this machine, loopback, link-local with the metadata of clouds, multicast and reserved. */
const OWN_IPV4 = /^(?:0|127|169\.254|22[4-9]|23\d|24\d|25[0-5])\./u;
/** Alibaba's and Oracle's metadata, and Azure's, which are not link-local. */
const METADATA_IPV4 = new Set(['100.100.100.200', '192.0.0.192', '168.63.129.16']);
/** Unspecified, loopback, link-local, multicast, and the metadata of AWS. */
const OWN_IPV6 = /^(?:::1?|fe[89ab][\da-f]:.*|ff[\da-f]{2}:.*|fd00:ec2::254)$/u;

/** IPv4 addresses in IPv6 ones besides the mapped: NAT64 (RFC 6052), 6to4 (RFC 3056) and the deprecated compatible. */
const EMBEDDED_IPV4 =
  /^(?:64:ff9b:(?:1:)?:|::)(?:([\da-f]{1,4}):)?([\da-f]{1,4})$|^2002:([\da-f]{1,4}):([\da-f]{1,4})(?::|$)/u;

const NOT_HTTP = new Unreadable('must be an http or https address');
const CREDENTIALS = new Unreadable('must not contain a user or a password');
const CONTROL = new Unreadable('must not contain control characters');
const OWN_HOST = new Unreadable('must not name this machine, a link-local host or one of a cloud’s metadata');

/**
 * The address of a recording, which people open: an http or https address as a browser would write it, so that it has no
 * quotes and no angle brackets. Private networks (RFC 1918) are allowed: the PBX is often in one.
 *
 * @param maxLength in characters, before and after it is rewritten
 * @param isThisMachineAllowed for a simulated PBX
 */
export function recordingAddressUpTo(
  maxLength: number,
  { isThisMachineAllowed } = { isThisMachineAllowed: false },
): FieldReader<string> {
  const readText = textUpTo(maxLength);
  return (value) => {
    const text = typeof value === 'string' ? readText(value) : NOT_HTTP;
    if (typeof text !== 'string') return text;
    // URL removes tabs and line breaks, and would make another address of it.
    if (/[\p{Cc}\p{Cf}]/u.test(text)) return CONTROL;
    if (!URL.canParse(text)) return NOT_HTTP;
    const { protocol, username, password, hostname, href } = new URL(text);
    if (protocol !== 'http:' && protocol !== 'https:') return NOT_HTTP;
    if (username !== '' || password !== '' || /^\w+:\/*[^/?#]*@/u.test(text)) return CREDENTIALS;
    const isAllowed = isThisMachineAllowed && isThisMachine(hostname);
    if (!isAllowed && isOwnHost(hostname)) return OWN_HOST;
    const address = withoutQuotes(href);
    return address.length > maxLength ? new Unreadable(`must be at most ${maxLength} characters`) : address;
  };
}

/** URL leaves these in a query or a fragment; in a page they end an attribute. */
function withoutQuotes(href: string): string {
  return href.replace(/['"<>`\\]/gu, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || LOOPBACK.test(hostname.replace(/^\[|\]$/gu, ''));
}

/** @param hostname of a URL, which has rewritten decimal, octal and hexadecimal IPv4 addresses */
function isOwnHost(hostname: string): boolean {
  if (LOCAL_NAME.test(hostname) || METADATA_NAME.test(hostname)) return true;
  const bare = hostname.replace(/^\[|\]$/gu, '');
  const address = isIPv6(bare) ? ipv4In(bare) : bare;
  if (isIPv6(address)) return OWN_IPV6.test(address);
  return isIPv4(address) && (OWN_IPV4.test(address) || METADATA_IPV4.has(address));
}

/** The IPv4 address in an IPv6 one, or the IPv6 one unchanged. */
function ipv4In(address: string): string {
  const plain = plainAddress(address);
  if (plain !== address || address === '::' || address === '::1') return plain;
  const [, high, low, high6to4, low6to4] = EMBEDDED_IPV4.exec(address) ?? [];
  if (low === undefined && low6to4 === undefined) return address;
  return plainAddress(`::ffff:${high6to4 ?? high ?? '0'}:${low6to4 ?? low}`);
}
