import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DomainError } from '../../common/errors/domain-error.js';
import { lockDataFolder } from './data-folder-lock.js';

/** A PostgreSQL inside this process, reached like any other. */
export interface EmbeddedPostgres {
  readonly url: string;
  /** The whole cluster as a tar archive, to start another one in memory from. */
  dump(): Promise<Blob>;
  close(): Promise<void>;
}

export interface StoredPostgresOptions {
  /** The cluster lives in `<dataFolder>/postgres`, is made there when absent, and is this process's alone until closed. */
  dataFolder: string;
  /** Told what is being waited for, in sentences to show. */
  onProgress?: (message: string) => void;
}

export interface MemoryPostgresOptions {
  memory: true;
  /** What `dump()` gave; without it: an empty cluster. */
  dump?: Blob;
}

/** @throws DomainError DATABASE_UNAVAILABLE when another process holds the data folder, or its cluster is broken */
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

/** Under another name until it is complete: a process killed meanwhile leaves nothing that looks like a cluster. */
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
  // It asks for no password. In a folder of mode 0700 no other user of the machine can reach it, as on a port they could.
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

/** First bytes of the messages that make up an extended query before its Sync: Parse, Bind, Describe, Execute, Close, Flush. */
const WITHIN_EXTENDED_QUERY = new Set(Array.from('PBDECH', (letter) => letter.charCodeAt(0)));

/**
 * One PGlite is one session, which its socket server lends to connections message by message; only a transaction keeps
 * it with one connection. So must an extended query: all connections share the unnamed statement and portal, and one
 * would run, or destroy, what another has just prepared.
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
