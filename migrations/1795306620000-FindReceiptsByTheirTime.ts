import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Receipts that were not applied are listed and filtered by received_at, so the index contains it before the id. */
export class FindReceiptsByTheirTime1795306620000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_webhook_receipts_set_aside');
    await queryRunner.query(`
      CREATE INDEX ix_telephony_webhook_receipts_set_aside
          ON telephony_webhook_receipts (outcome, received_at, id)
       WHERE outcome <> 'applied'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_webhook_receipts_set_aside');
    await queryRunner.query(`
      CREATE INDEX ix_telephony_webhook_receipts_set_aside ON telephony_webhook_receipts (outcome, id)
       WHERE outcome <> 'applied'`);
  }
}
