import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DomainError } from '../../common/errors/domain-error.js';
import { lockDataFolder } from './data-folder-lock.js';

/** A PostgreSQL server inside this process, with a connection URL like any other. */
export interface EmbeddedPostgres {
  readonly url: string;
  /** The whole cluster as a tar archive; `MemoryPostgresOptions.dump` accepts it. */
  dump(): Promise<Blob>;
  close(): Promise<void>;
}

export interface StoredPostgresOptions {
  /** The cluster is `<dataFolder>/postgres`, created when absent and locked by this process until closed. */
  dataFolder: string;
  /** Receives progress messages for the operator. */
  onProgress?: (message: string) => void;
}

export interface MemoryPostgresOptions {
  memory: true;
  /** Result of `dump()`; without it the cluster is empty. */
  dump?: Blob;
}

/** @throws DomainError DATABASE_UNAVAILABLE when another process holds the data folder, or the cluster does not start */
export async function startEmbeddedPostgres(
  options: StoredPostgresOptions | MemoryPostgresOptions,
): Promise<EmbeddedPostgres> {
  if ('memory' in options) return serve(new SharedPostgres({ loadDataDir: options.dump }));

  const lock = lockDataFolder(options.dataFolder);
  try {
    const folder = join(options.dataFolder, 'postgres');
    if (!existsSync(folder)) {
      options.onProgress?.('Preparing embedded PostgreSQL (first start, a few seconds)…');
      await createCluster(folder);
    }
    const postgres = await serve(new SharedPostgres(folder)).catch((error: unknown) => {
      throw doesNotStart(folder, error);
    });
    return {
      ...postgres,
      async close() {
        await postgres.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Created under another name and renamed when complete, so that a killed process leaves no half-made cluster. */
async function createCluster(folder: string): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const postgres = await PGlite.create(draft);
  await postgres.close();
  await rename(draft, folder);
}

function doesNotStart(folder: string, cause: unknown): DomainError {
  return new DomainError(
    'DATABASE_UNAVAILABLE',
    `The embedded PostgreSQL in ${folder} does not start: ${cause instanceof Error ? cause.message : String(cause)}. ` +
      'Put a copy of the folder back, or move it away to begin with an empty database.',
    undefined,
    { cause },
  );
}

async function serve(postgres: PGlite): Promise<EmbeddedPostgres> {
  await postgres.waitReady;
  // PGlite checks no password. A Unix socket in a folder of mode 0700 keeps other users of the machine out; a port would not.
  const socketFolder = await mkdtemp(join(tmpdir(), 'telephony-'));
  const onSocket = process.platform !== 'win32';
  const server = new PGLiteSocketServer({
    db: postgres,
    ...(onSocket ? { path: join(socketFolder, '.s.PGSQL.5432') } : { host: '127.0.0.1', port: 0 }),
    maxConnections: 100,
  });
  await server.start();
  return {
    url: onSocket
      ? `postgres://postgres@localhost/postgres?host=${encodeURIComponent(socketFolder)}`
      : `postgres://postgres@${server.getServerConn()}/postgres`,
    dump: () => postgres.dumpDataDir('none'),
    async close() {
      await server.stop();
      await postgres.close();
      await rm(socketFolder, { recursive: true });
    },
  };
}

/** First bytes of the protocol messages of an extended query before its Sync: Parse, Bind, Describe, Execute, Close, Flush. */
const WITHIN_EXTENDED_QUERY = new Set(Array.from('PBDECH', (letter) => letter.charCodeAt(0)));

/**
 * PGlite has one session. Its socket server switches between connections after each message, unless a transaction is
 * open. This class reports an unfinished extended query as a transaction too: all connections share the unnamed
 * statement and portal, so a switch in between would execute or destroy the statement of another connection.
 */
class SharedPostgres extends PGlite {
  private withinQuery = false;

  override execProtocolRawStream(
    ...[message, options]: Parameters<PGlite['execProtocolRawStream']>
  ): Promise<void> {
    this.withinQuery = WITHIN_EXTENDED_QUERY.has(message[0] ?? 0);
    return super.execProtocolRawStream(message, options);
  }

  override isInTransaction(): boolean {
    return this.withinQuery || super.isInTransaction();
  }
}
