import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';

/** What the pool offers: databases without and with the service's schema, and data folders to copy in both states. */
export type ResourceKind = 'empty' | 'migrated' | 'empty-data-folder' | 'data-folder';

/** Held as long as the connection that requested it is open, so that the resource of a killed process is released too. */
export interface PooledResource {
  /** The URL of a database, or the path of a folder. */
  readonly location: string;
  /** Resolves when the resource can be acquired again. */
  readonly release: () => Promise<void>;
}

/** Path of the socket on which the pool of a test run listens. */
export function socketPathOf(runFolder: string): string {
  return join(runFolder, 'database-pool');
}

/** @throws Error when the pool cannot provide it; the pool's process prints the reason */
export async function acquire(kind: ResourceKind): Promise<PooledResource> {
  const connection = connect(socketPathOf(testRunFolder()));
  const closed = once(connection, 'close');
  connection.write(kind);
  const [response] = (await Promise.race([once(connection, 'data'), closed])) as [Buffer | boolean];
  if (typeof response === 'boolean') {
    throw new Error(`The database pool cannot provide "${kind}": the reason is printed above`);
  }
  return {
    location: response.toString(),
    async release() {
      connection.end();
      await closed;
    },
  };
}

export function testRunFolder(): string {
  const folder = process.env.TEST_RUN_FOLDER;
  if (!folder) throw new Error('TEST_RUN_FOLDER is unset: run the tests with test/jest.config.js');
  return folder;
}
