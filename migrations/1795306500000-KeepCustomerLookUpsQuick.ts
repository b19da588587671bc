import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes PostgreSQL use the index on phone keys for any number of keys: the function gets its real cost. Turns fastupdate
 * off, so that new keys go into the index and not into a pending list that every query must scan.
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
