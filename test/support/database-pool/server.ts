import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { socketPathOf } from './client.js';
import type { Templates } from './templates.js';

/**
 * A pool of embedded databases for the suites of one test run. Starting one per suite took most of the time of a run. The
 * pool has as many databases as are in use at the same time, usually one per Jest worker, and resets each of them on
 * release. It runs outside the suites' processes, because databases outlive suites. All databases are threads of one
 * process, because threads share the compiled code of PostgreSQL.
 */
const [runFolder = ''] = process.argv.slice(2);

type DatabaseKind = 'empty' | 'migrated';

const idle: Record<DatabaseKind, PooledDatabase[]> = { empty: [], migrated: [] };
let templates: Promise<Templates> | null = null;

/** A database in its own thread. */
class PooledDatabase {
  private constructor(private readonly thread: Worker) {}

  static async start(dump: Blob, kind: DatabaseKind): Promise<PooledDatabase> {
    const thread = startThread('database.ts', { runFolder, dump, kind });
    await messageOf(thread);
    return new PooledDatabase(thread);
  }

  /** @returns its URL, valid until the release */
  acquire(): Promise<string> {
    this.thread.postMessage('acquire');
    return messageOf<string>(this.thread);
  }

  /** @returns whether the reset restored the initial state; otherwise the database is terminated */
  async release(): Promise<boolean> {
    this.thread.postMessage('release');
    const isReset = await messageOf<boolean>(this.thread);
    if (!isReset) await this.thread.terminate();
    return isReset;
  }
}

function startThread(file: string, workerData: unknown): Worker {
  return new Worker(new URL(file, import.meta.url), { workerData });
}

async function messageOf<Message>(thread: Worker): Promise<Message> {
  const [message] = (await once(thread, 'message')) as [Message];
  return message;
}

/** Created on the first request: a run of suites without a database needs none. */
function createdTemplates(): Promise<Templates> {
  templates ??= messageOf<Templates>(startThread('templates.ts', { runFolder }));
  return templates;
}

async function serveDatabase(kind: DatabaseKind, client: Socket): Promise<void> {
  const released = new Promise((resolve) => client.once('end', resolve).once('close', resolve));
  const database = idle[kind].pop() ?? (await PooledDatabase.start((await createdTemplates())[kind], kind));
  client.write(await database.acquire());
  await released;
  if (await database.release()) idle[kind].push(database);
  client.end();
}

async function serve(client: Socket): Promise<void> {
  // The request is a single word, which arrives in one chunk.
  const [request] = (await once(client, 'data')) as [Buffer];
  const kind = request.toString();
  if (kind === 'empty' || kind === 'migrated') await serveDatabase(kind, client);
  else if (kind === 'data-folder') client.end((await createdTemplates()).dataFolder);
  else if (kind === 'empty-data-folder') client.end((await createdTemplates()).emptyDataFolder);
  else throw new Error(`The database pool has no "${kind}"`);
}

const server = createServer({ allowHalfOpen: true }, (client) => {
  // Emitted when the client's process is killed; 'close' follows and releases the database.
  client.on('error', () => {});
  serve(client).catch((error: unknown) => {
    process.stderr.write(`${inspect(error)}\n`);
    client.destroy();
  });
}).listen(socketPathOf(runFolder));
await once(server, 'listening');
process.stdout.write('ready\n');

// After an interrupted run, no global teardown removes the folder.
process.stdin.resume().once('close', () => {
  rmSync(runFolder, { recursive: true, force: true });
  process.exit();
});
