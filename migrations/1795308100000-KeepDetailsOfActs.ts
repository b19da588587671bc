import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is known of an act beside its subject: of an export its filter, its rows and how it ended. */
export class KeepDetailsOfActs1795308100000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_audit ADD COLUMN details jsonb');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_audit DROP COLUMN details');
  }
}
