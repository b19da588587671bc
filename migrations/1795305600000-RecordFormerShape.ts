import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A table that records how later migrations found the database: names of indexes and constraints, and absent tables.
 * With it a revert restores the CRM's own schema, whatever that looked like.
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
