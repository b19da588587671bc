import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { migrationTitle } from '../../src/database/migrator.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../../migrations/index.js';
import { connect } from '../../src/database/connect.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Program } from '../support/program.js';

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
    expect(await run('revert')).toEqual({ code: 0, lines: [`Reverted migration ${last}`], errors: '' });
    expect(await run('run')).toEqual({
      code: 0,
      lines: ['Migrations to apply: 1…', `Applied migration ${last}`],
      errors: '',
    });
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

  it.each([[], ['generate'], ['generate', 'not-a-class'], ['undo']])(
    'say how they are used: %j',
    async (...args) => {
      expect(await run(...args)).toEqual({
        code: 1,
        lines: [],
        errors: 'Usage: npm run migration:run | migration:revert | migration:generate -- PascalCaseName\n',
      });
    },
  );
});
