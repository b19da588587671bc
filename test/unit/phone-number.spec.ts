import * as fc from 'fast-check';
import {
  customerIdOf,
  e164Of,
  maskNumber,
  maskNumbersIn,
  nationalOf,
  readPhoneNumber,
  writtenForms,
} from '../../src/common/phone-number.js';

const RAHIM = '+8801712345678';
const KARIM = '+8801812345678';

const ZERO_OF = { ascii: 0x30, bangla: 0x9e6, arabicIndic: 0x660, persian: 0x6f0, fullWidth: 0xff10 };

function inScript(zero: number, text: string): string {
  return text.replace(/\d/g, (digit) => String.fromCharCode(zero + Number(digit)));
}

const oneOf = (characters: string, ...more: string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...characters.split(''), ...more);
const digitString = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: oneOf('0123456789'), minLength: length, maxLength: length });

const mobile = fc
  .tuple(oneOf('3456789'), digitString(8))
  .map(([operator, subscriber]) => `+8801${operator}${subscriber}`);
const ipTelephony = digitString(8).map((subscriber) => `+88096${subscriber}`);
const landLine = digitString(9).map((subscriber) => `+8802${subscriber}`);
const foreign = fc.constantFrom('+442079460958', '+14155552671', '+919876543210', '+390612345678');
const anyNumber = fc.oneof(mobile, ipTelephony, landLine, foreign);

const separator = fc.string({ unit: oneOf(' -–.()\t\u00A0\u200B\u200E\uFEFF'), maxLength: 1 });

/** One of the written forms, each digit in a script of its own, anything invisible or decorative between them. */
function disguised(form: string): fc.Arbitrary<string> {
  const script = fc.constantFrom(...Object.values(ZERO_OF));
  const written = form
    .split('')
    .map((char) => fc.tuple(script, separator).map(([zero, after]) => inScript(zero, char) + after));
  return fc.tuple(...written).map((parts) => parts.join(''));
}

describe('one Bangladeshi mobile, however written', () => {
  // prettier-ignore
  it.each([
    '01712345678', '+8801712345678', '8801712345678', '008801712345678', '1712345678', '88-01712-345678',
    '০১৭১২৩৪৫৬৭৮', '+88 01712 345678', '+88 ০১৭১২ 345678', '(+880) 1712-345678', '+880 (0) 1712-345678',
    '00880 01712 345678', '  01712345678\t', '01712.345.678', '01712–345678', '01712−345678',
    '01712345678 ext. 12', '01712345678 x12', inScript(ZERO_OF.arabicIndic, '01712345678'),
    inScript(ZERO_OF.persian, '+8801712345678'),
    inScript(ZERO_OF.fullWidth, '01712345678'), '\uFF08+880\uFF091712\uFF0D345678', '০১৭12৩৪5678',
    '\u200E01712\u200B345678\u200F', '\uFEFF01712\u00A0345678', '\u202A+8801712345678\u202C',
    'tel:+8801712345678;ext=1', 'TEL:01712345678', 'Tel: 01712-345678',
    'sip:01712345678@pbx.local;user=phone', 'sips:+8801712345678@10.0.0.1:5061;transport=tls',
    'sip:%2B8801712345678@pbx.local', '01712345678@pbx.local', '"Rahim" <sip:01712345678@host>',
    '"Rahim" <01712345678>', '"Rahim; 01812345678" <sip:01712345678@host>;tag=01912345678',
    '%E0%A7%A6%E0%A7%A7%E0%A7%AD12345678',
  ])('%j', (raw) => {
    const read = { kind: 'number', e164: RAHIM, national: '01712345678', country: 'BD', others: [] };
    expect(readPhoneNumber(raw)).toEqual({ ...read, raw });
  });
});

describe('a Bangladeshi mobile in a plain form', () => {
  it('is known at sight for what the tables say it is', () => {
    fc.assert(
      fc.property(mobile, (e164) => {
        for (const form of writtenForms(e164)) {
          // A gap leaves it the same number, and no plain form.
          const gapped = `${form.slice(0, -3)} ${form.slice(-3)}`;
          expect(readPhoneNumber(form)).toEqual({ ...readPhoneNumber(gapped), raw: form });
          expect(readPhoneNumber(` ${form}\n`)).toMatchObject({ kind: 'number', e164 });
        }
      }),
    );
  });

  it('is invalid with a digit too many or too few, or with an unassigned operator code', () => {
    const oddMobile = fc
      .tuple(fc.constantFrom('', '0', '880', '+880', '00880'), oneOf('0123456789'), digitString(9))
      .chain(([prefix, operator, digits]) =>
        fc.constantFrom(`${prefix}1${operator}${digits}`, `${prefix}1${operator}${digits.slice(2)}`),
      );
    fc.assert(
      fc.property(oddMobile, (form) => {
        const gapped = `${form.slice(0, -3)} ${form.slice(-3)}`;
        expect(readPhoneNumber(form)).toEqual({ ...readPhoneNumber(gapped), raw: form });
      }),
    );
  });
});

