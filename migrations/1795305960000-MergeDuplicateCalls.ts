import type { MigrationInterface, QueryRunner } from 'typeorm';
import { replaceFoundValues, restoreFormerShape } from './support/former-shape.js';

/**
 * Merges the rows that the former code wrote for the same PBX id into the row with the lowest id, and adds the unique key
 * on that id. It applies the rules of the service (`merge.ts` and `projection.ts` in
 * `src/modules/telephony/calls/domain/facts`) to columns. The original rows are kept in `meta.merged`. Spaces around an id
 * are not part of it, and an empty id counts as NULL.
 *
 * Blocks writers of `telephony_calls`, but not readers. Only duplicates and rows with such an id are rewritten.
 */
export class MergeDuplicateCalls1795305960000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('LOCK TABLE telephony_calls IN SHARE ROW EXCLUSIVE MODE');
    await queryRunner.query(`CREATE TEMPORARY TABLE merged_call ON COMMIT DROP AS ${MERGED_CALLS}`);
    await queryRunner.query('ANALYZE merged_call');
    await queryRunner.query(`
      CREATE TEMPORARY TABLE duplicate_call ON COMMIT DROP AS
      SELECT duplicate.id, merged_call.id AS kept_id
        FROM merged_call CROSS JOIN unnest(merged_ids) AS duplicate (id)`);
    await queryRunner.query('CREATE UNIQUE INDEX ON duplicate_call (id)');
    await queryRunner.query('ANALYZE duplicate_call');
    await moveReferences(queryRunner, this);
    await queryRunner.query(
      'DELETE FROM telephony_calls USING duplicate_call WHERE telephony_calls.id = duplicate_call.id',
    );
    await queryRunner.query(STORE_MERGED_CALLS);
    await replaceFoundValues(queryRunner, this, {
      column: 'external_call_id',
      value: `nullif(${trimmed('external_call_id')}, '')`,
      where: `external_call_id = '' OR external_call_id <> ${trimmed('external_call_id')}`,
    });
    await queryRunner.query(`
      CREATE UNIQUE INDEX uq_telephony_calls_provider_external_call_id
          ON telephony_calls (provider, external_call_id)`);
  }

  /**
   * Inserts the merged rows again. The row with the lowest id gets its own values back if it was not changed since; else it
   * keeps the merged ones. References go back too, from tables with a primary key of one column.
   */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX uq_telephony_calls_provider_external_call_id');
    await queryRunner.query(`
      INSERT INTO telephony_calls
      SELECT former.*
        FROM telephony_calls
       CROSS JOIN jsonb_array_elements(CASE WHEN ${isMerged('telephony_calls')} THEN meta -> 'merged' END) AS merged
       CROSS JOIN jsonb_populate_record(NULL::telephony_calls, merged) AS former
       WHERE former.id <> telephony_calls.id`);
    await queryRunner.query(RESTORE_UNCHANGED_CALLS);
    await queryRunner.query(`
      UPDATE telephony_calls
         SET meta = coalesce(nullif(meta - 'merged', '{}'), nullif(meta #> '{merged,0,meta}', 'null'))
       WHERE ${isMerged('telephony_calls')}`);
    await restoreFormerShape(queryRunner, this);
  }
}

/** SQL for a PBX id without the white space around it. */
function trimmed(column: string): string {
  return String.raw`btrim(${column}, E' \t\r\n')`;
}

/** SQL for the first known value in this order of the rows. */
function first(column: string, order = 'id', known = `${column} IS NOT NULL`): string {
  return `(array_agg(${column} ORDER BY ${order}) FILTER (WHERE ${known}))[1]`;
}

const LAST_WRITTEN = 'updated_at DESC, id DESC';
const LAST_ANSWERED = 'answered_at DESC, id DESC';
const SAYS_TALK = `disposition IN ('answered', 'completed')`;
const ANSWERED_BY_AGENT = `answered_at IS NOT NULL AND agent_phone <> ''`;

/** The row itself reports talk. */
const HAS_TALKED = `CASE WHEN duration_seconds IS NULL THEN status = 'completed' ELSE duration_seconds > 0 END`;
/** An end before the answer, of a row without talk, was a miss at another extension. */
const IS_EARLIER_MISS = `coalesce(ended_at < first_answered_at AND NOT (${HAS_TALKED}), false)`;

