import { BlockList, isIP } from 'node:net';
import { readAddressBlock } from '../../../../common/cidr.js';

/** Source addresses that may post webhooks. An empty list allows every address. */
export class AddressAllowlist {
  private readonly blocks = new BlockList();
  private readonly allowsAll: boolean;

  /**
   * @param allowed addresses and CIDR blocks, IPv4 and IPv6
   * @throws RangeError when one of them is neither
   */
  constructor(readonly allowed: readonly string[]) {
    this.allowsAll = allowed.length === 0;
    for (const text of allowed) {
      const block = readAddressBlock(text);
      if (block === null) throw new RangeError(`${text} is no address and no CIDR block`);
      this.blocks.addSubnet(block.address, block.prefix, block.family);
    }
  }

  /** An IPv4-mapped IPv6 address is checked as IPv4. Text that is no IP address is admitted only by an empty list. */
  admits(address: string): boolean {
    if (this.allowsAll) return true;
    const version = isIP(address);
    return version !== 0 && this.blocks.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}