describe('other numbers', () => {
  it.each([
    ['029876543', '+88029876543', 'a Dhaka land line'],
    ['+880 2-9876543', '+88029876543', 'the same land line from abroad'],
    ['031-712345', '+88031712345', 'an area code'],
    ['02222334455', '+8802222334455', 'an 11-digit land line, central zone'],
    ['02333312345', '+8802333312345', 'an 11-digit land line, south-east zone'],
    ['02477712345', '+8802477712345', 'an 11-digit land line, south-west zone'],
    ['02588812345', '+8802588812345', 'an 11-digit land line, north-west zone'],
    ['02996612345', '+8802996612345', 'an 11-digit land line, north-east zone'],
    ['09612345678', '+8809612345678', 'IP telephony'],
    ['09699999999', '+8809699999999', 'an IP telephony range the tables do not know'],
    ['9612345678', '+8809612345678', 'IP telephony without its trunk zero'],
    ['08001234567', '+8808001234567', 'toll-free'],
  ])('%s is %s: %s', (raw, e164) => {
    expect(readPhoneNumber(raw)).toMatchObject({ kind: 'number', e164, country: 'BD' });
  });

  it.each([
    ['+44 20 7946 0958', '+442079460958', 'GB'],
    ['0044 (0)20 7946 0958', '+442079460958', 'GB'],
    ['+1 (415) 555-2671', '+14155552671', 'US'],
    ['0091 98765 43210', '+919876543210', 'IN'],
    ['+39 06 12345678', '+390612345678', 'IT'],
    ['+881712345678', '+881712345678', null],
    ['+870773111632', '+870773111632', null],
    ['+447700900123', '+447700900123', null],
  ])('%s is %s of country %s', (raw, e164, country) => {
    expect(readPhoneNumber(raw)).toMatchObject({ kind: 'number', e164, country });
  });

  it.each([
    ['442079460958', 'a foreign number without + or 00'],
    ['4155552671', 'a foreign national number'],
    ['0171234567', 'a mobile one digit short'],
    ['017123456789', 'a mobile one digit long'],
    ['01212345678', 'an operator code nobody has'],
    ['09012345678', 'a range not in use'],
    ['9876543', 'a local land line without its area code'],
    ['2222334455', 'a land line without its trunk zero'],
    ['+44 12345', 'a length impossible abroad'],
    ['88 1712345678', 'a mobile with half a country code'],
    ['+0001712345678', 'a country code of zeros'],
    ['01712345678abc', 'letters at the end'],
    ['BN-CALL-01712345678', 'letters at the start'],
    ['01712*345678', 'a feature code'],
    ['++8801712345678', 'two plus signs'],
    ['0171234567②', 'a digit that is a picture'],
    ['01712\u0000345678', 'a control character'],
    ['01712\uD800345678', 'half a character'],
    ['Rahim', 'a name'],
    ['sip:pbx.local', 'a host'],
  ])('%j is not a number: %s', (raw) => {
    expect(readPhoneNumber(raw)).toEqual({ kind: 'invalid', raw });
    expect(e164Of(raw)).toBeNull();
  });
});

describe('extensions and short codes', () => {
  it.each([
    ['201', '201'],
    ['16263', '16263'],
    ['999', '999'],
    ['৩৩৩', '333'],
    ['+123456', '123456'],
    ['sip:201@pbx.local', '201'],
    ['"Desk 4" <sip:301@10.0.0.1>', '301'],
    ['2 0 1', '201'],
  ])('%s is short: %s, never E.164', (raw, digits) => {
    expect(readPhoneNumber(raw)).toEqual({ kind: 'short', raw, digits });
    expect(e164Of(raw)).toBeNull();
  });
});

describe('withheld callers', () => {
  // prettier-ignore
  it.each([
    '', '   ', '-', '\u200B', '<>', 'tel:', 'anonymous', 'Anonymous', 'PRIVATE NUMBER', 'private',
    'unknown', 'Unknown Caller', 'restricted', 'unavailable', 'Blocked caller-id', 'withheld', 'null',
    'N/A', 'Not Available', 'sip:anonymous@anonymous.invalid', '"Anonymous" <sip:anonymous@10.20.30.40>',
  ])('%j is anonymous', (raw) => {
    expect(readPhoneNumber(raw)).toEqual({ kind: 'anonymous', raw });
  });

  it('a number is a number whatever the display name hides', () => {
    expect(e164Of('"Anonymous" <sip:01712345678@host>')).toBe(RAHIM);
  });
});

