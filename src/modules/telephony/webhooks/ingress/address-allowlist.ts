import { BlockList, isIP } from 'node:net';
import { readAddressBlock } from '../../../../common/cidr.js';

/** Who may post webhooks, by address. An empty list lets everyone in. */
export class AddressAllowlist {
  private readonly blocks = new BlockList();
  private readonly isOpen: boolean;

  /**
   * @param allowed addresses and CIDR blocks, IPv4 and IPv6
   * @throws RangeError when one of them is neither
   */
  constructor(readonly allowed: readonly string[]) {
    this.isOpen = allowed.length === 0;
    for (const text of allowed) {
      const block = readAddressBlock(text);
      if (block === null) throw new RangeError(`${text} is no address and no CIDR block`);
      this.blocks.addSubnet(block.address, block.prefix, block.family);
    }
  }

  /** What is no IP address is admitted by an empty list alone. A mapped IPv4 address meets the rules of its IPv4 address. */
  admits(address: string): boolean {
    if (this.isOpen) return true;
    const version = isIP(address);
    return version !== 0 && this.blocks.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}
