import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrate } from '../../src/database/migrator.js';
import { Document, ROOT } from '../support/documents.js';
import { ENDED } from '../support/enforcing-app.js';
import { PostgresCluster } from '../support/postgres-cluster.js';
import { runProgram } from '../support/program.js';
import { SERVICE, ServerProcess } from '../support/server-process.js';
import { NEW_SECRET, signedHeaders } from '../support/signed-webhooks.js';

const PASSWORD = 'only for this drill';
const ENV = {
  JWT_SECRET: 'a secret of the CRM that is long enough',
  BRACKNET_MODE: 'mock',
  BRACKNET_WEBHOOK_SECRET: NEW_SECRET.toString(),
};

/** Commands of the document that are marked with this word. */
function commandsOf(mark: string): string {
  const blocks = new Document('docs/operations.md').blocks.filter((block) => block.mark === mark);
  expect(blocks).toHaveLength(1);
  return blocks.map(({ text }) => text).join('');
}

describe('a backup of docs/operations.md', () => {
  let cluster: PostgresCluster;
  let folder: string;
  /** A webhook that the service has acknowledged before the backup. */
  const body = JSON.stringify(ENDED);
  const headers = { 'Content-Type': 'application/json', ...signedHeaders(body) };

  beforeAll(async () => {
    [cluster, folder] = await Promise.all([
      PostgresCluster.create({ fsync: 'off' }),
      mkdtemp(join(tmpdir(), 'telephony-drill-')),
    ]);
    await asSuperuser(
      'postgres',
      `CREATE ROLE telephony LOGIN PASSWORD '${PASSWORD}';
       CREATE ROLE restorer LOGIN CREATEDB PASSWORD '${PASSWORD}'`,
    );
    await asSuperuser('postgres', 'CREATE DATABASE trustcart OWNER telephony');
    const service = await startOn('trustcart');
    expect(await send(service)).toBe('accepted');
    await service.stop();
    await shell(commandsOf('backup'), 'telephony', 'trustcart');
  });
  afterAll(async () => {
    await cluster.remove();
    await rm(folder, { recursive: true });
  });
  afterEach(() => asSuperuser('postgres', 'DROP DATABASE trustcart_restored WITH (FORCE)'));

  function urlOf(role: string, database: string): string {
    const url = new URL(cluster.urlOf(database));
    if (role !== 'postgres') [url.username, url.password] = [role, PASSWORD];
    return url.href;
  }

  async function asSuperuser(database: string, statements: string): Promise<void> {
    await cluster.withClient(database, (client) => client.query(statements));
  }

  /** Runs commands as they are written, for that role. */
  function shell(commands: string, role: string, database: string): Promise<void> {
    const url = new URL(urlOf(role, database));
    const connection = {
      PGHOST: url.hostname,
      PGPORT: url.port,
      PGUSER: decodeURIComponent(url.username),
      PGPASSWORD: decodeURIComponent(url.password),
    };
    return new Promise((resolve, reject) => {
      execFile(
        'bash',
        ['-euc', commands],
        { cwd: folder, env: { PATH: process.env.PATH, DATABASE_URL: url.href, ...connection } },
        (error, _stdout, stderr) => (error === null ? resolve() : reject(new Error(stderr))),
      );
    });
  }

  function startOn(database: string): Promise<ServerProcess> {
    const env = { ...ENV, DATABASE_URL: urlOf('telephony', database) };
    return ServerProcess.start('service', { program: SERVICE, env });
  }

  /** Sends the webhook. @returns its result */
  async function send(service: ServerProcess): Promise<unknown> {
    const url = `${service.url}/api/webhook/bracknet/call-ended`;
    const answer = await fetch(url, { method: 'POST', headers, body });
    return ((await answer.json()) as { result?: unknown }).result;
  }

  /** The service may use what it finds, and no migration is pending. */
  async function expectNothingToDo(): Promise<void> {
    const said: string[] = [];
    const url = urlOf('telephony', 'trustcart_restored');
    const settings = { url, poolSize: 1, statementTimeoutMs: 0, legacyTimeZone: 'Asia/Dhaka' };
    await migrate(settings, (line) => said.push(line));
    expect(said).toEqual([]);
  }

  it.each([
    ['an ordinary role', 'restorer', 'GRANT restorer TO telephony;'],
    ['a superuser', 'postgres', 'ALTER TABLE telephony_calls OWNER TO telephony;'],
  ])(
    'that %s restored starts after the statements of the message, with all it had',
    async (_who, role, remedy) => {
      await shell(commandsOf('restore'), role, 'postgres');

      const env = { ...ENV, NODE_ENV: 'production', DATABASE_URL: urlOf('telephony', 'trustcart_restored') };
      const refused = await runProgram('../../src/main.ts', [], { env });
      expect(refused.code).toBe(1);
      const { msg: message }: { msg: string } = JSON.parse(refused.stderr);
      expect(message).toContain(`The table telephony_calls is owned by ${role}.`);
      expect(`${message}\n`).toContain(`  ${remedy}\n`);
      const checked = await runProgram('../../src/cli/migrate.ts', ['run'], { env });
      expect(checked).toMatchObject({ code: 1, stderr: `${message}\n` });

      const statements = message.match(/^ {2}(?:GRANT|ALTER) .+;$/gmu) ?? [];
      await asSuperuser('trustcart_restored', statements.join('\n'));
      const service = await startOn('trustcart_restored');
      try {
        expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
        expect(await send(service)).toBe('duplicate');
      } finally {
        await service.stop();
      }
    },
  );

  it('that the commands with Docker made and restored starts at once', async () => {
    // There is no container here: its commands run beside the server, as the same superuser.
    const commands = commandsOf('compose').replaceAll('docker compose exec -T postgres ', '');
    await shell(commands.replaceAll(' telephony >', ' trustcart >'), 'postgres', 'postgres');
    await expectNothingToDo();
  });

  it('that the role of the service restored into its own database starts at once', async () => {
    await asSuperuser('postgres', 'ALTER ROLE telephony CREATEDB');
    await shell(commandsOf('restore'), 'telephony', 'postgres');
    await asSuperuser('postgres', 'ALTER ROLE telephony NOCREATEDB');
    await expectNothingToDo();
  });
});

