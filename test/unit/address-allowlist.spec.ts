import { plainAddress, readAddressBlock } from '../../src/common/cidr.js';
import { AddressAllowlist } from '../../src/modules/telephony/webhooks/ingress/address-allowlist.js';

describe('the list of allowed addresses', () => {
  it.each([
    [[], '203.0.113.7', true],
    [[], 'unknown', true],
    [['203.0.113.7'], '203.0.113.7', true],
    [['203.0.113.7'], '203.0.113.8', false],
    [['203.0.113.0/24'], '203.0.113.255', true],
    [['203.0.113.0/24'], '203.0.114.0', false],
    [['203.0.113.9/24'], '203.0.113.1', true],
    [['0.0.0.0/0'], '8.8.8.8', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['2001:db8::/32'], '2001:db8:ffff::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['2001:db8::7'], '2001:0db8:0:0:0:0:0:7', true],
    [['203.0.113.0/24'], '::ffff:203.0.113.7', true],
    [['203.0.113.0/24'], '::ffff:cb00:7107', true],
    [['203.0.113.0/24'], '::ffff:203.0.114.7', false],
    [['::ffff:203.0.113.0/120'], '203.0.113.7', true],
    [['::ffff:203.0.113.0/120'], '203.0.114.7', false],
    [['10.0.0.0/8', '2001:db8::/48'], '2001:db8::1', true],
    [['203.0.113.0/24'], '', false],
    [['203.0.113.0/24'], 'unknown', false],
    [['203.0.113.0/24'], '203.0.113.7:5060', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
  ])('%j admits %s: %s', (allowed, address, admitted) => {
    expect(new AddressAllowlist(allowed).admits(address)).toBe(admitted);
  });

  it('is of addresses and blocks alone', () => {
    expect(() => new AddressAllowlist(['pbx.example.com'])).toThrow(RangeError);
  });
});

describe('an address block', () => {
  it.each([
    '',
    '/',
    '1.2.3.4/',
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/8/8',
    '1.2.3',
    '::/129',
    '::ffff:1.2.3.4/95',
    'fe80::1%eth0',
    '1.2.3.4 /8',
  ])('is not %j', (text) => {
    expect(readAddressBlock(text)).toBeNull();
  });

  it('of one address covers that address', () => {
    expect(readAddressBlock('203.0.113.7')).toEqual({ address: '203.0.113.7', prefix: 32, family: 'ipv4' });
    expect(readAddressBlock('::1')).toEqual({ address: '::1', prefix: 128, family: 'ipv6' });
  });
});

it('a mapped IPv4 address is the IPv4 address; others are as they are', () => {
  expect(plainAddress('::ffff:203.0.113.7')).toBe('203.0.113.7');
  expect(plainAddress('::FFFF:203.0.113.7')).toBe('203.0.113.7');
  expect(['203.0.113.7', '2001:db8::1', '::1', '::ffff:1'].map(plainAddress)).toEqual([
    '203.0.113.7',
    '2001:db8::1',
    '::1',
    '::ffff:1',
  ]);
});
