import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { prepareEmptyDataFolder } from '../support/database.js';
import { Program } from '../support/program.js';

describe('embedded PostgreSQL', () => {
  let root: string;
  let prepared: string;
  let dataFolder: string;
  let started: { close(): Promise<unknown> }[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'embedded-'));
    prepared = join(root, 'prepared');
    await prepareEmptyDataFolder(prepared);
  });

  beforeEach(async () => {
    started = [];
    dataFolder = await mkdtemp(join(root, 'data-'));
    await cp(prepared, dataFolder, { recursive: true });
  });

  afterEach(async () => {
    for (const each of started.toReversed()) await each.close();
  });

  afterAll(() => rm(root, { recursive: true }));

  async function start(): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ dataFolder });
    started.push(postgres);
    return postgres;
  }

  async function connectTo(postgres: EmbeddedPostgres): Promise<Client> {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    started.push({ close: () => client.end() });
    return client;
  }

  function writer(folder: string): Program {
    // The socket of a killed process stays in the folder for temporary files.
    const program = new Program('programs/write-rows.ts', [folder], { env: { TMPDIR: root } });
    started.push({ close: () => program.kill() });
    return program;
  }

  it('loses no committed row when its process is killed while it writes, time after time', async () => {
    for (let crash = 1; crash <= 2; crash += 1) {
      const program = writer(dataFolder);
      await program.printed(500);
      await program.kill();

      const committed = program.lines.map(Number);
      const postgres = await startEmbeddedPostgres({ dataFolder });
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      const { rows } = await client.query<{ id: number }>(
        'SELECT id FROM written WHERE id = ANY ($1) ORDER BY id',
        [committed],
      );
      await client.end();
      await postgres.close();
      expect(rows.map(({ id }) => id)).toEqual(committed);
    }
  }, 120_000);

  it('starts again from scratch when its process was killed during the first start, and says that it takes a while', async () => {
    const fresh = join(root, 'killed-early');
    await mkdir(fresh);
    const draft = join(fresh, 'postgres.draft');
    const program = writer(fresh);
    await appearance(fresh, draft);
    await appearance(draft, join(draft, 'PG_VERSION'));
    await program.kill();
    expect(existsSync(join(fresh, 'postgres'))).toBe(false);

    const announced: string[] = [];
    const postgres = await startEmbeddedPostgres({
      dataFolder: fresh,
      onProgress: (message) => announced.push(message),
    });
    started.push(postgres);
    expect(announced).toEqual(['Preparing embedded PostgreSQL (first start, a few seconds)…']);
    const client = await connectTo(postgres);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect((await stat(join(fresh, 'postgres'))).mode & 0o777).toBe(0o700);
  }, 60_000);

  it('keeps its rows over a restart, and removes its files from the folder for temporary files', async () => {
    const first = await startEmbeddedPostgres({ dataFolder });
    // Only the socket of this server: other servers use the same folder.
    const socketFolder = new URL(first.url).searchParams.get('host') ?? '';
    expect(await readdir(socketFolder)).not.toEqual([]);
    const client = new Client({ connectionString: first.url });
    await client.connect();
    await client.query('CREATE TABLE kept AS SELECT 7 AS value');
    await client.end();
    await first.close();
    await expect(readdir(socketFolder)).rejects.toMatchObject({ code: 'ENOENT' });

    const again = await connectTo(await start());
    expect((await again.query('SELECT value FROM kept')).rows).toEqual([{ value: 7 }]);
  });

  it('rejects a second process on its data folder', async () => {
    const program = writer(dataFolder);
    await program.printed(1);
    await expect(startEmbeddedPostgres({ dataFolder })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining(`${dataFolder} is in use by process ${program.pid}`),
    });
  });

  it('reports the folder that is damaged, and releases its lock', async () => {
    await writeFile(join(dataFolder, 'postgres', 'PG_VERSION'), '9\n');
    const refused = {
      code: 'DATABASE_UNAVAILABLE',
      message: expect.stringContaining(
        `embedded PostgreSQL in ${join(dataFolder, 'postgres')} does not start`,
      ),
    };
    await expect(startEmbeddedPostgres({ dataFolder })).rejects.toMatchObject(refused);
    await expect(startEmbeddedPostgres({ dataFolder })).rejects.toMatchObject(refused);
  });

  describe('while it runs', () => {
    let folder: string;
    let postgres: EmbeddedPostgres;

    beforeAll(async () => {
      folder = await mkdtemp(join(root, 'running-'));
      await cp(prepared, folder, { recursive: true });
      postgres = await startEmbeddedPostgres({ dataFolder: folder });
    });

    afterAll(() => postgres.close());

    it('is not accessible to other users of the machine, because it has no password', async () => {
      const socketFolder = new URL(postgres.url).searchParams.get('host') ?? '';
      expect((await stat(socketFolder)).mode & 0o777).toBe(0o700);
    });

    it('keeps the statements of many connections apart', async () => {
      const clients = await Promise.all(Array.from({ length: 10 }, () => connectTo(postgres)));
      await clients[0]?.query('CREATE TABLE amounts (client integer)');
      await Promise.all(
        clients.map(async (client, number) => {
          for (let round = 0; round < 20; round += 1) {
            const { rows } = await client.query('SELECT $1::int AS echo', [number]);
            expect(rows).toEqual([{ echo: number }]);
            await client.query('BEGIN');
            await client.query('INSERT INTO amounts VALUES ($1)', [number]);
            await client.query('INSERT INTO amounts VALUES ($1)', [number]);
            await client.query(number < 5 ? 'COMMIT' : 'ROLLBACK');
          }
        }),
      );
      const kept = await clients[0]?.query(
        'SELECT client, count(*)::int FROM amounts GROUP BY client ORDER BY client',
      );
      expect(kept?.rows).toEqual([0, 1, 2, 3, 4].map((client) => ({ client, count: 40 })));
    });

    it('rolls the transaction of a lost connection back', async () => {
      const client = await connectTo(postgres);
      await client.query('CREATE TABLE half_done (id integer)');

      const socket = new Socket();
      const lost = new Client({ connectionString: postgres.url, stream: () => socket });
      lost.on('error', () => {});
      await lost.connect();
      await lost.query('BEGIN');
      await lost.query('INSERT INTO half_done VALUES ($1)', [1]);
      const pool = new Pool({ connectionString: postgres.url, max: 1 });
      const counted = pool.query('SELECT count(*)::int AS count FROM half_done');
      socket.destroy();
      expect((await counted).rows).toEqual([{ count: 0 }]);
      await pool.end();
    });

    it('starts in memory from a dump', async () => {
      await (await connectTo(postgres)).query('CREATE TABLE dumped AS SELECT 3 AS value');
      const copy = await startEmbeddedPostgres({ memory: true, dump: await postgres.dump() });
      started.push(copy);
      expect((await (await connectTo(copy)).query('SELECT value FROM dumped')).rows).toEqual([{ value: 3 }]);
    });
  });
});

/** Resolves when the path, directly in the folder, is there. */
async function appearance(folder: string, path: string): Promise<void> {
  const changes = watch(folder);
  while (!existsSync(path)) await once(changes, 'change');
  changes.close();
}
