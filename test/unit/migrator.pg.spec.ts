import { migrations } from '../../migrations/index.js';
import { connect } from '../../src/database/connect.js';
import { migrate, migrationTitle } from '../../src/database/migrator.js';
import { createEmptyDatabase } from '../support/database.js';

describe('migrating from several instances', () => {
  it('applies each migration once when they start concurrently, and all wait for the end', async () => {
    const database = await createEmptyDatabase();
    const said: string[] = [];
    const applied = (): string[] => said.filter((message) => message.startsWith('Applying'));
    const instances = Array.from({ length: 4 }, async () => {
      await migrate(database.settings, (message) => said.push(message));
      return applied().length;
    });

    expect(await Promise.all(instances)).toEqual(Array(4).fill(migrations.length));
    expect(applied()).toEqual(
      migrations.map(
        ({ name }, index) =>
          `Applying migration ${index + 1} of ${migrations.length}: ${migrationTitle(name)}…`,
      ),
    );
    expect(said).toContain('Waiting for another instance that is migrating the database…');
    await database.drop();
  });

  it('is not held to the time limit of a statement', async () => {
    const database = await createEmptyDatabase();
    const blocker = await connect(database.settings, () => {});
    const session = blocker.createQueryRunner();
    await session.query(`SELECT pg_advisory_lock(hashtext('trustcart-telephony migrations'))`);

    let waits: () => void;
    const waiting = new Promise<void>((resolve) => (waits = resolve));
    const migrated = migrate({ ...database.settings, statementTimeoutMs: 20 }, () => waits());
    await waiting;
    await session.query('SELECT pg_sleep(0.1)');
    await session.release();
    await blocker.destroy();
    await expect(migrated).resolves.toBeUndefined();
    await database.drop();
  });
});
