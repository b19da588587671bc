import { MigrationExecutor } from 'typeorm';
import { DomainError } from '../common/errors/domain-error.js';
import { connect } from './connect.js';
import type { DatabaseSettings } from './data-source.js';

type Progress = (message: string) => void;

/**
 * Applies pending migrations, oldest first, each in its own transaction. An advisory lock serializes instances that start
 * together: the first one migrates, the others find no pending migration.
 *
 * @throws DomainError DATABASE_UNAVAILABLE naming the migration that failed
 */
export async function migrate(settings: DatabaseSettings, onProgress: Progress): Promise<void> {
  await withMigrations(settings, onProgress, async (executor) => {
    const pending = await executor.getPendingMigrations();
    if (pending.length > 0) onProgress(`Migrations to apply: ${pending.length}…`);
    try {
      const applied = await executor.executePendingMigrations();
      for (const { name } of applied) onProgress(`Applied migration ${migrationTitle(name)}`);
    } catch (error) {
      const [failed] = await executor.getPendingMigrations().catch(() => []);
      throw new DomainError(
        'DATABASE_UNAVAILABLE',
        `Migration ${failed?.name ?? '(unknown)'} failed; those before it stay applied. ${String(error)}`,
        undefined,
        { cause: error },
      );
    }
  });
}

/** Reverts the migration that was applied last. */
export async function revertLastMigration(settings: DatabaseSettings, onProgress: Progress): Promise<void> {
  await withMigrations(settings, onProgress, async (executor) => {
    const [last] = await executor.getExecutedMigrations();
    await executor.undoLastMigration();
    onProgress(last ? `Reverted migration ${migrationTitle(last.name)}` : 'No migration to revert');
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
    const [pending] = await new MigrationExecutor(dataSource).getPendingMigrations();
    if (pending) {
      throw new DomainError(
        'DATABASE_UNAVAILABLE',
        `Migration ${pending.name} is not applied: do that first.`,
      );
    }
    const { upQueries, downQueries } = await dataSource.driver.createSchemaBuilder().log();
    return {
      up: upQueries.map(({ query }) => query),
      down: downQueries.map(({ query }) => query).toReversed(),
    };
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Runs `work` under an advisory lock. Uses a single connection, because the lock belongs to the session, and no statement
 * timeout, because a migration may rewrite a large table.
 */
async function withMigrations(
  settings: DatabaseSettings,
  onProgress: Progress,
  work: (executor: MigrationExecutor) => Promise<void>,
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
    const executor = new MigrationExecutor(dataSource, queryRunner);
    executor.transaction = dataSource.options.migrationsTransactionMode ?? 'each';
    await work(executor);
  } finally {
    await queryRunner.release();
    await dataSource.destroy();
  }
}

/** Name of a migration without its timestamp, which the log would mask as a phone number. */
export function migrationTitle(migration: string): string {
  return migration.replace(/\d+$/u, '');
}
