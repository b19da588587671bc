import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bangla, Arabic-Indic, its Persian series, and full-width. */
const ZEROS = [0x09e6, 0x0660, 0x06f0, 0xff10];
const NATIVE_DIGITS = ZEROS.flatMap((zero) =>
  Array.from({ length: 10 }, (_, digit) => String.fromCodePoint(zero + digit)),
).join('');
const ASCII_DIGITS = '0123456789'.repeat(ZEROS.length);

/** What stands between two numbers: punctuation, a line end, a plus, a word of either script, a space after a whole number. */
const BETWEEN_NUMBERS = String.raw`[,;/|&+#\\\t\r\n，；／｜＆＋।]|[A-Za-z\u0980-\u09FF]|(?<=[0-9]{10})\s`;

/**
 * A customer is found by telephone number whatever way the CRM wrote it: an index on the last ten digits of every
 * number in `phone` and `mobile`. Numbers that share their last ten digits share a key; whoever asks tells them apart.
 *
 * The function is bound to what it calls when it is made (no body text, no search path), so that restores and
 * maintenance, which run with search paths of their own, compute the same keys.
 *
 * Nothing else is added to `customers`; its writers wait while the index is made (500,000 customers: 6 s).
 */
export class FindCustomersByPhone1795306260000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // A single leading zero is Bangladesh's trunk prefix: without it a short land line has fewer than ten digits.
    await queryRunner.query(`
      CREATE FUNCTION telephony_phone_keys(phone text, mobile text) RETURNS text[]
      LANGUAGE sql IMMUTABLE PARALLEL SAFE
      RETURN coalesce(
        (SELECT array_agg(DISTINCT right(digits, 10))
           FROM regexp_split_to_table(
                  translate(coalesce(phone, '') || ',' || coalesce(mobile, ''), '${NATIVE_DIGITS}', '${ASCII_DIGITS}'),
                  '${BETWEEN_NUMBERS}') AS written,
                regexp_replace(regexp_replace(written, '[^0-9]', '', 'g'), '^0(?!0)', '880') AS digits
          WHERE length(digits) >= 10),
        '{}')`);
    await queryRunner.query(
      'CREATE INDEX ix_customers_phone_keys ON customers USING gin (telephony_phone_keys(phone, mobile))',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_customers_phone_keys');
    await queryRunner.query('DROP FUNCTION telephony_phone_keys(text, text)');
  }
}
