import type { MigrationInterface, QueryRunner } from 'typeorm';
import { changeFound, restoreFormerShape } from './support/former-shape.js';

/** Bangla, Arabic-Indic, extended Arabic-Indic (Persian) and full-width digits, as in `phone-number.ts`. */
const NATIVE_DIGITS = [0x09e6, 0x0660, 0x06f0, 0xff10]
  .flatMap((zero) => Array.from({ length: 10 }, (_, digit) => String.fromCodePoint(zero + digit)))
  .join('');
const ASCII_DIGITS = '0123456789'.repeat(4);

/** Between the digits of one number; a subset of the separators in `phone-number.ts`. */
const SEPARATORS = String.raw`[ \u00a0().\-\u2010-\u2015\u2212]`;
/** Mobiles and IP telephony, also without the trunk zero, and land lines of eleven digits. */
const HOME_NUMBER = String.raw`^(?:(?:\+|00)?880|0)?(1[3-9]\d{8}|96\d{8})$|^(?:(?:\+|00)?880|0)(2\d{9})$`;

/**
 * Completes the rows that the CRM's own code writes to `telephony_calls` while the service runs: their start is the time
 * of the insert if none is given, and a trigger fills in the customer's number in E.164.
 *
 * The trigger reads Bangladeshi numbers only. Each number that it reads is the one that `phone-number.ts` reads; other
 * fields keep NULL. Rows of the service are recognised by their facts, and do not call the function.
 */
export class CompleteRowsOfTheCrm1795306900000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const [{ has_default: hasDefault }]: [{ has_default: boolean }] = await queryRunner.query(`
      SELECT atthasdef AS has_default FROM pg_attribute
       WHERE attrelid = 'telephony_calls'::regclass AND attname = 'started_at'`);
    if (!hasDefault) {
      await changeFound(queryRunner, this, {
        apply: 'ALTER TABLE telephony_calls ALTER started_at SET DEFAULT now()',
        restore: 'ALTER TABLE telephony_calls ALTER started_at DROP DEFAULT',
      });
    }
    // Rows that were written without the default, in a database that was adopted before it was kept.
    await queryRunner.query(`
      UPDATE telephony_calls
         SET started_at = coalesce(least(answered_at, ended_at), created_at),
             inferred = array_append(inferred, 'started_at')
       WHERE started_at IS NULL AND facts IS NULL`);
    await queryRunner.query(String.raw`
      CREATE FUNCTION telephony_fill_customer_number() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        digits text := regexp_replace(
          translate(NEW.customer_phone, '${NATIVE_DIGITS}', '${ASCII_DIGITS}'), '${SEPARATORS}', '', 'g');
        parts text[] := regexp_match(digits, '${HOME_NUMBER}');
      BEGIN
        NEW.customer_number_e164 := '+880' || coalesce(parts[1], parts[2]);
        RETURN NEW;
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER fill_customer_number BEFORE INSERT ON telephony_calls FOR EACH ROW
        WHEN (NEW.facts IS NULL AND NEW.customer_number_e164 IS NULL AND NEW.customer_phone <> '')
        EXECUTE FUNCTION telephony_fill_customer_number()`);
    await queryRunner.query(`
      CREATE TRIGGER replace_customer_number BEFORE UPDATE OF customer_phone ON telephony_calls FOR EACH ROW
        WHEN (NEW.facts IS NULL AND NEW.customer_phone <> OLD.customer_phone
              AND NEW.customer_number_e164 IS NOT DISTINCT FROM OLD.customer_number_e164)
        EXECUTE FUNCTION telephony_fill_customer_number()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TRIGGER replace_customer_number ON telephony_calls');
    await queryRunner.query('DROP TRIGGER fill_customer_number ON telephony_calls');
    await queryRunner.query('DROP FUNCTION telephony_fill_customer_number()');
    await restoreFormerShape(queryRunner, this);
  }
}
