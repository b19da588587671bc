import { BlockList, isIP } from 'node:net';
import { type AddressBlock, plainAddress } from '../../../common/cidr.js';

/** This machine, if it is not 127.0.0.0/8 or ::1 either, link-local, multicast, reserved, and the metadata of clouds. */
const NEVER = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  // Alibaba's, Oracle's and Azure's metadata, which are not link-local.
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::254',
  // Others in disguise: compatible (RFC 4291), NAT64 (RFC 6052), Teredo (RFC 4380) and 6to4 (RFC 3056).
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
];

const THIS_MACHINE = ['127.0.0.0/8', '::1'];

/** Not on the internet (RFC 6890): only those that the operator names. */
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '100::/64',
  '2001:db8::/32',
  'fc00::/7',
];

const NAMES_OF_THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]'];

/** To which addresses a request for a recording may go. */
export class AddressPolicy {
  private readonly never = listOf(NEVER);
  private readonly thisMachine = listOf(THIS_MACHINE);
  private readonly private = listOf(PRIVATE);
  private readonly named = new BlockList();

  /**
   * @param networks private ones that are allowed
   * @param allowsThisMachine whether a host that is written as localhost, 127.0.0.1 or [::1] may be this machine
   */
  constructor(
    networks: readonly AddressBlock[],
    private readonly allowsThisMachine: boolean,
  ) {
    for (const { address, prefix, family } of networks) this.named.addSubnet(address, prefix, family);
  }

  /**
   * @param address IP address to which the name was resolved
   * @param hostname as URL writes it
   */
  allows(address: string, hostname: string): boolean {
    const plain = plainAddress(address);
    const version = plain.includes('%') ? 0 : isIP(plain);
    if (version === 0) return false;
    const isIn = (list: BlockList): boolean => list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
    if (isIn(this.thisMachine)) return this.allowsThisMachine && NAMES_OF_THIS_MACHINE.includes(hostname);
    if (isIn(this.never)) return false;
    return !isIn(this.private) || isIn(this.named);
  }
}

function listOf(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', prefix] = block.split('/');
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
