import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeJwt } from 'jose';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { Document } from '../support/documents.js';
import { ImageFolder } from '../support/image-folder.js';

const OPERATOR_DOCUMENTS = ['docs/database.md', 'docs/operations.md'];

/** Commands of a document that Node runs, from its blocks. */
function nodeCommandsOf(path: string): string[] {
  return new Document(path).blocks.flatMap(({ text }) => text.match(/\bnode dist\/[^)\n]*/gu) ?? []);
}

/** Commands of package.json that compile first in a checkout. */
const NPM_COMMANDS = [
  'npm run -s migration:run',
  'npm run -s calls:reproject -- --dry-run',
  'npm run -s token -- --user 7 --role agent',
  'npm run -s sign -- {}',
  'npm run -s watch -- --help',
  'npm run -s migration:revert',
];

describe('in the folder of the image, without the packages of development', () => {
  let image: ImageFolder;
  let database: TestDatabase;

  beforeAll(async () => {
    [image, database] = await Promise.all([ImageFolder.create(), createEmptyDatabase()]);
  });

  afterAll(async () => {
    await Promise.all([image.remove(), database.drop()]);
  });

  /** Runs a command as it is written in the documents, with the environment of production. */
  function run(command: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const [program = '', ...args] = (command.match(/"[^"]*"|\S+/gu) ?? []).map((word) =>
      word.replaceAll('"', ''),
    );
    return new Promise((resolve) => {
      execFile(
        program,
        args,
        {
          cwd: image.path,
          env: {
            PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
            NODE_ENV: 'production',
            DATABASE_URL: database.url,
            JWT_SECRET: 'a secret of the CRM that is long enough',
            BRACKNET_API_BASE_URL: 'https://pbx.example.com',
            BRACKNET_API_KEY: 'key-1',
            BRACKNET_WEBHOOK_SECRET: 'the webhook secret of the PBX',
          },
        },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  }

  it('there is no compiler', () => {
    expect(existsSync(join(image.path, 'node_modules/typeorm'))).toBe(true);
    expect(existsSync(join(image.path, 'node_modules/typescript'))).toBe(false);
    expect(existsSync(join(image.path, 'tsconfig.json'))).toBe(false);
  });

  it('the browser client is there to be copied', () => {
    for (const file of ['client.js', 'client.iife.js', 'client.d.ts', 'wire.d.ts']) {
      expect([file, existsSync(join(image.path, 'dist/client', file))]).toEqual([file, true]);
    }
  });

  it('every command that the documents of operators prescribe works', async () => {
    const commands = [...new Set(OPERATOR_DOCUMENTS.flatMap(nodeCommandsOf))];
    expect(commands).toContain('node dist/src/cli/migrate.js revert --all');
    for (const [index, command] of commands.entries()) {
      if (commands[index - 1]?.includes('revert')) await run('node dist/src/cli/migrate.js run');
      const { code, stderr } = await run(command);
      expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
    }
  });

  it('every command of package.json that an operator may try works without a compiler', async () => {
    for (const command of NPM_COMMANDS) {
      const { code, stderr } = await run(command);
      expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
    }
  });

  it('a token is made', async () => {
    const { stdout, stderr } = await run('node dist/src/cli/token.js --user 7 --role admin');
    expect(stderr).toBe('');
    expect(decodeJwt(stdout.trim())).toMatchObject({ id: 7, roleSlug: 'admin' });
  });

  it.each(OPERATOR_DOCUMENTS)('every program that %s names is there', (path) => {
    const programs = nodeCommandsOf(path).map((command) => command.split(' ')[1] ?? '');
    expect(programs.length).toBeGreaterThan(0);
    expect(programs.filter((program) => !existsSync(join(image.path, program)))).toEqual([]);
  });

  it.each(OPERATOR_DOCUMENTS)('nothing that %s prescribes compiles', (path) => {
    const { text } = new Document(path);
    expect(text.match(/npm run (?:-s )?(?:migration:\w+|calls:\w+|token|sign|openapi)/gu) ?? []).toEqual([]);
  });
});