describe('two numbers in one field', () => {
  // prettier-ignore
  it.each([
    '01712345678, 01812345678', '01712345678,01812345678', '01712345678/01812345678',
    '01712345678 ; 01812345678', '01712345678|01812345678', '01712345678 & 01812345678',
    '01712345678\n01812345678', '01712345678\r\n01812345678', '01712345678 or 01812345678',
    '০১৭১২৩৪৫৬৭৮ অথবা ০১৮১২৩৪৫৬৭৮', '01712345678\uFF0C01812345678', '01712345678 01812345678',
    '01712345678 - 01812345678', 'call, 01712345678, 01812345678',
    '201 / 01712345678 / 01812345678 / 01712345678 / +880 1812-345678',
    '"A" <sip:01712345678@h>, "B" <sip:01812345678@h>',
  ])('%j is the first, and the second besides', (raw) => {
    expect(readPhoneNumber(raw)).toMatchObject({ kind: 'number', e164: RAHIM, others: [KARIM] });
  });

  it('an unusable first gives way to the second', () => {
    expect(readPhoneNumber('0171234567, 01812345678')).toMatchObject({ e164: KARIM, others: [] });
  });

  it('the same number twice is one number', () => {
    expect(readPhoneNumber('01712345678 / +8801712345678')).toMatchObject({ e164: RAHIM, others: [] });
  });

  it('without a number, a short code counts before a withheld one, and that before nonsense', () => {
    expect(readPhoneNumber('unknown, 201')).toMatchObject({ kind: 'short', digits: '201' });
    expect(readPhoneNumber('rahim, unknown')).toMatchObject({ kind: 'anonymous' });
    expect(readPhoneNumber('rahim, ')).toMatchObject({ kind: 'invalid' });
  });
});

describe('forms of a number', () => {
  it('the PBX and crm_call_tasks get the national form of a Bangladeshi number', () => {
    expect(nationalOf(RAHIM)).toBe('01712345678');
    expect(customerIdOf(RAHIM)).toBe('01712345678');
  });

  it('abroad the PBX gets the 00 prefix and crm_call_tasks E.164', () => {
    expect(nationalOf('+442079460958')).toBe('00442079460958');
    expect(customerIdOf('+442079460958')).toBe('+442079460958');
  });

  it('a mobile stands in a column in five ways', () => {
    const forms = '01712345678 +8801712345678 8801712345678 008801712345678 1712345678';
    expect(writtenForms(RAHIM)).toEqual(forms.split(' '));
  });

  it('a foreign number stands in a column in two ways', () => {
    expect(writtenForms('+442079460958')).toEqual(['00442079460958', '+442079460958']);
  });

  it('a land line without its trunk zero is not looked for: it may be a local number of another area', () => {
    const forms = '029876543 +88029876543 88029876543 0088029876543';
    expect(writtenForms('+88029876543')).toEqual(forms.split(' '));
  });

  it('every written form, in any mix of scripts and separators, reads as the same number', () => {
    const disguise = anyNumber.chain((e164) =>
      fc
        .constantFrom(...writtenForms(e164))
        .chain(disguised)
        .map((raw) => ({ e164, raw })),
    );
    fc.assert(
      fc.property(disguise, ({ e164, raw }) => {
        expect(readPhoneNumber(raw)).toMatchObject({ kind: 'number', raw, e164, others: [] });
      }),
      { numRuns: 1000 },
    );
  });

  it('what was read once reads the same again, by E.164, national form and customer id', () => {
    fc.assert(
      fc.property(anyNumber, (e164) => {
        expect(e164Of(e164)).toBe(e164);
        expect(e164Of(nationalOf(e164))).toBe(e164);
        expect(e164Of(customerIdOf(e164))).toBe(e164);
      }),
    );
  });

  it('any two numbers in one field are both found, in their order', () => {
    const between = fc.constantFrom(', ', ',', '/', ' ; ', '|', '&', '\n', ' or ', ' OR ');
    fc.assert(
      fc.property(anyNumber, anyNumber, between, (first, second, mark) => {
        const others = first === second ? [] : [second];
        expect(readPhoneNumber(nationalOf(first) + mark + second)).toMatchObject({ e164: first, others });
      }),
    );
  });
});

