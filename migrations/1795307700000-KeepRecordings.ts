import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The recordings of calls, each with what became of its copy, and who listened. What calls have reported already is taken
 * in: the newest recording of the column, and those of the reports. Calls are only read.
 */
export class KeepRecordings1795307700000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_recordings (
        id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_telephony_recordings PRIMARY KEY,
        call_id integer NOT NULL,
        provider varchar(50) NOT NULL,
        url text,
        url_sha256 bytea,
        duration_seconds integer,
        reported_at timestamptz NOT NULL,
        state varchar(10) NOT NULL DEFAULT 'waiting',
        tries smallint NOT NULL DEFAULT 0,
        next_try_at timestamptz,
        why varchar(200),
        size bigint,
        sha256 bytea,
        content_type varchar(50),
        storage_key varchar(100),
        stored_at timestamptz,
        held_at timestamptz,
        held_by integer,
        hold_reason varchar(300),
        hold_until timestamptz,
        erased_at timestamptz,
        removed_at timestamptz,
        removed_why varchar(20),
        CONSTRAINT ck_telephony_recordings_state
          CHECK (state IN ('waiting', 'stored', 'gone', 'removing', 'removed'))
      )`);
    await queryRunner.query(`
      INSERT INTO telephony_recordings
             (call_id, provider, url, url_sha256, duration_seconds, reported_at, next_try_at)
      SELECT DISTINCT ON (c.id, r.url)
             c.id, c.provider, r.url, sha256(convert_to(r.url, 'UTF8')), r.seconds, r.at, r.at
        FROM telephony_calls c CROSS JOIN LATERAL (
          SELECT c.recording_url AS url, c.recording_duration_seconds AS seconds,
                 coalesce(c.ended_at, c.started_at, c.created_at, now()) AS at
          UNION ALL
          SELECT report ->> 'recordingUrl', (report ->> 'recordingDurationSeconds')::integer,
                 (report ->> 'receivedAt')::timestamptz
            FROM jsonb_array_elements(
                   CASE jsonb_typeof(c.facts -> 'reports') WHEN 'array' THEN c.facts -> 'reports' ELSE '[]' END
                 ) AS report
           WHERE report ? 'recordingUrl') AS r
       WHERE c.recording_url IS NOT NULL AND r.url IS NOT NULL
       ORDER BY c.id, r.url, r.at`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX uq_telephony_recordings_call_id_url_sha256
        ON telephony_recordings (call_id, url_sha256)`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_recordings_next_try_at
        ON telephony_recordings (next_try_at) WHERE state = 'waiting'`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_recordings_reported_at
        ON telephony_recordings (reported_at) WHERE state IN ('waiting', 'stored', 'gone')`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_recordings_due_removal
        ON telephony_recordings (id)
        WHERE state = 'removing' OR (state = 'stored' AND erased_at IS NOT NULL)`);
    await queryRunner.query(`
      CREATE TABLE telephony_recording_listens (
        ticket uuid CONSTRAINT pk_telephony_recording_listens PRIMARY KEY,
        recording_id integer NOT NULL,
        user_id integer NOT NULL,
        role varchar(20) NOT NULL,
        address varchar(45),
        first_at timestamptz NOT NULL DEFAULT now(),
        last_at timestamptz NOT NULL DEFAULT now(),
        requests integer NOT NULL DEFAULT 1,
        bytes bigint NOT NULL DEFAULT 0
      )`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_recording_listens_recording_id
        ON telephony_recording_listens (recording_id, first_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_recording_listens');
    await queryRunner.query('DROP TABLE telephony_recordings');
  }
}
