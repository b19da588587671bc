import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Some PBXs use the id of a call again for another one: the calls of one id are numbered. */
export class LetCallIdsComeAgain1795307000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE telephony_calls ADD COLUMN external_id_occurrence smallint NOT NULL DEFAULT 0',
    );
    await queryRunner.query('DROP INDEX uq_telephony_calls_provider_external_call_id');
    await queryRunner.query(`
      CREATE UNIQUE INDEX uq_telephony_calls_provider_external_call_id
          ON telephony_calls (provider, external_call_id, external_id_occurrence)`);
  }

  /** An id that came again gets its number as a suffix, because it was unique before. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE telephony_calls SET external_call_id = left(external_call_id, 240) || '#' || external_id_occurrence
       WHERE external_id_occurrence > 0`);
    await queryRunner.query('DROP INDEX uq_telephony_calls_provider_external_call_id');
    await queryRunner.query('ALTER TABLE telephony_calls DROP COLUMN external_id_occurrence');
    await queryRunner.query(`
      CREATE UNIQUE INDEX uq_telephony_calls_provider_external_call_id
          ON telephony_calls (provider, external_call_id)`);
  }
}
