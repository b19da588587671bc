import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jwtVerify } from 'jose';
import { loadConfiguration } from '../../src/config/configuration.js';
import { identityFromClaims } from '../../src/modules/auth/agent-identity.js';
import { Document } from '../support/documents.js';
import { JWT_SECRET, verifierWith } from '../support/tokens.js';

const run = promisify(execFile);
const document = new Document('docs/tokens.md');
const example = new Map(document.table('What').map(([what = '', value = '']) => [what, value]));

const PROGRAMS = [
  { language: 'js', command: process.execPath, file: 'token.mjs' },
  { language: 'php', command: 'php', file: 'token.php' },
];

describe('docs/tokens.md', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokens-document-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('works its example out right', async () => {
    const secret = new TextEncoder().encode(example.get('secret'));
    const claims: Record<string, unknown> = JSON.parse(example.get('claims') ?? '');
    const { payload, protectedHeader } = await jwtVerify(example.get('token') ?? '', secret, {
      currentDate: new Date(Number(claims.iat) * 1000),
    });
    expect(protectedHeader).toEqual(JSON.parse(example.get('header') ?? ''));
    expect(payload).toEqual(claims);
    const { role, userId, extension } = identityFromClaims(
      payload,
      loadConfiguration({ NODE_ENV: 'test', JWT_SECRET }).auth,
    );
    expect(`${role} ${userId} at extension ${extension}`).toBe(example.get('user'));
  });

  it.each(PROGRAMS)('issues a token in $language that is accepted', async ({ language, command, file }) => {
    const block = document.blocks.find((candidate) => candidate.language === language);
    expect(block?.text).toContain('JWT_SECRET');
    const isInstalled = await run(command, ['--version']).then(
      () => true,
      () => false,
    );
    if (!isInstalled) {
      process.stderr.write(`${language} is not run: ${command} is not installed\n`);
      return;
    }
    const path = join(folder, file);
    await writeFile(path, block?.text ?? '');
    const { stdout } = await run(command, [path], { env: { PATH: process.env.PATH, JWT_SECRET } });
    await expect(verifierWith().verify(stdout)).resolves.toMatchObject({
      userId: 7,
      role: 'agent',
      extension: '201',
    });
  });
});