describe('docs/docker/create-role.sh', () => {
  it('makes a role that can migrate and is no superuser, and takes the password of the superuser', async () => {
    const cluster = await PostgresCluster.create({ fsync: 'off' });
    try {
      await cluster.withClient('postgres', async (superuser) => {
        const { hostname, port, password } = new URL(cluster.url);
        const connection = { PGHOST: hostname, PGPORT: port, PGPASSWORD: password };
        const env = { PATH: process.env.PATH, ...connection, POSTGRES_PASSWORD: PASSWORD };
        await promisify(execFile)(`${ROOT}docs/docker/create-role.sh`, { env });

        const url = new URL(cluster.urlOf('telephony'));
        [url.username, url.password] = ['telephony', PASSWORD];
        const settings = { url: url.href, poolSize: 1, statementTimeoutMs: 0, legacyTimeZone: 'Asia/Dhaka' };
        await expect(migrate(settings, () => {})).resolves.toBeUndefined();
        const { rows } = await superuser.query(
          `SELECT rolname, rolsuper, rolcreaterole, rolpassword IS NOT NULL AS "hasPassword"
             FROM pg_authid WHERE rolcanlogin ORDER BY rolname`,
        );
        expect(rows).toEqual([
          { rolname: 'postgres', rolsuper: true, rolcreaterole: true, hasPassword: false },
          { rolname: 'telephony', rolsuper: false, rolcreaterole: false, hasPassword: true },
        ]);
      });
    } finally {
      await cluster.remove();
    }
  });
});