describe('hostile input', () => {
  const numberish = fc.string({
    unit: oneOf('0123456789+-().,;/|&@<>":%#x০৯٠۹0\u200B\u0000\n\uD800', 'ext', 'sip:', ' or ', '%E0'),
    maxLength: 300,
  });

  it('never throws, and gives E.164 or nothing', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), numberish);
    fc.assert(
      fc.property(text, (raw) => {
        const number = readPhoneNumber(raw);
        expect(number.raw).toBe(raw);
        const found = number.kind === 'number' ? [number.e164, ...number.others] : [];
        for (const e164 of found) expect(e164).toMatch(/^\+[1-9]\d{6,14}$/);
        expect(number.kind === 'short' ? number.digits : '201').toMatch(/^\d{1,6}$/);
        expect(typeof maskNumbersIn(raw)).toBe('string');
      }),
      { numRuns: 3000 },
    );
  });

  it('a field longer than any address is invalid, whatever it contains', () => {
    expect(readPhoneNumber(`${'0'.repeat(300)},01712345678`).kind).toBe('invalid');
  });

  it.each([
    ['digits', '7'.repeat(1_000_000)],
    ['separators', `1${' '.repeat(1_000_000)}2`],
    ['digits and separators', '1 - '.repeat(250_000)],
    ['open brackets', '<'.repeat(1_000_000)],
    ['escapes', '%E0'.repeat(300_000)],
    ['short runs', '123456x'.repeat(150_000)],
    ['extension marks', `0${' ext'.repeat(63)}`],
  ])('a great many %s take no noticeable time', (_what, text) => {
    const started = performance.now();
    readPhoneNumber(text);
    maskNumber(text);
    maskNumbersIn(text);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('maskNumber', () => {
  it.each([
    ['01712345678', '********678'],
    ['+8801712345678', '+**********678'],
    ['০১৭১২৩৪৫৬৭৮', '********৬৭৮'],
    ['88-01712-345678', '**-*****-***678'],
    ['16263', '**263'],
    ['201', '201'],
    ['', ''],
  ])('%j becomes %j', (number, masked) => {
    expect(maskNumber(number)).toBe(masked);
  });

  it('shows no more than three digits of any script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), anyNumber.chain(disguised), (noise, number) => {
        expect(maskNumber(noise + number).match(/\p{Nd}/gu)).toHaveLength(3);
      }),
    );
  });
});

describe('maskNumbersIn', () => {
  it.each([
    ['GET /calls?customerPhone=01712345678', 'GET /calls?customerPhone=********678'],
    ['customerPhone=%2B8801712345678&page=2', 'customerPhone=+**********678&page=2'],
    ['customerPhone=01712%20345678', 'customerPhone=***** ***678'],
    ['phone=%E0%A7%A6%E0%A7%A7%E0%A7%AD%E0%A7%A7%E0%A7%A8%E0%A7%A9%E0%A7%AA', 'phone=****২৩৪'],
    ['phone=%2201712345678%22', 'phone="********678"'],
    ['no route to +88 (01712) 345678: 404', 'no route to +** (*****) ******: 404'],
    ['of ০১৭১২৩৪৫৬৭৮ and 01812345678', 'of ********৬৭৮ and ********678'],
    ['{"from":"01712345678","to_extension":"201"}', '{"from":"********678","to_extension":"201"}'],
    ['Key (customer_id)=(01712345678) already exists', 'Key (customer_id)=(********678) already exists'],
  ])('%j becomes %j', (text, masked) => {
    expect(maskNumbersIn(text)).toBe(masked);
  });

  it.each([
    'timeout of 15000ms exceeded',
    'extension 201 of BN-CALL-456789',
    'connect ECONNREFUSED 10.20.30.40:5432',
    '?from=2026-01-01&to=2026-01-31',
    'at 2026-01-03T10:30:00.123Z',
    '%zz %E0%80 100%',
    '',
  ])('%j stays legible', (text) => {
    expect(maskNumbersIn(text)).toBe(text);
  });

  it('a number inside any text shows no more than its last three digits', () => {
    const plainForm = anyNumber.chain((e164) => fc.constantFrom(...writtenForms(e164).slice(0, 2)));
    const prose = fc.string({ unit: oneOf('abcXYZ=?:"{}<>কখগ\uD800\u0000') });
    const encode = fc.constantFrom((text: string) => text, encodeURIComponent);
    fc.assert(
      fc.property(prose, plainForm.chain(disguised), prose, encode, (before, number, after, write) => {
        const visible = maskNumbersIn(before + write(number) + after).match(/\p{Nd}/gu);
        expect(visible).toHaveLength(3);
      }),
      { numRuns: 1000 },
    );
  });
});
