import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The memory of what the migrations after this one found and changed: the names of indexes and constraints, and which
 * tables were absent. It is what lets a revert give the CRM back its own database, whatever that looked like.
 */
export class RecordFormerShape1795305600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_former_shape (
        id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_telephony_former_shape PRIMARY KEY,
        migration varchar(255) NOT NULL,
        statement text NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_former_shape');
  }
}
