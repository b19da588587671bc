import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTableIfAbsent } from './support/catalog.js';
import { restoreFormerShape } from './support/former-shape.js';

/**
 * Creates `telephony_calls` with the columns of the CRM's former code, if it does not exist. All later migrations are the
 * same for a new database and for the CRM's.
 */
export class CreateCalls1795305720000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createTableIfAbsent(
      queryRunner,
      this,
      'telephony_calls',
      `id serial CONSTRAINT pk_telephony_calls PRIMARY KEY,
       provider varchar(50) NOT NULL DEFAULT 'bracknet',
       external_call_id varchar(255),
       task_id integer,
       agent_user_id integer,
       agent_phone varchar(30),
       customer_phone varchar(30) NOT NULL,
       direction varchar(20) NOT NULL DEFAULT 'outbound',
       status varchar(20) NOT NULL DEFAULT 'initiated' CONSTRAINT ck_telephony_calls_status
         CHECK (status IN ('initiated', 'ringing', 'answered', 'completed', 'failed')),
       started_at timestamp DEFAULT CURRENT_TIMESTAMP,
       answered_at timestamp,
       ended_at timestamp,
       duration_seconds integer,
       recording_url text,
       meta jsonb,
       created_at timestamp DEFAULT CURRENT_TIMESTAMP,
       updated_at timestamp DEFAULT CURRENT_TIMESTAMP,
       queue_name varchar(100),
       trunk_name varchar(100),
       wait_seconds integer,
       hold_seconds integer,
       disposition varchar(50)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
  }
}
