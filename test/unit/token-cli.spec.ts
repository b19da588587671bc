import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { tokenCommand } from '../../src/cli/token-command.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { runProgram } from '../support/program.js';
import { JWT_SECRET, verifierWith } from '../support/tokens.js';

const TOKEN = '../../src/cli/token.ts';

describe('npm run token', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'token-cli-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const token = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    tokenCommand(args, () => loadConfiguration(env));

  it('prints a token that this service accepts, and nothing else', async () => {
    const args = ['--user', '7', '--role', 'agent', '--extension', '201'];
    const { code, stdout, stderr } = await runProgram(TOKEN, args, { cwd: folder, env: { JWT_SECRET } });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\S+\n$/);
    await expect(verifierWith().verify(stdout.trim())).resolves.toMatchObject({
      userId: 7,
      role: 'agent',
      extension: '201',
    });
    const { iat = 0, exp = 0 } = decodeJwt(stdout.trim());
    expect(exp - iat).toBe(24 * 3600);
  });

  it('names the issuer and audience of the configuration, and lives as long as asked', async () => {
    const env = { JWT_SECRET, JWT_ISSUER: 'crm', JWT_AUDIENCE: 'telephony' };
    const { stdout } = await token(['--user', '9', '--role', 'admin', '--expires', '30m'], env);

    await expect(verifierWith(env).verify(stdout.trim())).resolves.toMatchObject({
      userId: 9,
      role: 'supervisor',
    });
    const { iat = 0, exp = 0 } = decodeJwt(stdout.trim());
    expect(exp - iat).toBe(30 * 60);
  });

  it('in development signs with the generated secret, the same each time', async () => {
    const env = { JWT_SECRET: '', DATA_FOLDER: join(folder, '.data') };
    const first = await runProgram(TOKEN, ['--user', '7'], { cwd: folder });
    const second = await token(['--user', '8'], env);
    const verifier = verifierWith(env);

    await expect(verifier.verify(first.stdout.trim())).resolves.toMatchObject({ userId: 7 });
    await expect(verifier.verify(second.stdout.trim())).resolves.toMatchObject({ userId: 8 });
  });

  it('in production generates no secret', async () => {
    const outcome = await token(['--user', '7'], {
      NODE_ENV: 'production',
      DATABASE_URL: 'postgres://db/crm',
      BRACKNET_MODE: 'mock',
      BRACKNET_WEBHOOK_SECRET: 'the webhook secret of the PBX',
      DATA_FOLDER: join(folder, '.data'),
    });

    expect(outcome).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Configuration: JWT_SECRET (32 bytes or more) or JWT_JWKS_URL must be set in production\n',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('signs nothing when only an identity provider may', async () => {
    const outcome = await token(['--user', '7'], { JWT_JWKS_URL: 'https://id.example.com/keys' });

    expect(outcome).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('JWT_SECRET must be set'),
    });
  });

  it('explains itself, whatever the configuration', async () => {
    const { code, stdout, stderr } = await token(['--help'], { PORT: 'x' });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const flag of ['--user', '--role', '--extension', '--expires']) expect(stdout).toContain(flag);
  });

  it('ends with an exit code of 1 when something is wrong', async () => {
    expect(await runProgram(TOKEN, [], { cwd: folder, env: { JWT_SECRET } })).toEqual(await token([]));
  });

  it.each([
    [[], '--user must be the id of a CRM user'],
    [['--user', 'rima'], '--user must be the id of a CRM user'],
    [['--user', '7', '--role', 'customer-account'], '--role must be agent or a role slug of the staff'],
    [['--user', '7', '--extension', '2'], '--extension must be an extension of 2 to 6 digits'],
    [['--user', '7', '--expires', 'soon'], '--expires must be a number and a unit'],
    [['--user', '7', '--bogus'], "Unknown option '--bogus'"],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stdout, stderr } = await token(args, { JWT_SECRET });

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nSee: node dist\/src\/cli\/token\.js --help\n$/);
  });
});
