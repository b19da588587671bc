import { type DataSource, type Migration, MigrationExecutor, type QueryRunner } from 'typeorm';
import { DomainError } from '../common/errors/domain-error.js';
import { connect } from './connect.js';
import { DatabaseRights } from './database-rights.js';
import type { DatabaseSettings } from './data-source.js';

type Progress = (message: string) => void;

/** What to revert: the migration applied last, every one, or those after a named one, which stays applied. */
export type RevertTarget = 'last' | 'all' | { readonly downTo: string };

/** Tables that migrations rewrite or index. */
const ANALYZED_TABLES = ['telephony_calls', 'telephony_webhook_receipts', 'crm_call_tasks', 'customers'];

/**
 * Applies pending migrations, oldest first, each in its own transaction. An advisory lock serializes instances that start
 * together: the first one migrates, the others find no pending migration.
 *
 * @throws DomainError DATABASE_UNAVAILABLE naming the rights that are missing, or the migration that failed
 */
export async function migrate(settings: DatabaseSettings, onProgress: Progress): Promise<void> {
  await withMigrations(settings, onProgress, async (executor, queryRunner) => {
    const rights = await DatabaseRights.read(queryRunner);
    rights.assertServing();
    const pending = await executor.getPendingMigrations();
    if (pending.length === 0) return;
    rights.assertMigrating();

    onProgress(`Migrations to apply: ${pending.length}`);
    for (const [index, migration] of pending.entries()) {
      const title = migrationTitle(migration.name);
      await told(
        onProgress,
        ['Applying', 'Applied'],
        `migration ${index + 1} of ${pending.length}: ${title}`,
        () =>
          apply(executor, queryRunner, migration).catch((error: unknown) => {
            throw migrationError(`Migration ${title} failed; those before it stay applied.`, error);
          }),
      );
    }
    await analyze(queryRunner, onProgress);
  });
}

/**
 * Reverts applied migrations, latest first, each in its own transaction.
 *
 * @throws DomainError DATABASE_UNAVAILABLE for a target that is not applied, missing rights, or a migration that failed
 */
export async function revertMigrations(
  settings: DatabaseSettings,
  target: RevertTarget,
  onProgress: Progress,
): Promise<void> {
  await withMigrations(settings, onProgress, async (executor, queryRunner) => {
    const rights = await DatabaseRights.read(queryRunner);
    rights.assertServing();
    const applied = await executor.getExecutedMigrations();
    const reverted = chosenOf(applied, target);
    if (reverted.length === 0) {
      onProgress('No migration to revert');
      return;
    }
    rights.assertMigrating();

    for (const [index, { name }] of reverted.entries()) {
      const title = migrationTitle(name);
      await told(
        onProgress,
        ['Reverting', 'Reverted'],
        `migration ${index + 1} of ${reverted.length}: ${title}`,
        () =>
          executor.undoLastMigration().catch((error: unknown) => {
            throw migrationError(`Migration ${title} could not be reverted; those after it are.`, error);
          }),
      );
    }
    if (reverted.length === applied.length) await queryRunner.query('DROP TABLE telephony_migrations');
    await analyze(queryRunner, onProgress);
  });
}

/**
 * SQL statements that would bring the schema to what the entities define, and those that would undo it.
 *
 * @throws DomainError DATABASE_UNAVAILABLE while migrations are pending: the difference would include their changes
 */
export async function schemaDifference(
  settings: DatabaseSettings,
  onProgress: Progress,
): Promise<{ up: string[]; down: string[] }> {
  const dataSource = await connect({ ...settings, poolSize: 1 }, onProgress);
  try {
    await assertNonePending(dataSource);
    const { upQueries, downQueries } = await dataSource.driver.createSchemaBuilder().log();
    return {
      up: upQueries.map(({ query }) => query),
      down: downQueries.map(({ query }) => query).toReversed(),
    };
  } finally {
    await dataSource.destroy();
  }
}

