import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTableIfAbsent } from './support/catalog.js';
import { restoreFormerShape } from './support/former-shape.js';

/**
 * Creates the two CRM tables that this service uses, with the CRM's own columns, if they do not exist. Existing tables are
 * not changed, and a revert keeps them.
 */
export class CreateCrmTables1795305660000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // CURRENT_DATE and CURRENT_TIMESTAMP, spelled so that TypeORM recognises them as the defaults of the entities.
    await createTableIfAbsent(
      queryRunner,
      this,
      'crm_call_tasks',
      `id serial CONSTRAINT pk_crm_call_tasks PRIMARY KEY,
       customer_id varchar(255) NOT NULL,
       assigned_agent_id integer,
       task_date date NOT NULL DEFAULT ('now'::text)::date,
       priority varchar(20) DEFAULT 'medium'
         CONSTRAINT ck_crm_call_tasks_priority CHECK (priority IN ('hot', 'warm', 'cold')),
       call_reason varchar(255),
       recommended_product_id integer,
       status varchar(50) DEFAULT 'pending' CONSTRAINT ck_crm_call_tasks_status
         CHECK (status IN ('pending', 'in_progress', 'completed', 'skipped', 'failed')),
       call_outcome varchar(100) CONSTRAINT ck_crm_call_tasks_call_outcome
         CHECK (call_outcome IN ('connected', 'customer_hung_up', 'whatsapp_message_sent', 'order_confirmed',
           'callback_requested', 'no_answer', 'line_busy', 'not_interested', 'number_switched_off', 'wrong_number')),
       notes text,
       scheduled_time time,
       completed_at timestamp,
       created_at timestamp DEFAULT now(),
       updated_at timestamp DEFAULT now()`,
    );
    await createTableIfAbsent(
      queryRunner,
      this,
      'customers',
      `id serial CONSTRAINT pk_customers PRIMARY KEY,
       uuid uuid,
       name varchar(50) NOT NULL,
       last_name varchar(50),
       company_name varchar(100),
       email varchar(100),
       phone varchar(20),
       mobile varchar(20),
       customer_type varchar(20),
       status varchar(20),
       assigned_to integer,
       priority varchar(20),
       is_deleted boolean DEFAULT false,
       total_spent numeric(15, 2),
       customer_lifetime_value numeric(15, 2),
       last_contact_date timestamp,
       next_follow_up timestamp,
       notes text,
       district varchar(100),
       city varchar(100),
       address text`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
  }
}
