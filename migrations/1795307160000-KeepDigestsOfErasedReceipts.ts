import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The digest of a body that was erased, by which the same delivery is still recognised. */
export class KeepDigestsOfErasedReceipts1795307160000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_webhook_receipts ADD COLUMN erased_digest varchar(64)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_webhook_receipts DROP COLUMN erased_digest');
  }
}
