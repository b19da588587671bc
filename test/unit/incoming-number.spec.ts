import * as fc from 'fast-check';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { dialable } from '../../src/common/dial-policy.js';
import { readIncomingNumber } from '../../src/common/incoming-number.js';
import { readPhoneNumber } from '../../src/common/phone-number.js';

const e164Of = (raw: string): string | null => {
  const number = readIncomingNumber(raw);
  return number.kind === 'number' ? number.e164 : null;
};

const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const mobile = fc
  .tuple(fc.constantFrom(...'3456789'), digits(8))
  .map(([operator, subscriber]) => `01${operator}${subscriber}`);

const foreignMobiles = getCountries()
  .flatMap((country) => getExampleNumber(country, examples)?.number ?? [])
  .filter((e164) => !e164.startsWith('+880') && e164.length >= 12);

describe('the number of a caller', () => {
  it.each([
    ['966501234567', '+966501234567'],
    [' 966501234567', '+966501234567'],
    ['sip:966501234567@10.0.0.1', '+966501234567'],
    ['966 50 123 4567', '+966501234567'],
    ['৯৬৬৫০১২৩৪৫৬৭', '+966501234567'],
    ['PJSIP/966501234567-00000021', '+966501234567'],
    ['442079460958', '+442079460958'],
    ['14155552671', '+14155552671'],
    ['Sales:01711000705', '+8801711000705'],
    ['12:01711000705', '+8801711000705'],
    ['PJSIP/01711000707-0000002a', '+8801711000707'],
    ['SIP/8801711000707-00000021', '+8801711000707'],
    ['01711000715#', '+8801711000715'],
    ['01711000716 (CID)', '+8801711000716'],
    ['CID: ০১৭১১০০০৭১৬', '+8801711000716'],
    ['8801711000709%40sbc', '+8801711000709'],
    ['sip:Sales:01711000705@sbc', '+8801711000705'],
    ['01711000705 <unknown>', '+8801711000705'],
    ['"01711000705" <sip:anonymous@10.0.0.1>', '+8801711000705'],
    ['201 01711000705', '+8801711000705'],
    ['88 1712345678', '+8801712345678'],
    ['881712345678', '+8801712345678'],
  ])('%j is %s', (raw, e164) => {
    expect(readIncomingNumber(raw)).toMatchObject({ kind: 'number', raw, e164, others: [] });
  });

  it.each([
    ['a:01711000705 b:01811000706', 'two numbers'],
    ['01711000705-01811000706', 'two numbers and a dash'],
    ['966501234567 (442079460958)', 'two foreign numbers'],
    ['017123456789', 'a mobile one digit long'],
    ['Sales:0171100070', 'a mobile one digit short'],
    ['4155552671', 'a national number of another country'],
    ['999999999999', 'a country code that nobody has'],
    ['sip:192.168.100.200', 'an address of a host'],
    ['sip:anonymous@192.168.100.200', 'a withheld caller at a host'],
    ['PJSIP/201-0000002a', 'an extension'],
    ['2026-11-26 15:56:13', 'a time'],
    ['01712*345678', 'a feature code'],
    ['Rahim', 'a name'],
    [`${'x'.repeat(300)}01711000705`, 'too long to be searched'],
  ])('%j is none: %s', (raw) => {
    expect(e164Of(raw)).toBeNull();
  });

  it('in an address counts before the one in the display name', () => {
    expect(readIncomingNumber('"01711000705" <sip:201@host>')).toMatchObject({
      kind: 'short',
      digits: '201',
    });
    expect(e164Of('"01711000705" <sip:01811000706@host>')).toBe('+8801811000706');
  });

  it('of every country is read without its +, and dialled only with it', () => {
    expect(foreignMobiles.length).toBeGreaterThan(100);
    for (const e164 of foreignMobiles) {
      const bare = e164.slice(1);
      expect([bare, e164Of(bare), e164Of(` ${bare}`), e164Of(`sip:${bare}@sbc`)]).toEqual([
        bare,
        e164,
        e164,
        e164,
      ]);
      expect(() => dialable(bare, getCountries())).toThrow('not a complete phone number');
    }
  });

  it('is found in whatever the PBX writes around it', () => {
    const before = fc.constantFrom('', 'Sales:', 'PJSIP/', 'sip:', 'CID ', 'GP trunk - ', '"Rahim" <sip:');
    const after = fc.constantFrom(
      '',
      '#',
      ' (CID)',
      '-0000002a',
      '@sbc',
      '%40sbc',
      ';user=phone',
      '@10.20.30.40>',
    );
    const form = fc.constantFrom('', '88', '+88', '0088');
    fc.assert(
      fc.property(mobile, form, before, after, (national, prefix, start, end) => {
        expect(e164Of(`${start}${prefix}${national}${end}`)).toBe(`+88${national}`);
      }),
    );
  });

  it('is what a stricter reading finds, where that finds one', () => {
    fc.assert(
      fc.property(fc.oneof(mobile, fc.string(), fc.stringMatching(/^[\d +().#:@/-]{0,30}$/u)), (raw) => {
        const strict = readPhoneNumber(raw);
        const incoming = readIncomingNumber(raw);
        if (strict.kind === 'number') expect(incoming).toEqual(strict);
        if (incoming.kind === 'number') expect(e164Of(incoming.e164)).toBe(incoming.e164);
        else expect(incoming).toEqual(strict);
      }),
      { numRuns: 2000 },
    );
  });

  it('is never thrown at, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (raw) => {
        expect(readIncomingNumber(raw).raw).toBe(raw);
      }),
    );
  });
});
