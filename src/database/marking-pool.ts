import pg, { type PoolClient, type PoolConfig } from 'pg';
import { markDriverError } from './database-error.js';

type Connected = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (destroy?: boolean | Error) => void,
) => void;

/**
 * Marks the errors of connecting as errors of the database. TypeORM passes them on as they are, and a socket error of the
 * database then looks like one of a client.
 */
class MarkingPool extends pg.Pool {
  override connect(): Promise<PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<PoolClient> | void {
    if (callback === undefined) {
      return super.connect().catch((error: unknown) => {
        markDriverError(error);
        throw error;
      });
    }
    super.connect((error, client, release) => {
      markDriverError(error);
      callback(error, client, release);
    });
  }
}

/** The driver for TypeORM. */
export const markingDriver = { ...pg, Pool: MarkingPool as new (config?: PoolConfig) => pg.Pool };