/** @throws DomainError DATABASE_UNAVAILABLE naming the first migration that is not applied */
export async function assertMigrated(settings: DatabaseSettings, onProgress: Progress): Promise<void> {
  const dataSource = await connect({ ...settings, poolSize: 1 }, onProgress);
  try {
    await assertNonePending(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

async function assertNonePending(dataSource: DataSource): Promise<void> {
  const [pending] = await new MigrationExecutor(dataSource).getPendingMigrations();
  if (pending === undefined) return;
  throw new DomainError(
    'DATABASE_UNAVAILABLE',
    `Migration ${migrationTitle(pending.name)} is not applied: do that first.`,
  );
}

/** Name of a migration without its timestamp, which the log would mask as a phone number. */
export function migrationTitle(migration: string): string {
  return migration.replace(/\d+$/u, '');
}

/**
 * Runs `work` under an advisory lock. Uses a single connection, because the lock belongs to the session, and no statement
 * timeout, because a migration may rewrite a large table.
 */
async function withMigrations(
  settings: DatabaseSettings,
  onProgress: Progress,
  work: (executor: MigrationExecutor, queryRunner: QueryRunner) => Promise<void>,
): Promise<void> {
  const dataSource = await connect({ ...settings, poolSize: 1, statementTimeoutMs: 0 }, onProgress);
  const queryRunner = dataSource.createQueryRunner();
  try {
    const lock = `hashtext('trustcart-telephony migrations')`;
    const [attempt]: { locked: boolean }[] = await queryRunner.query(
      `SELECT pg_try_advisory_lock(${lock}) AS locked`,
    );
    if (!attempt?.locked) {
      onProgress('Waiting for another instance that is migrating the database…');
      await queryRunner.query(`SELECT pg_advisory_lock(${lock})`);
    }
    // Compiling takes longer than a batch of a back-fill.
    await queryRunner.query('SET jit = off');
    const executor = new MigrationExecutor(dataSource, queryRunner);
    executor.transaction = dataSource.options.migrationsTransactionMode ?? 'each';
    await work(executor, queryRunner);
  } finally {
    await queryRunner.release();
    await dataSource.destroy();
  }
}

/** One migration and its record. TypeORM's own loop over the pending ones reports none of them before all are applied. */
async function apply(
  executor: MigrationExecutor,
  queryRunner: QueryRunner,
  migration: Migration,
): Promise<void> {
  if (migration.instance?.transaction === false) {
    await executor.executeMigration(migration);
    return;
  }
  await queryRunner.startTransaction();
  try {
    await executor.executeMigration(migration);
    await queryRunner.commitTransaction();
  } catch (error) {
    // A lost connection cannot roll back either; its error would hide the reason.
    await queryRunner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

/** @param applied latest first */
function chosenOf(applied: readonly Migration[], target: RevertTarget): readonly Migration[] {
  if (target === 'last') return applied.slice(0, 1);
  if (target === 'all') return applied;
  const kept = applied.findIndex(
    ({ name }) => name === target.downTo || migrationTitle(name) === target.downTo,
  );
  if (kept === -1) {
    const names = applied.map(({ name }) => migrationTitle(name)).toReversed();
    throw new DomainError(
      'DATABASE_UNAVAILABLE',
      `No applied migration is named ${target.downTo}. Applied are: ${names.join(', ') || 'none'}.`,
    );
  }
  return applied.slice(0, kept);
}

/** Rewritten tables and new indexes have no statistics until autovacuum comes, and the service starts at once. */
async function analyze(queryRunner: QueryRunner, onProgress: Progress): Promise<void> {
  const filled: { name: string }[] = await queryRunner.query(
    `SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS analyzed (name, position)
      WHERE pg_relation_size(to_regclass(name)) > 0
      ORDER BY position`,
    [ANALYZED_TABLES],
  );
  if (filled.length === 0) return;
  const names = filled.map(({ name }) => name).join(', ');
  await told(onProgress, ['Updating', 'Updated'], `the statistics of ${names}`, () =>
    queryRunner.query(`ANALYZE ${names}`),
  );
}

/**
 * Says what begins, such as `Applying migration 7 of 21: MergeDuplicateCalls…`, and when it has ended how long it took:
 * `Applied migration 7 of 21: MergeDuplicateCalls in 4.1 s`. Only what succeeds is said to have ended.
 */
async function told(
  onProgress: Progress,
  [begins, ended]: readonly [string, string],
  what: string,
  work: () => Promise<unknown>,
): Promise<void> {
  onProgress(`${begins} ${what}…`);
  const since = performance.now();
  await work();
  onProgress(`${ended} ${what} in ${((performance.now() - since) / 1_000).toFixed(1)} s`);
}

function migrationError(what: string, error: unknown): DomainError {
  return new DomainError('DATABASE_UNAVAILABLE', `${what} ${String(error)}`, undefined, { cause: error });
}
