import { stringify } from 'csv-stringify/sync';
import * as fc from 'fast-check';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import { e164Of, writtenForms } from '../../src/common/phone-number.js';
import { spreadsheetNumber, spreadsheetPhone, spreadsheetText } from '../../src/modules/exports/cells.js';
import {
  type CellKind,
  type ExportColumn,
  type ExportFormat,
  type ExportRow,
  headerOf,
  linesOf,
} from '../../src/modules/exports/csv.js';
import { csvRecords } from '../support/csv-records.js';
import { propertyRuns } from '../support/property-runs.js';

const FORMULA_SIGNS = ['=', '+', '-', '@', '\t', '\r', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20'];
const BLANKS = [' ', '\t', '\n', '\r', '\u00A0', '\u200B', '\uFEFF', '\u3000'];

/** Any text, and often what means something to CSV or to a spreadsheet. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...FORMULA_SIGNS, ...BLANKS, '"', ',', ';', "'", '\r\n', '0', '1E5', 'কল'),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const homeNumber = fc
  .oneof(
    fc.tuple(fc.constantFrom('+88013', '+88017', '+88019', '+88096'), digits(8)),
    fc.tuple(fc.constant('+8802'), digits(9)),
  )
  .map((parts) => parts.join(''));
const foreignNumbers = getCountries().flatMap((country) => getExampleNumber(country, examples)?.number ?? []);

const cellsOf = (format: ExportFormat, kind: CellKind, values: readonly unknown[]): string[] => {
  const columns = values.map((_value, index) => ({ name: `c${index}`, kind }));
  const row = Object.fromEntries(values.map((value, index) => [`c${index}`, value]));
  const [header, cells = [], ...more] = csvRecords(
    headerOf(format, columns) + linesOf(format, columns, [row]),
  );
  expect([header, more]).toEqual([columns.map(({ name }) => name), []]);
  return cells;
};

describe('cells of an export', () => {
  it.each<CellKind>(['text', 'phone'])('any %s of a raw file reads back as it was', (kind) => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), (values) => {
        expect(cellsOf('raw', kind, values)).toEqual(values);
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });

  it('any text of a csv file reads back without the blanks before it, perhaps behind an apostrophe', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), (values) => {
        const cells = cellsOf('csv', 'text', values);
        for (const [index, cell] of cells.entries()) {
          const trimmed = (values[index] ?? '').replace(/^[\s\p{Z}\p{Cc}\p{Cf}]+/u, '');
          expect([trimmed, `'${trimmed}`]).toContain(cell);
        }
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });

  it.each<CellKind>(['text', 'phone'])(
    'no %s of a csv file begins as a formula does, nor with a blank',
    (kind) => {
      fc.assert(
        fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), (values) => {
          for (const cell of cellsOf('csv', kind, values)) {
            expect([...FORMULA_SIGNS, ...BLANKS].some((sign) => cell.startsWith(sign))).toBe(false);
          }
        }),
        { numRuns: propertyRuns(1_000) },
      );
    },
  );

  it.each([
    ['=1+1', "'=1+1"],
    [' =1+1', "'=1+1"],
    ['\u200B@SUM(A1)', "'@SUM(A1)"],
    ['\uFF1D1+1', "'\uFF1D1+1"],
    ['- wants a call back', "'- wants a call back"],
    ['0042', "'0042"],
    ['1E5', "'1E5"],
    ['12345678901234567', "'12345678901234567"],
    ['1764270000.120', "'1764270000.120"],
    ['1-2', "'1-2"],
    ['3/4', "'3/4"],
    ['10:30', "'10:30"],
    ['.50', "'.50"],
    ['1.e5', "'1.e5"],
    ['12%', "'12%"],
    ['1,234', "'1,234"],
    ['(5)', "'(5)"],
    ['0', '0'],
    ['123456789012345', '123456789012345'],
    ['queue-3', 'queue-3'],
    ['Sales 2', 'Sales 2'],
    ['201', '201'],
    ['BN-CALL-1', 'BN-CALL-1'],
    ['সন্ধ্যা ছয়টার পরে', 'সন্ধ্যা ছয়টার পরে'],
  ])('the text %j is the cell %j', (written, cell) => {
    expect(cellsOf('csv', 'text', [written, 'x'])).toEqual([cell, 'x']);
  });

  it.each([
    [true, 'true'],
    [false, 'false'],
    [0, '0'],
    [null, ''],
    ['', ''],
  ])('%j is the cell %j in both formats', (value, cell) => {
    expect([cellsOf('csv', 'plain', [value, 'x']), cellsOf('raw', 'plain', [value, 'x'])]).toEqual([
      [cell, 'x'],
      [cell, 'x'],
    ]);
  });

  it('a csv file begins with a byte order mark, a raw one does not', () => {
    const columns = [{ name: 'id', kind: 'plain' as const }];
    expect([headerOf('csv', columns), headerOf('raw', columns)]).toEqual(['\uFEFFid\r\n', 'id\n']);
  });

  it('a raw file has the bytes that csv-stringify writes, in the order of the rows', () => {
    const cell = fc.oneof(
      text,
      fc.constantFrom('plain', '', null, undefined, 0, -1, 12n, 1.5),
      fc.date({ noInvalidDate: true }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 6 }), (records) => {
        const columns = ['a', 'b', 'c'].map((name) => ({ name, kind: 'text' as const }));
        const rows = records.map(([a, b, c]) => ({ a, b, c }));
        const expected = stringify(records, { record_delimiter: 'unix', quote_record_delimiter: true });
        expect(linesOf('raw', columns, rows)).toBe(expected);
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });

  it('a csv file has the bytes that csv-stringify writes, with numbers below zero as they are', () => {
    const cell = fc.oneof(
      fc
        .constantFrom(...FORMULA_SIGNS, 'x', '"', 'a,b', 'a\rb')
        .chain((sign) => text.map((rest) => sign + rest)),
      fc.constantFrom('plain', '', null, -1, -12n),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 6 }), (records) => {
        const columns = ['a', 'b', 'c'].map((name) => ({ name, kind: 'plain' as const }));
        const rows = records.map(([a, b, c]) => ({ a, b, c }));
        const expected = stringify(records, {
          escape_formulas: true,
          record_delimiter: 'windows',
          quote_record_delimiter: true,
        });
        expect(linesOf('csv', columns, rows)).toBe(expected);
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });

  it.each<ExportFormat>(['csv', 'raw'])(
    'cells of digits that the database has joined are the same bytes of a %s file',
    (format) => {
      const digit = fc.oneof(
        fc.integer(),
        fc.constantFrom(null, 'true', 'false', '2026-01-03 10:00:00', '2026-01-03T10:00:00.000Z', '00:05'),
      );
      const record = fc.record({ a: digit, b: digit, c: digit, d: text, e: digit, f: digit });
      const kindOf = (name: string): CellKind => (name === 'd' ? 'text' : 'digits');
      const separate = [...'abcdef'].map((name) => ({ name, kind: kindOf(name) }));
      const joined = [
        { name: 'a', kind: 'digits' as const, joins: ['a', 'b', 'c'] },
        { name: 'd', kind: 'text' as const },
        { name: 'e', kind: 'digits' as const, joins: ['e', 'f'] },
      ];
      const whole = (columns: readonly ExportColumn[], rows: readonly ExportRow[]): string =>
        headerOf(format, columns) + linesOf(format, columns, rows);
      fc.assert(
        fc.property(fc.array(record, { maxLength: 6 }), (rows) => {
          const read = rows.map(({ a, b, c, d, e, f }) => ({ a: [a, b, c].join(), d, e: [e, f].join() }));
          expect(whole(joined, read)).toBe(whole(separate, rows));
        }),
        { numRuns: propertyRuns(1_000) },
      );
    },
  );

  describe('of a telephone number', () => {
    it.each([
      ['+8801712345678', '01712-345678'],
      ['+8809612345678', '09612-345678'],
      ['+880212345678', '0212-345678'],
      ['+442079460958', '0044 2079460958'],
      ['+14155552671', '001 4155552671'],
    ])('%s is %s', (e164, cell) => {
      expect(spreadsheetNumber(e164)).toBe(cell);
    });

    it('is read back as the same number, whoever it belongs to', () => {
      fc.assert(
        fc.property(fc.oneof(homeNumber, fc.constantFrom(...foreignNumbers)), (number) => {
          const e164 = e164Of(number);
          fc.pre(e164 !== null);
          expect(e164Of(spreadsheetNumber(e164))).toBe(e164);
        }),
        { numRuns: propertyRuns(2_000) },
      );
    });

    it('holds something that no spreadsheet takes for a number', () => {
      fc.assert(
        fc.property(fc.oneof(homeNumber, fc.constantFrom(...foreignNumbers)), (number) => {
          const e164 = e164Of(number);
          fc.pre(e164 !== null);
          expect(spreadsheetNumber(e164)).toMatch(/^00?\d+[- ]\d{4,}$/u);
        }),
        { numRuns: propertyRuns(1_000) },
      );
    });

    it('is the same cell in whatever form it was written', () => {
      const forms = [...writtenForms('+8801712345678'), '01712-345678', '+880 1712 345678'];
      expect(new Set(forms.map(spreadsheetPhone))).toEqual(new Set(['01712-345678']));
    });

    it.each(['anonymous', 'sip:01712345678@pbx.example', '01712345678, 01812345678', '77'])(
      'of which %j is no plain one, stays as it was written',
      (written) => {
        expect(spreadsheetPhone(written)).toBe(spreadsheetText(written));
      },
    );
  });
});
