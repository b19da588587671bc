import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A choice of none of the customers is about those that there were. Of the choices from before it is not known. */
export class LetChoicesOfNoneLapse1795307600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_caller_choices ADD COLUMN newest_customer_id integer');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_caller_choices DROP COLUMN newest_customer_id');
  }
}