/**
 * The merged values of each call. An answer or a duration above 0 proves talk; `completed` counts as talk unless the
 * duration is 0. The end is the first one that is not an earlier miss, preferably after the answer. If it is before the
 * answer nevertheless, the answer was written too late: it is computed from the end and the duration, or unknown.
 */
const MERGED_CALLS = `
  WITH duplicated AS MATERIALIZED (
    SELECT provider, ${trimmed('external_call_id')} AS external_call_id, min(answered_at) AS first_answered_at
      FROM telephony_calls
     WHERE ${trimmed('external_call_id')} <> ''
     GROUP BY provider, ${trimmed('external_call_id')}
    HAVING count(*) > 1
  ), call AS (
    SELECT telephony_calls.*, first_answered_at, duplicated.external_call_id AS pbx_id,
           to_jsonb(telephony_calls) AS original
      FROM telephony_calls
      JOIN duplicated ON duplicated.provider = telephony_calls.provider
                     AND duplicated.external_call_id = ${trimmed('telephony_calls.external_call_id')}
  ), said AS (
    SELECT min(id) AS id,
           (array_agg(id ORDER BY id))[2:] AS merged_ids,
           pbx_id,
           ${first('task_id')} AS task_id,
           coalesce(${first('agent_user_id', LAST_ANSWERED, `agent_user_id IS NOT NULL AND ${ANSWERED_BY_AGENT}`)},
                    ${first('agent_user_id')}) AS agent_user_id,
           coalesce(${first('agent_phone', LAST_ANSWERED, ANSWERED_BY_AGENT)},
                    ${first('agent_phone', 'id', `agent_phone <> ''`)}) AS agent_phone,
           ${first('agent_phone', 'answered_at, id', ANSWERED_BY_AGENT)} AS first_agent_phone,
           coalesce(${first('customer_phone', 'id', `customer_phone <> ''`)}, '') AS customer_phone,
           CASE WHEN bool_or(direction = 'inbound') THEN 'inbound' ELSE 'outbound' END AS direction,
           min(started_at) AS first_started_at,
           min(answered_at) AS first_answered_at,
           coalesce(min(ended_at) FILTER (WHERE ended_at >= first_answered_at),
                    min(ended_at) FILTER (WHERE NOT ${IS_EARLIER_MISS})) AS ended_at,
           max(duration_seconds) AS duration_seconds,
           ${first('wait_seconds')} AS wait_seconds,
           ${first('hold_seconds')} AS hold_seconds,
           ${first('recording_url', LAST_WRITTEN, `recording_url <> ''`)} AS recording_url,
           ${first('queue_name')} AS queue_name,
           ${first('trunk_name')} AS trunk_name,
           ${first('disposition', LAST_WRITTEN, SAYS_TALK)} AS disposition_of_talk,
           ${first('disposition', LAST_WRITTEN, `NOT ${SAYS_TALK}`)} AS disposition_without_talk,
           bool_or((status IN ('completed', 'failed') OR ended_at IS NOT NULL) AND NOT ${IS_EARLIER_MISS}) AS is_over,
           bool_or(status = 'answered' OR answered_at IS NOT NULL) AS is_answered,
           bool_or(status = 'ringing') AS has_rung,
           bool_or(status = 'completed' OR ${SAYS_TALK}) AS claims_talk,
           min(created_at) AS created_at,
           max(updated_at) AS updated_at,
           ${first('meta', 'id', `jsonb_typeof(meta) = 'object'`)} AS meta,
           jsonb_agg(original ORDER BY id) AS merged
      FROM call
     GROUP BY provider, pbx_id
  ), consistent AS (
    SELECT *,
           is_answered OR coalesce(duration_seconds > 0, claims_talk, false) AS had_talk,
           coalesce(first_answered_at > ended_at, false) AS is_answer_late,
           CASE
             WHEN first_answered_at > ended_at THEN ended_at - make_interval(secs => duration_seconds)
             ELSE first_answered_at
           END AS answered_at
      FROM said
  )
  SELECT *, CASE WHEN first_started_at IS NOT NULL THEN least(first_started_at, answered_at, ended_at) END AS started_at
    FROM consistent`;

