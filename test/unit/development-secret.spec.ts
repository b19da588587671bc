import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../src/config/configuration-error.js';
import { developmentSecret } from '../../src/config/credentials/development-secret.js';
import { Program } from '../support/program.js';

describe('the development secret', () => {
  let home: string;
  let dataFolder: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'development-secret-'));
    dataFolder = join(home, 'deep', 'data');
  });

  afterEach(() => rm(home, { recursive: true }));

  it('is 48 random bytes as base64url, and the next start finds the same', () => {
    const secret = developmentSecret(dataFolder);

    expect(secret).toMatch(/^[\w-]{64}$/);
    expect(developmentSecret(dataFolder)).toBe(secret);
    expect(developmentSecret(join(home, 'other'))).not.toBe(secret);
  });

  it('is stored in a file that only its owner can read, without other files', async () => {
    const secret = developmentSecret(dataFolder);

    expect(await readdir(dataFolder)).toEqual(['jwt-secret']);
    expect(await readFile(join(dataFolder, 'jwt-secret'), 'utf8')).toBe(secret);
    expect((await stat(join(dataFolder, 'jwt-secret'))).mode & 0o777).toBe(0o600);
  });

  it('is one and the same for processes that start at the same moment', async () => {
    const go = join(home, 'go');
    const folders = Array.from({ length: 200 }, (_, n) => join(dataFolder, String(n)));
    const programs = Array.from(
      { length: 4 },
      () => new Program('programs/read-development-secret.ts', [go, ...folders]),
    );
    await Promise.all(programs.map((program) => program.printed(1)));
    await writeFile(go, '');
    await Promise.all(programs.map((program) => program.exit));

    const secrets = folders.map((folder) => developmentSecret(folder));
    for (const { lines } of programs) expect(lines).toEqual(['ready', ...secrets]);
    for (const folder of folders) expect(await readdir(folder)).toEqual(['jwt-secret']);
  });

  it('is never taken from a file that holds something else', async () => {
    developmentSecret(dataFolder);
    await writeFile(join(dataFolder, 'jwt-secret'), 'hunter2');

    expect(() => developmentSecret(dataFolder)).toThrow(ConfigurationError);
    expect(() => developmentSecret(dataFolder)).toThrow(
      /jwt-secret does not hold a generated secret: delete it/,
    );
  });

  it('reports what to do when the folder cannot be written', async () => {
    await writeFile(join(home, 'a-file'), '');

    expect(() => developmentSecret(join(home, 'a-file'))).toThrow(
      /^Configuration: DATA_FOLDER must be a folder this user may write to, or JWT_SECRET must be set$/,
    );
  });
});
