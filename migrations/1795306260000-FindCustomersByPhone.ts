import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bangla, Arabic-Indic, extended Arabic-Indic (Persian) and full-width digits. */
const ZEROS = [0x09e6, 0x0660, 0x06f0, 0xff10];
const NATIVE_DIGITS = ZEROS.flatMap((zero) =>
  Array.from({ length: 10 }, (_, digit) => String.fromCodePoint(zero + digit)),
).join('');
const ASCII_DIGITS = '0123456789'.repeat(ZEROS.length);

/** Separates two numbers: punctuation, a line break, a plus, a Latin or Bangla letter, a space after ten digits. */
const BETWEEN_NUMBERS = String.raw`[,;/|&+#\\\t\r\n，；／｜＆＋।]|[A-Za-z\u0980-\u09FF]|(?<=[0-9]{10})\s`;

/**
 * Finds customers by phone number in any notation: an index on the last ten digits of every number in `phone` and
 * `mobile`. Different numbers may share a key, so callers must compare the full numbers.
 *
 * The function has an SQL-standard body, whose references are resolved at creation. So restores and maintenance, which
 * run with another search path, compute the same keys.
 *
 * Nothing else is added to `customers`. Creating the index blocks its writers (500,000 customers: 6 s).
 */
export class FindCustomersByPhone1795306260000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // A single leading zero is Bangladesh's trunk prefix. It is replaced by 880, so that short land lines have ten digits too.
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
