import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A PBX may ignore the case of an id, so hangup and transfer look for the calls that it could mean by one. */
export class FindCallsWhateverTheCaseOfTheirId1795307130000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(String.raw`
      CREATE INDEX ix_telephony_calls_external_call_id_key
          ON telephony_calls (lower(btrim(external_call_id, E' \t\r\n') COLLATE "C"))
       WHERE external_call_id IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_external_call_id_key');
  }
}
