import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Looks customers up by index however many numbers are asked for at once: PostgreSQL is told what a key costs to compute,
 * and new keys go into the index itself rather than onto a list that every look-up reads through.
 */
export class KeepCustomerLookUpsQuick1795306500000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER FUNCTION telephony_phone_keys(text, text) COST 10000');
    await queryRunner.query('ALTER INDEX ix_customers_phone_keys SET (fastupdate = off)');
    await queryRunner.query(`SELECT gin_clean_pending_list('ix_customers_phone_keys'::regclass)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER INDEX ix_customers_phone_keys RESET (fastupdate)');
    await queryRunner.query('ALTER FUNCTION telephony_phone_keys(text, text) COST 100');
  }
}
