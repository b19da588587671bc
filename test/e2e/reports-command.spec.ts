import { UsageError } from '../../src/cli/command.js';
import { reportsCommand } from '../../src/cli/reports-command.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { Rollup } from '../../src/modules/reports/rollup/rollup.service.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { dayAgo, storeCalls } from '../support/reported-calls.js';
import { Program } from '../support/program.js';

describe('the command reports', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  async function run(...args: string[]) {
    const program = new Program('../../src/cli/reports.ts', args, {
      env: { NODE_ENV: 'development', DATABASE_URL: database.url },
    });
    return { code: await program.exit, lines: program.lines, errors: await program.errors };
  }

  it('has closed days built again, and no others', async () => {
    const [from, to] = [dayAgo(4), dayAgo(0)];
    const nothing = await run('rebuild', '--from', from, '--to', to);
    expect(nothing.errors).toBe('');
    expect(nothing.lines).toEqual([
      `No day from ${from} to ${to} is closed and has its calls: there is nothing to compute again.`,
    ]);

    const app = await TestApp.start(database);
    await storeCalls(app, [{ at: `${dayAgo(4)} 10:00:00` }]);
    await app.nest.get(Rollup).run();
    await app.db.query('UPDATE telephony_figures SET total = 99');
    await app.close();

    const marked = await run('rebuild', '--from', from, '--to', to);
    expect(marked).toEqual({
      code: 0,
      lines: [`3 days from ${from} to ${to} are computed again by the instances that run.`],
      errors: '',
    });

    const again = await TestApp.start(database);
    expect(await again.nest.get(Rollup).run()).toBe(3);
    expect(await again.db.query(`SELECT total FROM telephony_figures WHERE kind = 'hour'`)).toEqual([
      { total: 1 },
    ]);
    await again.close();
  });

  it('prints its usage', async () => {
    const neverLoaded = () => loadConfiguration({ NODE_ENV: 'production' });
    expect(await reportsCommand(['--help'], neverLoaded, () => undefined)).toContain(
      'rebuild --from 2026-01-01',
    );
  });

  it.each([
    [[], 'The command is: rebuild'],
    [['build'], 'The command is: rebuild'],
    [['rebuild', '--from', '2026-01-01'], '--to must be a day'],
    [['rebuild', '--from', '2026-02-30', '--to', '2026-03-01'], '--from must be a day'],
    [['rebuild', '--from', '2026-01-02', '--to', '2026-01-01'], '--to must not be before --from'],
  ])('%j is rejected: %s', async (args, message) => {
    const neverLoaded = () => loadConfiguration({ NODE_ENV: 'production' });
    const refused = reportsCommand(args, neverLoaded, () => undefined);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });
});
