import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the names of the fields without which an event was applied, because they could not be read. */
export class NameIgnoredFields1795306740000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_webhook_receipts ADD COLUMN ignored_fields text[]');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_webhook_receipts DROP COLUMN ignored_fields');
  }
}
