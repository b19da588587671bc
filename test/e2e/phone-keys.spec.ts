import fc from 'fast-check';
import { migrate } from '../../src/database/migrator.js';
import { numbersIn, phoneKeyOf } from '../../src/modules/crm/phone-keys.js';
import { type OpenDatabase, openEmptyDatabase } from '../support/legacy-schema.js';

/** Of one customer: by the function that the indexes use, and by the function for any field. */
interface Keys {
  readonly keys: string[];
  readonly all_keys: string[];
}

const quietly = (): void => {};

const bangla = (text: string): string =>
  text.replace(/\d/gu, (digit) => String.fromCodePoint(0x09e6 + Number(digit)));

/** National digits of a mobile of Bangladesh after the zero. */
const mobile = fc
  .tuple(fc.constantFrom('13', '15', '17', '18', '19'), fc.stringMatching(/^\d{8}$/u))
  .map(([operator, digits]) => operator + digits);

const WRITINGS: readonly ((significant: string) => string)[] = [
  (n) => `0${n}`,
  (n) => `+880${n}`,
  (n) => `880${n}`,
  (n) => `00880${n}`,
  (n) => n,
  (n) => `0${n.slice(0, 4)}-${n.slice(4)}`,
  (n) => `+88 0${n}`,
  (n) => `0${n.slice(0, 4)} ${n.slice(4, 7)} ${n.slice(7)}`,
  (n) => bangla(`0${n}`),
  (n) => `(+88) 0${n.slice(0, 4)}.${n.slice(4)}`,
];
const written = fc.tuple(mobile, fc.constantFrom(...WRITINGS)).map(([n, write]) => [n, write(n)] as const);

const field = fc.oneof(
  written.map(([, text]) => text),
  fc.tuple(written, fc.constantFrom(' / ', ', ', ';', ' '), written).map(([[, a], by, [, b]]) => a + by + b),
  fc.stringMatching(/^\+[1-9]\d{8,15}$/u),
  fc.stringMatching(/^[0+]?\d{0,16}[A-Za-z _-]{0,3}$/u),
  fc.constantFrom(null, '', 'facebook', 'n/a', 'REMOVED', '4711'),
);

describe('the keys of telephone numbers in the database', () => {
  let database: OpenDatabase;

  beforeAll(async () => {
    database = await openEmptyDatabase();
    await migrate(database.settings, quietly);
  });

  afterAll(() => database.drop());

  const keysOf = async (rows: readonly (readonly (string | null)[])[]): Promise<Keys[]> =>
    database.dataSource.query<Keys[]>(
      `SELECT telephony_phone_keys(f ->> 0, f ->> 1, f ->> 2) AS keys,
              telephony_phone_keys(f ->> 0, coalesce(f ->> 1, '') || ',' || coalesce(f ->> 2, '')) AS all_keys
         FROM jsonb_array_elements($1) WITH ORDINALITY AS row (f, n) ORDER BY n`,
      [JSON.stringify(rows)],
    );

  it('are the same for numbers without separators as by the longer way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, field, field), { minLength: 50, maxLength: 100 }),
        async (rows) => {
          const found = await keysOf(rows);
          expect(found.map(({ keys }) => [...new Set(keys)].sort())).toEqual(
            found.map(({ all_keys }) => all_keys),
          );
        },
      ),
      { numRuns: 10 },
    );
  });

  it('hold the key of every number that the service reads, in any writing and beside another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(written, { minLength: 50, maxLength: 100 }), async (numbers) => {
        const fields = numbers.flatMap(([, text]) => [text, `01999999999 / ${text}`, `${text}, 01999999999`]);
        const found = await keysOf(fields.map((text) => [text, null, null]));
        numbers.forEach(([significant], index) => {
          const e164 = `+880${significant}`;
          for (const at of [0, 1, 2].map((offset) => index * 3 + offset)) {
            expect(numbersIn(fields[at] ?? '')).toContain(e164);
            expect(found[at]?.keys).toContain(phoneKeyOf(e164));
          }
        });
      }),
      { numRuns: 10 },
    );
  });

  it.each([
    ['+8801712345678', '1712345678'],
    ['+966501234567', '6501234567'],
    ['+6591234567', '6591234567'],
    ['+298201234', null],
  ])('of %s are %s', (e164, key) => {
    expect(phoneKeyOf(e164)).toBe(key);
  });
});