const STORE_MERGED_CALLS = `
  UPDATE telephony_calls
     SET external_call_id = pbx_id,
         task_id = merged_call.task_id,
         agent_user_id = merged_call.agent_user_id,
         agent_phone = merged_call.agent_phone,
         first_agent_phone = merged_call.first_agent_phone,
         customer_phone = merged_call.customer_phone,
         direction = merged_call.direction,
         status = CASE
           WHEN is_over AND had_talk THEN 'completed'
           WHEN is_over THEN 'failed'
           WHEN is_answered THEN 'answered'
           WHEN has_rung THEN 'ringing'
           ELSE 'initiated'
         END,
         started_at = merged_call.started_at,
         answered_at = merged_call.answered_at,
         inferred = CASE
           WHEN is_answer_late AND merged_call.answered_at IS NOT NULL THEN array_append(inferred, 'answered_at')
           ELSE inferred
         END,
         ended_at = merged_call.ended_at,
         duration_seconds = merged_call.duration_seconds,
         wait_seconds = merged_call.wait_seconds,
         hold_seconds = merged_call.hold_seconds,
         recording_url = merged_call.recording_url,
         queue_name = merged_call.queue_name,
         trunk_name = merged_call.trunk_name,
         disposition = CASE
           WHEN is_over AND had_talk THEN coalesce(disposition_of_talk, 'completed')
           WHEN is_over THEN coalesce(
             disposition_without_talk, CASE merged_call.direction WHEN 'inbound' THEN 'missed' ELSE 'no_answer' END)
         END,
         meta = coalesce(merged_call.meta, '{}') || jsonb_build_object('merged', merged),
         created_at = merged_call.created_at,
         updated_at = merged_call.updated_at
    FROM merged_call
   WHERE telephony_calls.id = merged_call.id`;

/** SQL: others were merged into this row. The first of the originals is its own. */
function isMerged(table: string): string {
  return `${table}.meta #>> '{merged,0,id}' = ${table}.id::text`;
}

const MERGED_COLUMNS = [
  'external_call_id',
  'task_id',
  'agent_user_id',
  'agent_phone',
  'customer_phone',
  'direction',
  'status',
  'started_at',
  'answered_at',
  'ended_at',
  'duration_seconds',
  'wait_seconds',
  'hold_seconds',
  'recording_url',
  'queue_name',
  'trunk_name',
  'disposition',
  'meta',
  'created_at',
  'updated_at',
];

/** A change by the service shows in `facts` or `version`, one by the CRM's code in `updated_at`. */
const RESTORE_UNCHANGED_CALLS = `
  UPDATE telephony_calls
     SET ${MERGED_COLUMNS.map((column) => `${column} = former.${column}`).join(', ')}
    FROM telephony_calls AS kept
   CROSS JOIN jsonb_populate_record(NULL::telephony_calls, kept.meta #> '{merged,0}') AS former
   WHERE kept.id = telephony_calls.id AND ${isMerged('kept')} AND kept.facts IS NULL AND kept.version = 1
     AND kept.updated_at = (
       SELECT max((original ->> 'updated_at')::timestamptz) FROM jsonb_array_elements(kept.meta -> 'merged') AS original)`;

/** Changes foreign keys of other tables to the id of the remaining row. */
async function moveReferences(queryRunner: QueryRunner, migration: MigrationInterface): Promise<void> {
  const references: { table: string; column: string; key: string | null }[] = await queryRunner.query(`
    SELECT conrelid::regclass::text AS table, quote_ident(attname) AS column,
           (SELECT quote_ident(key.attname)
              FROM pg_index JOIN pg_attribute AS key ON key.attrelid = indrelid AND key.attnum = indkey[0]
             WHERE indrelid = conrelid AND indisprimary AND indnatts = 1) AS key
      FROM pg_constraint
      JOIN pg_attribute ON attrelid = conrelid AND conkey = ARRAY[attnum]
     WHERE confrelid = 'telephony_calls'::regclass AND contype = 'f'`);
  for (const { table, column, key } of references) {
    const value = `(SELECT kept_id FROM duplicate_call WHERE duplicate_call.id = ${table}.${column})`;
    const where = `${column} IN (SELECT id FROM duplicate_call)`;
    if (key !== null) await replaceFoundValues(queryRunner, migration, { table, key, column, value, where });
    else await queryRunner.query(`UPDATE ${table} SET ${column} = ${value} WHERE ${where}`);
  }
}
