import { MigrationExecutor } from 'typeorm';
import { DomainError } from '../common/errors/domain-error.js';
import { connect } from './connect.js';
import type { DatabaseSettings } from './data-source.js';

type Progress = (message: string) => void;

/**
 * Applies what is pending, oldest first, each migration in its own transaction. Instances that start together take
 * turns: the first migrates, the others find nothing left to do.
 *
 * @throws DomainError DATABASE_UNAVAILABLE naming the migration that failed
 */
export async function migrate(settings: DatabaseSettings, onProgress: Progress): Promise<void> {
  await withMigrations(settings, onProgress, async (executor) => {
    const pending = await executor.getPendingMigrations();
    if (pending.length > 0) onProgress(`Migrations to apply: ${pending.length}…`);
    try {
      const applied = await executor.executePendingMigrations();
      for (const { name } of applied) onProgress(`Applied migration ${titleOf(name)}`);
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

/** Takes the migration applied last back. */
export async function revertLastMigration(settings: DatabaseSettings, onProgress: Progress): Promise<void> {
  await withMigrations(settings, onProgress, async (executor) => {
    const [last] = await executor.getExecutedMigrations();
    await executor.undoLastMigration();
    onProgress(last ? `Reverted migration ${titleOf(last.name)}` : 'No migration to revert');
  });
}

/**
 * Statements that would turn the database into what the entities say, and those that would turn it back.
 *
 * @throws DomainError DATABASE_UNAVAILABLE while migrations are pending, for their work would be in that difference
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
 * On one connection, because an advisory lock belongs to its session and goes with it; and without a time limit for
 * statements, because an adoption may rewrite a large table.
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

/** Without its time, which reads like a telephone number and would be masked in the log. */
export function titleOf(migration: string): string {
  return migration.replace(/\d+$/u, '');
}
