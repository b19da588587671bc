import fc from 'fast-check';
import { maskNumbersIn } from '../../src/common/phone-number.js';

describe('numbers in the text of a log', () => {
  it.each([
    ['017/1234/5678 017_12_345_678', '***/****/**** ***_**_***_678'],
    ['0171:234:5678', '****:***:*678'],
    ['0171*2345*678 or 0171|2345~678', '**********678 or ****|****~678'],
    ['[0,1,7,1,2,3,4,5,6,7,8]', '[*,*,*,*,*,*,*,*,6,7,8]'],
    ['["0","1","7","1","2","3","4"]', '["*","*","*","*","2","3","4"]'],
    ['&#48;&#49;&#55;&#x31;&#x32;&#51;&#52;', '****234'],
    ['01712&nbsp;345&ndash;678', '*****&nbsp;***&ndash;678'],
    ['০১৭১২/৩৪৫_৬৭৮', '*****/***_৬৭৮'],
    [String.raw`\u0030\u0031\u0037\u09E7\x32\x33\x34`, '****234'],
    [String.raw`01712\t345\n678`, String.raw`*****\t***\n678`],
    ['%2530%2531%2537%2531%2532%2533%2534', '****234'],
    ['01712%0A345%2C678', '***** ***,678'],
    ['2026-01-03T10:30:00Z,01712345678', '2026-01-03T10:30:00Z,********678'],
    ['01712345678 at 2026-01-03 10:30:00', '********678 at 2026-01-03 10:30:00'],
    ['2026-01-03, 01712345678', '****-**-**, ********678'],
    ['CreateCalls01712345678 Calls1712345678', 'CreateCalls********678 Calls*******678'],
    ['01712345-6789-4012-8345-678901234567', '********-****-****-****-*********567'],
  ])('%j becomes %j', (text, masked) => {
    expect(maskNumbersIn(text)).toBe(masked);
  });

  it.each([
    'Applying migration CreateCalls1795305720000 (3 of 24)',
    'migrations/1795305720000-CreateCalls.js',
    'at run (file:///app/dist/migrations/1795305720000-CreateCalls.js:1161:204)',
    'at Object.<anonymous> (/app/node_modules/fastify/lib/reply.js:1971:125)',
    'request 50caa5f1-9051-4907-8116-90f7ea648288 took 1234.5 ms',
    'rows from 2026-01-03 10:30:00.123456+06 to 2026-01-03 10:30:00.123456+06',
    'days 2026-01-01, 2026-01-31',
    'the clock says 10:30:00.123',
    'listening on 0.0.0.0:3000, 10.20.30.40:5432',
    'TRUSTED_PROXIES=10.0.0.0/8, 192.168.100.0/24',
    'closed 123456 connections after 72000 ms',
  ])('%j stays legible', (text) => {
    expect(maskNumbersIn(text)).toBe(text);
  });

  it('a number whose digits are parted by anything but letters shows no more than its last three', () => {
    const parting = fc.constantFrom(...'/,_:*|~;\'"[]{}()<>=+-. \t\u00A0\u200B#&%$@!?^`\\');
    const write = fc.constantFrom(
      (digit: string) => digit,
      (digit: string) => `&#${digit.charCodeAt(0)};`,
      (digit: string) => `&#x${digit.charCodeAt(0).toString(16)};`,
      (digit: string) => encodeURIComponent(digit).replace(/^(\d)$/u, '%3$1'),
      (digit: string) => `%253${digit}`,
      (digit: string) => String.fromCharCode(digit.charCodeAt(0) - 0x30 + 0x09e6),
      (digit: string) => String.raw`\u09e${(6 + Number(digit)).toString(16)}`,
    );
    const number = fc.constantFrom('01712345678', '8801812345679', '1912345670', '0096170123456');
    fc.assert(
      fc.property(number, fc.array(parting, { maxLength: 3 }), write, (digits, between, writeDigit) => {
        const written = [...digits].map(writeDigit).join(between.join(''));
        expect(maskNumbersIn(`from=${written}; to=201`).match(/\p{Nd}/gu)?.length).toBeLessThanOrEqual(6);
      }),
      { numRuns: 1000 },
    );
  });

  it('no run of digits takes noticeable time', () => {
    const texts = ['1&nbsp', '1&#49', '%25', '1:', '1\\', 'Ab1', '2026-01-03 10:30:0'].map((part) =>
      part.repeat(20_000),
    );
    const begun = performance.now();
    for (const text of texts) maskNumbersIn(text);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
