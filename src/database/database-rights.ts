import type { QueryRunner } from 'typeorm';
import { DomainError } from '../common/errors/domain-error.js';

const READ_AND_WRITE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** Privileges that the service needs while it runs, by table. Migrations also need its ownership. */
const PRIVILEGES: Readonly<Record<string, readonly string[]>> = {
  telephony_calls: READ_AND_WRITE,
  crm_call_tasks: ['SELECT', 'INSERT', 'UPDATE'],
  customers: ['SELECT'],
  telephony_webhook_receipts: READ_AND_WRITE,
  telephony_start_keys: READ_AND_WRITE,
  telephony_audit: READ_AND_WRITE,
  telephony_revoked_users: READ_AND_WRITE,
  telephony_extensions: READ_AND_WRITE,
  telephony_extension_members: READ_AND_WRITE,
  telephony_extension_history: ['SELECT', 'INSERT', 'UPDATE'],
  telephony_agent_presence: READ_AND_WRITE,
  telephony_agent_presence_events: ['SELECT', 'INSERT'],
  telephony_caller_choices: READ_AND_WRITE,
  telephony_call_notes: READ_AND_WRITE,
  telephony_recordings: ['SELECT', 'INSERT', 'UPDATE'],
  telephony_recording_listens: ['SELECT', 'INSERT', 'UPDATE'],
  telephony_figures: READ_AND_WRITE,
  telephony_figure_state: ['SELECT', 'UPDATE'],
  telephony_figure_marks: READ_AND_WRITE,
  telephony_migrations: ['SELECT'],
  telephony_former_shape: [],
};

/** A table or function that exists, and what the role of this connection may do with it. */
interface FoundObject {
  /** Such as `table telephony_calls`. */
  readonly what: string;
  readonly owner: string;
  readonly isOwned: boolean;
  /** For the service while it runs. */
  readonly isUsable: boolean;
  /** Statement that gives the role the rights of an owner. */
  readonly remedy: string;
}

interface FoundRole {
  readonly role: string;
  /** Schema in which tables are created; null: none that the role may use. */
  readonly schema: string | null;
  readonly may_create: boolean;
  readonly may_create_temporary: boolean;
  readonly grant_create: string;
  readonly grant_temporary: string;
}

/**
 * Rights of the role of a connection on the tables of the service and of the CRM. Checked before the first statement that
 * needs them, because a refusal in the middle of a migration names neither the owner nor the remedy, and because
 * `information_schema`, which TypeORM reads, hides tables on which the role has no privilege.
 */
export class DatabaseRights {
  private constructor(
    private readonly role: FoundRole,
    private readonly objects: readonly FoundObject[],
  ) {}

  static async read(queryRunner: QueryRunner): Promise<DatabaseRights> {
    const [role]: [FoundRole] = await queryRunner.query(ROLE);
    const objects: FoundObject[] = await queryRunner.query(OBJECTS, [
      Object.keys(PRIVILEGES),
      Object.values(PRIVILEGES).map((privileges) => privileges.join(',')),
    ]);
    return new DatabaseRights(role, objects);
  }

  /** @throws DomainError DATABASE_UNAVAILABLE naming what the running service could not use, its owner and the remedy */
  assertServing(): void {
    const { role, schema, grant_create: grantCreate } = this.role;
    if (schema === null) {
      throw rightsError(`may use no schema of the search path`, role, [], [grantCreate]);
    }
    const unusable = this.objects.filter(({ isUsable }) => !isUsable);
    if (unusable.length === 0) return;
    throw rightsError('may not read and write what this service needs', role, unusable, []);
  }

  /** @throws DomainError DATABASE_UNAVAILABLE naming what migrations could not change, its owner and the remedy */
  assertMigrating(): void {
    const { role, schema, ...may } = this.role;
    const foreign = this.objects.filter(({ isOwned }) => !isOwned);
    const grants = [
      ...(may.may_create ? [] : [may.grant_create]),
      ...(may.may_create_temporary ? [] : [may.grant_temporary]),
    ];
    if (foreign.length + grants.length === 0) return;
    const where = may.may_create ? '' : `: it may create nothing in schema ${String(schema)}`;
    throw rightsError(`may not migrate this database${where}`, role, foreign, grants);
  }
}

function rightsError(
  problem: string,
  role: string,
  objects: readonly FoundObject[],
  grants: readonly string[],
): DomainError {
  const statements = new Set([...objects.map(({ remedy }) => remedy), ...grants]);
  return new DomainError(
    'DATABASE_UNAVAILABLE',
    [
      `The database role ${role} ${problem}. Nothing was changed.`,
      ...objects.map(({ what, owner }) => `  The ${what} is owned by ${owner}.`),
      'Run this in the same database as a superuser, then start again:',
      ...[...statements].map((statement) => `  ${statement};`),
    ].join('\n'),
  );
}

const ROLE = `
  SELECT quote_ident(current_user) AS role,
         current_schema() AS schema,
         coalesce(has_schema_privilege(current_schema()::text, 'CREATE'), false) AS may_create,
         has_database_privilege(current_database(), 'TEMPORARY') AS may_create_temporary,
         format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', coalesce(current_schema(), 'public'), current_user) AS grant_create,
         format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), current_user) AS grant_temporary`;

/**
 * An owner who is a superuser restored the database: then the table changes hands. Otherwise it is the CRM's role, which
 * must keep its table, so this role becomes a member of it.
 */
const OBJECTS = `
  WITH object AS (
    SELECT 1 AS kind, needed.position, 'table ' || needed.name AS what, relowner AS owner_id,
           format('ALTER TABLE %I OWNER TO %I', needed.name, current_user) AS take_over,
           NOT EXISTS (
             SELECT FROM unnest(string_to_array(needed.privileges, ',')) AS privilege
              WHERE NOT has_table_privilege(pg_class.oid, privilege)
                 OR (privilege = 'INSERT' AND NOT coalesce(has_sequence_privilege(id_sequence.name, 'USAGE'), true))
           ) AS is_usable
      FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS needed (name, privileges, position)
      JOIN pg_class ON pg_class.oid = to_regclass(needed.name)
      LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'id' AND NOT attisdropped
     CROSS JOIN LATERAL (
       SELECT CASE WHEN attname IS NOT NULL THEN pg_get_serial_sequence(quote_ident(needed.name), 'id') END AS name
     ) AS id_sequence
    UNION ALL
    SELECT 2, pg_proc.oid::bigint, 'function ' || pg_proc.oid::regprocedure, proowner,
           format('ALTER FUNCTION %s OWNER TO %I', pg_proc.oid::regprocedure, current_user), true
      FROM pg_proc
     WHERE pronamespace = to_regnamespace(current_schema()::text) AND starts_with(proname, 'telephony_')
  )
  SELECT what,
         quote_ident(rolname) AS owner,
         pg_has_role(owner_id, 'USAGE') AS "isOwned",
         is_usable AS "isUsable",
         CASE WHEN rolsuper THEN take_over ELSE format('GRANT %I TO %I', rolname, current_user) END AS remedy
    FROM object
    JOIN pg_roles ON pg_roles.oid = owner_id
   ORDER BY kind, position`;
