import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { counterOf } from './loan.js';
import type { Templates } from './templates.js';

/**
 * Lends embedded databases to the suites of one run. To start one for each suite took most of the time of a run: here
 * there are as many as are on loan at the same time, one for each worker of Jest as a rule, and each is emptied when it
 * comes back. They outlive their suites because they are not in the processes of these; and they are threads of one
 * process because those share the compiled code of PostgreSQL.
 */
const [runFolder = ''] = process.argv.slice(2);

type Kind = 'empty' | 'migrated';

const idle: Record<Kind, LentDatabase[]> = { empty: [], migrated: [] };
let templates: Promise<Templates> | null = null;

/** One database in a thread of its own. */
class LentDatabase {
  private constructor(private readonly thread: Worker) {}

  static async start(dump: Blob, kind: Kind): Promise<LentDatabase> {
    const thread = startThread('database.ts', { runFolder, dump, kind });
    await messageOf(thread);
    return new LentDatabase(thread);
  }

  /** @returns its URL for this loan */
  lend(): Promise<string> {
    this.thread.postMessage('lend');
    return messageOf<string>(this.thread);
  }

  /** @returns whether it is as it was at first; otherwise it is gone */
  async takeBack(): Promise<boolean> {
    this.thread.postMessage('take back');
    const isAsAtFirst = await messageOf<boolean>(this.thread);
    if (!isAsAtFirst) await this.thread.terminate();
    return isAsAtFirst;
  }
}

function startThread(file: string, workerData: unknown): Worker {
  return new Worker(new URL(file, import.meta.url), { workerData });
}

async function messageOf<Message>(thread: Worker): Promise<Message> {
  const [message] = (await once(thread, 'message')) as [Message];
  return message;
}

/** Made when the first suite asks: a run of suites without a database needs none. */
function madeTemplates(): Promise<Templates> {
  templates ??= messageOf<Templates>(startThread('templates.ts', { runFolder }));
  return templates;
}

async function lend(kind: Kind, borrower: Socket): Promise<void> {
  const returned = new Promise((resolve) => borrower.once('end', resolve).once('close', resolve));
  const database = idle[kind].pop() ?? (await LentDatabase.start((await madeTemplates())[kind], kind));
  borrower.write(await database.lend());
  await returned;
  if (await database.takeBack()) idle[kind].push(database);
  borrower.end();
}

async function serve(borrower: Socket): Promise<void> {
  // One word, which arrives in one piece.
  const [word] = (await once(borrower, 'data')) as [Buffer];
  const what = word.toString();
  if (what === 'empty' || what === 'migrated') await lend(what, borrower);
  else if (what === 'data-folder') borrower.end((await madeTemplates()).dataFolder);
  else throw new Error(`Nothing like "${what}" is lent`);
}

const counter = createServer({ allowHalfOpen: true }, (borrower) => {
  // Of a borrower that was killed; its 'close' follows.
  borrower.on('error', () => {});
  serve(borrower).catch((error: unknown) => {
    process.stderr.write(`${inspect(error)}\n`);
    borrower.destroy();
  });
}).listen(counterOf(runFolder));
await once(counter, 'listening');
process.stdout.write('ready\n');

// Of a run that was cut short nobody else removes what was shared.
process.stdin.resume().once('close', () => {
  rmSync(runFolder, { recursive: true, force: true });
  process.exit();
});
