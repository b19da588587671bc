import * as fc from 'fast-check';
import { dialable } from '../../src/common/dial-policy.js';
import { DomainError } from '../../src/common/errors/domain-error.js';
import { HTTP_STATUS_OF, type ErrorCode } from '../../src/common/errors/error-code.js';

function refusalOf(raw: string, allowed: readonly string[] = ['BD']): DomainError {
  try {
    dialable(raw, allowed);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('it was dialable');
}

describe('numbers that are dialled', () => {
  it.each([
    ['01712345678', '01712345678', 'a mobile'],
    ['+88 01712-345678', '01712345678', 'a mobile as people write it'],
    ['০১৭১২৩৪৫৬৭৮', '01712345678', 'a mobile in Bangla digits'],
    ['029876543', '029876543', 'a land line'],
    ['02588812345', '02588812345', 'an 11-digit land line the tables do not know'],
    ['09612345678', '09612345678', 'IP telephony'],
    ['09699999999', '09699999999', 'IP telephony the tables do not know'],
    ['08001234567', '08001234567', 'toll-free'],
    ['01712345678, 01812345678', '01712345678', 'the first of two'],
  ])('%s as %s: %s', (raw, national) => {
    expect(dialable(raw, ['BD'])).toEqual({ e164: `+880${national.slice(1)}`, national });
  });

  it('a foreign number is dialled with 00 when its country is allowed', () => {
    expect(dialable('+442079460958', ['BD', 'GB'])).toEqual({
      e164: '+442079460958',
      national: '00442079460958',
    });
  });
});

describe('numbers that are rejected', () => {
  it.each<[string, ErrorCode, string]>([
    ['', 'NUMBER_INVALID', 'nothing'],
    ['anonymous', 'NUMBER_INVALID', 'a withheld caller'],
    ['0171234567', 'NUMBER_INVALID', 'one digit short'],
    ['01712345678901234', 'NUMBER_INVALID', 'too long'],
    ['*21*01712345678#', 'NUMBER_INVALID', 'a feature code that would forward calls'],
    ['09001234567', 'NUMBER_INVALID', 'a premium range of Bangladesh'],
    ['442079460958', 'NUMBER_INVALID', 'a foreign number without + or 00'],
    ['966501234567', 'NUMBER_INVALID', 'a foreign number of a caller, whose + was lost'],
    ['Sales:01711000705', 'NUMBER_INVALID', 'a number behind a prefix'],
    ['PJSIP/01711000707-0000002a', 'NUMBER_INVALID', 'a number in a channel'],
    ['01711000715#', 'NUMBER_INVALID', 'a number and a key'],
    ['01711000716 (CID)', 'NUMBER_INVALID', 'a number and a note'],
    ['8801711000709%40sbc', 'NUMBER_INVALID', 'an encoded address'],
    ['\uD800'.repeat(10_000), 'NUMBER_INVALID', 'garbage'],

    ['999', 'NUMBER_EMERGENCY', 'the national emergency service'],
    ['112', 'NUMBER_EMERGENCY', 'the emergency number of mobile networks'],
    ['911', 'NUMBER_EMERGENCY', 'the emergency number phones know'],
    ['199', 'NUMBER_EMERGENCY', 'the fire service'],
    ['৯৯৯', 'NUMBER_EMERGENCY', 'in Bangla digits'],
    ['9-9-9', 'NUMBER_EMERGENCY', 'with separators'],
    ['0999', 'NUMBER_EMERGENCY', 'behind a trunk zero'],
    ['+880999', 'NUMBER_EMERGENCY', 'behind the country code'],
    ['sip:999@pbx.local', 'NUMBER_EMERGENCY', 'as an address'],

    ['201', 'NUMBER_SHORT_CODE', 'an extension'],
    ['333', 'NUMBER_SHORT_CODE', 'the government helpline'],
    ['109', 'NUMBER_SHORT_CODE', 'a helpline'],
    ['106', 'NUMBER_SHORT_CODE', 'a helpline'],
    ['16263', 'NUMBER_SHORT_CODE', 'a commercial short code'],
    ['999999', 'NUMBER_SHORT_CODE', 'six digits'],

    ['+442079460958', 'NUMBER_COUNTRY_NOT_ALLOWED', 'abroad'],
    ['00442079460958', 'NUMBER_COUNTRY_NOT_ALLOWED', 'abroad with 00'],
    ['+442079460958, 01712345678', 'NUMBER_COUNTRY_NOT_ALLOWED', 'abroad, hidden before a local one'],
    ['+447700900123', 'NUMBER_COUNTRY_NOT_ALLOWED', 'a range of no known country'],
    ['+88 1712345678', 'NUMBER_COUNTRY_NOT_ALLOWED', 'a satellite number that looks like a mobile'],
    ['+881631234567', 'NUMBER_COUNTRY_NOT_ALLOWED', 'Iridium'],
    ['+870773111632', 'NUMBER_COUNTRY_NOT_ALLOWED', 'Inmarsat'],
    ['+8821612345678', 'NUMBER_COUNTRY_NOT_ALLOWED', 'an international network'],
    ['+883510012345678', 'NUMBER_COUNTRY_NOT_ALLOWED', 'an international network'],
    ['+979123456789', 'NUMBER_COUNTRY_NOT_ALLOWED', 'international premium rate'],
    ['+80012345678', 'NUMBER_COUNTRY_NOT_ALLOWED', 'international freephone'],
  ])('%j: %s, %s', (raw, code) => {
    expect(refusalOf(raw).code).toBe(code);
    expect(HTTP_STATUS_OF[code]).toBe(422);
  });

  it.each<[string, string, ErrorCode]>([
    ['US', '+1 900 555 1234', 'NUMBER_COUNTRY_NOT_ALLOWED'],
    ['GB', '+44 909 8790000', 'NUMBER_COUNTRY_NOT_ALLOWED'],
    ['IN', '+91 1860 123 4567', 'NUMBER_COUNTRY_NOT_ALLOWED'],
    ['US', '+1 876 555 0123', 'NUMBER_COUNTRY_NOT_ALLOWED'],
    ['IN', '+91 0000 000000', 'NUMBER_INVALID'],
  ])('an allowed country (%s) does not open %s', (country, raw, code) => {
    expect(refusalOf(raw, ['BD', country]).code).toBe(code);
  });

  it('an empty list of countries allows none', () => {
    expect(refusalOf('01712345678', []).code).toBe('NUMBER_COUNTRY_NOT_ALLOWED');
  });

  it('the message says what would be allowed, and of the number its last three digits alone', () => {
    expect(refusalOf('+442079460958', ['BD', 'IN']).message).toBe(
      'Calls to +*********958 (GB) are not allowed. Allowed countries: BD, IN.',
    );
  });

  it('no message carries the number', () => {
    const numberish = fc.string({
      unit: fc.constantFrom(...'0123456789'.split('')),
      minLength: 4,
      maxLength: 16,
    });
    const prefix = fc.constantFrom('', '+', '00', '+44', '+1900', '+88', '0');
    fc.assert(
      fc.property(prefix, numberish, (start, digits) => {
        expect(refusalOf(start + digits, []).message).not.toMatch(/\d{4}/);
      }),
      { numRuns: 1000 },
    );
  });

  it('for any input, only a number of an allowed country is dialled', () => {
    const numberish = fc.string({ unit: fc.constantFrom(...'0123456789+- ,/০৯'.split('')), maxLength: 40 });
    fc.assert(
      fc.property(fc.oneof(numberish, fc.string({ unit: 'binary' })), (raw) => {
        let national: string | null = null;
        try {
          ({ national } = dialable(raw, ['BD']));
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
        }
        expect(national ?? '0200000000').toMatch(/^0[1-9]\d{5,9}$/);
      }),
      { numRuns: 2000 },
    );
  });
});
