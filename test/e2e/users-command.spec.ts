import { usersCommand } from '../../src/cli/users-command.js';
import { UsageError } from '../../src/cli/command.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { SUPERVISOR, AGENT_201, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Program } from '../support/program.js';

describe('the command users', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  async function run(...args: string[]) {
    const program = new Program('../../src/cli/users.ts', args, {
      env: { NODE_ENV: 'development', DATABASE_URL: database.url },
    });
    return { code: await program.exit, lines: program.lines, errors: await program.errors };
  }

  it('revokes the tokens of a user and restores them, and the audit names the operator', async () => {
    const revoked = await run('revoke', '--user', '7', '--reason', 'left the company');
    expect(revoked).toEqual({
      code: 0,
      lines: [expect.stringMatching(/^Tokens of user 7 that were issued before \d{4}-\S+Z are refused\.$/u)],
      errors: '',
    });
    const app = await TestApp.start(database);
    expect((await app.get('/api/telephony/calls', AGENT_201)).body.code).toBe('TOKEN_REVOKED');
    const { body } = await app.get('/api/telephony/audit', SUPERVISOR);
    expect(body.items).toMatchObject([
      { userId: null, role: 'operator', address: null, action: 'user.revoke', subject: 'user:7' },
    ]);
    await app.close();

    const restored = await run('restore', '--user', '7');
    expect(restored.lines).toEqual(['Tokens of user 7 are accepted again.']);
    const again = await run('restore', '--user', '7');
    expect([again.code, again.lines]).toEqual([1, []]);
    expect(again.errors).toContain('The tokens of user 7 are not revoked');
  });

  it('prints its usage', async () => {
    const neverLoaded = () => loadConfiguration({ NODE_ENV: 'production' });
    expect(await usersCommand(['--help'], neverLoaded, () => undefined)).toContain('revoke --user 7');
  });

  it.each([
    [[], 'The command is'],
    [['remove', '--user', '7'], 'The command is'],
    [['revoke', 'restore', '--user', '7'], 'The command is'],
    [['revoke'], '--user must be'],
    [['revoke', '--user', 'rima'], '--user must be'],
    [['revoke', '--user', '0x7'], '--user must be'],
    [['revoke', '--user', '7e0'], '--user must be'],
    [['revoke', '--user', ' 7'], '--user must be'],
    [['restore', '--user', '7', '--reason', 'x'], '--reason belongs to revoke'],
    [['revoke', '--user', '7', '--reason', ''], '--reason belongs to revoke'],
    [['revoke', '--id', '7'], "Unknown option '--id'"],
  ])('rejects %j: %s', async (args, message) => {
    const outcome = usersCommand(
      args,
      () => loadConfiguration({}),
      () => undefined,
    );
    await expect(outcome).rejects.toThrow(UsageError);
    await expect(outcome).rejects.toThrow(message);
  });
});
