import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { migrationTitle } from '../../src/database/migrator.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../../migrations/index.js';
import { readMigrateCommand } from '../../src/cli/migrate-arguments.js';
import { connect } from '../../src/database/connect.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Program } from '../support/program.js';

const took = (line: string): unknown =>
  expect.stringMatching(new RegExp(String.raw`^${line} in \d+\.\d s$`, 'u'));

describe('the migration commands', () => {
  let folder: string;
  let database: TestDatabase;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'migrate-'));
    await mkdir(join(folder, 'migrations'));
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function run(...args: string[]): Promise<{ code: number | null; lines: string[]; errors: string }> {
    const program = new Program('../../src/cli/migrate.ts', args, {
      cwd: folder,
      env: { DATABASE_URL: database.url },
    });
    return { code: await program.exit, lines: program.lines, errors: await program.errors };
  }

  async function execute(statement: string): Promise<void> {
    const dataSource = await connect(database.settings, () => {});
    await dataSource.query(statement);
    await dataSource.destroy();
  }

  it('revert the last migration, and run it again', async () => {
    const last = migrationTitle(migrations.at(-1)?.name ?? '');
    expect(await run('revert')).toEqual({
      code: 0,
      lines: [`Reverting migration 1 of 1: ${last}…`, took(`Reverted migration 1 of 1: ${last}`)],
      errors: '',
    });
    expect(await run('run')).toEqual({
      code: 0,
      lines: [
        'Migrations to apply: 1',
        `Applying migration 1 of 1: ${last}…`,
        took(`Applied migration 1 of 1: ${last}`),
      ],
      errors: '',
    });
  });

  it('revert to a named migration, and all of them', async () => {
    const to = migrationTitle(migrations.at(-3)?.name ?? '');
    expect((await run('revert', '--to', to)).lines).toHaveLength(4);
    expect((await run('revert', '--all')).lines).toHaveLength(2 * (migrations.length - 2));
    expect((await run('revert', '--to', '0')).lines).toEqual(['No migration to revert']);
    expect((await run('revert', '--to', to)).errors).toBe(
      `No applied migration is named ${to}. Applied are: none.\n`,
    );
  });

  it('generate nothing while the database matches the entities', async () => {
    const { lines } = await run('generate', 'Nothing');
    expect(lines).toEqual(['The database is what the entities say: nothing to generate.']);
    expect(await readdir(join(folder, 'migrations'))).toEqual([]);
  });

  it('generate what the entities define and the database lacks', async () => {
    await execute('ALTER TABLE telephony_calls DROP COLUMN hold_seconds');
    const { lines } = await run('generate', 'AddHoldSeconds');
    const [file = ''] = await readdir(join(folder, 'migrations'));
    expect(file).toMatch(/^\d{13}-AddHoldSeconds\.ts$/);
    expect(lines).toEqual([
      `Wrote ${join('migrations', file)}. Read it, say in it why, and add it to migrations/index.ts.`,
    ]);
    expect(await readFile(join(folder, 'migrations', file), 'utf8')).toBe(
      `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddHoldSeconds${file.slice(0, 13)} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`ALTER TABLE "telephony_calls" ADD "hold_seconds" integer\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`ALTER TABLE "telephony_calls" DROP COLUMN "hold_seconds"\`);
  }
}
`,
    );
  });

  it('say how they are used', async () => {
    const { code, lines, errors } = await run('undo');
    expect({ code, lines }).toEqual({ code: 1, lines: [] });
    expect(errors).toMatch(/^Usage: node dist\/src\/cli\/migrate\.js <command>/u);
  });
});

describe('the arguments of the migration commands', () => {
  it.each([
    [['run'], { name: 'run' }],
    [['revert'], { name: 'revert', target: 'last' }],
    [['revert', '--to', 'CreateCalls'], { name: 'revert', target: { downTo: 'CreateCalls' } }],
    [['revert', '--to', '0'], { name: 'revert', target: 'all' }],
    [['revert', '--all'], { name: 'revert', target: 'all' }],
    [['generate', 'AddHoldSeconds'], { name: 'generate', title: 'AddHoldSeconds' }],
  ])('%j are read', (args, command) => {
    expect(readMigrateCommand(args)).toEqual(command);
  });

  it.each([
    [],
    ['generate'],
    ['generate', 'not-a-class'],
    ['undo'],
    ['run', '--all'],
    ['revert', 'FirstOne'],
    ['revert', '--all', '--to', '0'],
    ['revert', '--until', '0'],
    ['run', 'now', 'please'],
  ])('are rejected with the usage: %j', (...args) => {
    const read = () => readMigrateCommand(args);
    expect(read).toThrow(
      /^(?:Unknown option '--until'.*\n\n)?Usage: node dist\/src\/cli\/migrate\.js <command>/u,
    );
    for (const word of ['run', 'revert --to <migration>', 'revert --all', 'generate']) {
      expect(read).toThrow(word);
    }
  });
});
