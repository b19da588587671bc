import fc from 'fast-check';
import { Unreadable } from '../../src/modules/telephony/bracknet/field-values.js';
import { recordingAddressUpTo } from '../../src/modules/telephony/bracknet/recording-address.js';

const read = recordingAddressUpTo(2048);

describe('the address of a recording', () => {
  it.each([
    ['https://pbx.example.com/rec/1.mp3', 'https://pbx.example.com/rec/1.mp3'],
    ['HTTPS://PBX.Example.com:443/a b.wav', 'https://pbx.example.com/a%20b.wav'],
    ['http://192.168.1.20:8080/1.wav?id=7&x=%20#t=3', 'http://192.168.1.20:8080/1.wav?id=7&x=%20#t=3'],
    ['http://10.0.0.5/1.wav', 'http://10.0.0.5/1.wav'],
    ['http://172.16.0.5/1.wav', 'http://172.16.0.5/1.wav'],
    ['http://[fd00::5]/1.wav', 'http://[fd00::5]/1.wav'],
    ['https://127.example.com/1.wav', 'https://127.example.com/1.wav'],
    [
      'https://a.example/"><script>alert(1)</script>',
      'https://a.example/%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    ],
    ["https://a.example/?x='onload=y#'\"<b>", 'https://a.example/?x=%27onload=y#%27%22%3Cb%3E'],
    ['https://a.example/rec@2x.wav', 'https://a.example/rec@2x.wav'],
  ])('%j is kept as %j', (text, address) => {
    expect(read(text)).toBe(address);
  });

  it.each([
    ['a user', 'https://admin@pbx.example.com/1.wav', 'a user or a password'],
    ['a password', 'https://admin:secret@pbx.example.com/1.wav', 'a user or a password'],
    ['an empty user', 'https://@pbx.example.com/1.wav', 'a user or a password'],
    ['a user before a private host', 'http:\\\\x:y@10.0.0.5/', 'a user or a password'],
    ['another scheme', 'javascript:alert(1)', 'http or https'],
    ['data', 'data:text/html,x', 'http or https'],
    ['a path', '/var/spool/1.wav', 'http or https'],
    ['a number', 17, 'http or https'],
    ['a line break', 'https://a.example/1\n.wav', 'control characters'],
    ['a tab in the scheme', 'java\tscript:alert(1)', 'control characters'],
    ['an invisible character', 'https://a.example/\u202Evaw.1', 'control characters'],
    ['2,049 characters', `https://a.example/${'a'.repeat(2_031)}`, 'at most 2048'],
    [
      'what has 2,049 characters when it is rewritten',
      `https://a.example/${' '.repeat(700)}b`,
      'at most 2048',
    ],
  ])('with %s is refused', (_what, text, problem) => {
    const result = read(text);
    expect(result).toBeInstanceOf(Unreadable);
    expect((result as Unreadable).problem).toContain(problem);
  });

  it.each([
    'localhost',
    'ip6-localhost',
    'localhost.localdomain',
    'instance-data.ec2.internal',
    '[64:ff9b:1::a9fe:a9fe]',
    'LOCALHOST.',
    'a.localhost',
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '0x7f.1',
    '0177.0.0.1',
    '2130706433',
    '0x7f000001',
    '0',
    '0.0.0.0',
    '１２７.0.0.1',
    '%31%32%37.0.0.1',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '[::ffff:169.254.169.254]',
    '[fe80::1]',
    '[febf::1]',
    'metadata.google.internal',
    'metadata',
    '100.100.100.200',
    '168.63.129.16',
    '[fd00:ec2::254]',
    '224.0.0.1',
    '255.255.255.255',
    '[ff02::1]',
  ])('on %s is refused', (host) => {
    expect(read(`http://${host}:8080/latest`)).toMatchObject({
      problem: expect.stringContaining('this machine'),
    });
  });

  it('has no character that ends an attribute or a line, and reads as itself', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.webUrl({ withQueryParameters: true, withFragments: true }),
        (noise, url) => {
          const address = read(url + noise);
          if (typeof address !== 'string') return;
          expect(address).not.toMatch(/[\s"'<>\\\p{Cc}]/u);
          expect(read(address)).toBe(address);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
