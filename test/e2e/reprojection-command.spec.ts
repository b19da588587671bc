import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { TestApp } from '../support/app.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.js';
import { Program } from '../support/program.js';
import { CALLER, webhooksOf } from '../support/webhook-lives.js';

const call = webhooksOf('BN-CALL-1');

describe('the command that derives calls again', () => {
  let folder: string;
  let database: TestDatabase;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calls-cli-'));
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all([rm(folder, { recursive: true }), database.drop()]);
  });

  async function run(args: string[], env: NodeJS.ProcessEnv = {}) {
    const program = new Program('../../src/cli/calls.ts', args, {
      cwd: folder,
      env: { NODE_ENV: 'development', DATABASE_URL: database.url, ...env },
    });
    return { code: await program.exit, lines: program.lines, errors: await program.errors };
  }

  /** Without an application: the embedded database has one connection, and the command needs it. */
  async function query<Row extends object>(sql: string): Promise<Row[]> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<Row>(sql);
    await client.end();
    return rows;
  }

  async function storeCallTakenForTalk(): Promise<void> {
    const app = await TestApp.start(database);
    for (const { route, body } of [call.incoming(0), call.ended(18, 18, 'no_answer')]) {
      expect((await app.webhook(route, body)).status).toBe(200);
    }
    await app.close();
    await query(
      `UPDATE telephony_calls SET status = 'completed', disposition = 'completed', duration_seconds = 18`,
    );
  }

  async function statusOfCall(): Promise<string | undefined> {
    const [row] = await query<{ status: string }>('SELECT status FROM telephony_calls');
    return row?.status;
  }

  it('in a dry run says what it would do, and does not do it', async () => {
    await storeCallTakenForTalk();

    const { code, lines, errors } = await run(['reproject', '--dry-run']);

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(lines).toEqual([
      expect.stringMatching(
        /^Deriving 1 calls that began before \S+ again, 200 in a transaction\. A dry run: nothing is written\. Tasks of these calls stay as they are\.$/u,
      ),
      '1 of 1 calls, up to call 1: 1 would change, 0 would be split off, 0 would be joined to another',
      'Of 1 calls 1 would change, 0 would be split off, 0 would be joined to another.',
      '  disposition: 1',
      '  duration_seconds: 1',
      '  status: 1',
      'Receipts whose event is read otherwise: 0',
      'Examples:',
      '  call 1: status completed -> failed; duration_seconds 18 -> null; disposition completed -> missed',
    ]);
    expect(await statusOfCall()).toBe('completed');
  });

  it('does it, and says so', async () => {
    await storeCallTakenForTalk();

    const { code, lines, errors } = await run(['reproject']);

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(lines).toContain('Of 1 calls 1 changed, 0 split off, 0 joined to another.');
    expect(await statusOfCall()).toBe('failed');
  });

  it('ends with 1 and names the calls that could not be derived', async () => {
    await storeCallTakenForTalk();
    await query(`UPDATE telephony_webhook_receipts SET body = '{}' WHERE route = 'call-ended'`);

    const { code, lines } = await run(['reproject']);

    expect(code).toBe(1);
    expect(lines.slice(-2)).toEqual([
      'Left as they are, because they could not be derived:',
      expect.stringMatching(/^  call 1: receipt 2 cannot be read any more: \S+ /u),
    ]);
    expect(lines.join('\n')).not.toContain(CALLER);
  });

  it('continues with the call that it is told', async () => {
    await storeCallTakenForTalk();

    const { lines } = await run(['reproject', '--from', '2']);

    expect(lines[0]).toContain('Deriving 0 calls');
    expect(lines[0]).toContain('from call 2 on');
    expect(await statusOfCall()).toBe('completed');
  });

  it('does not migrate: it says what to do first', async () => {
    const empty = await createEmptyDatabase();
    const { code, lines, errors } = await run(['reproject', '--dry-run'], { DATABASE_URL: empty.url });
    await empty.drop();

    expect({ code, lines }).toEqual({ code: 1, lines: [] });
    expect(errors).toMatch(/^Migration \w+ is not applied: do that first\.\n$/u);
  });

  it('explains itself, whatever the configuration', async () => {
    const { code, lines, errors } = await run(['--help'], { PORT: 'x' });

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    for (const flag of ['--dry-run', '--from', '--recent']) expect(lines.join('\n')).toContain(flag);
  });

  it('says what is wrong with its arguments', async () => {
    const { code, lines, errors } = await run(['reproject', 'now']);

    expect({ code, lines }).toEqual({ code: 1, lines: [] });
    expect(errors).toBe('The command is: reproject, or erase\nSee: node dist/src/cli/calls.js --help\n');
  });
});
