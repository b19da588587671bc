import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource, type EntityManager, QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { PreparedStatement } from '../../src/database/batch/prepared-statement.js';
import { inTransaction, pipelined, sqlStateOf } from '../../src/database/transaction.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const INSERT = new PreparedStatement('insert-note', 'INSERT INTO notes (id, line) VALUES ($1, $2)');
const COUNT = new PreparedStatement<{ notes: number }>(
  'count-notes',
  'SELECT count(*)::int AS notes FROM notes WHERE id > $1',
);

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  // Statements fail here on purpose.
  Logger.overrideLogger(false);
  database = await createEmptyDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.settings)).initialize();
  await dataSource.query('CREATE TABLE notes (id integer PRIMARY KEY, line text NOT NULL)');
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => dataSource.query('TRUNCATE notes'));
afterEach(() => jest.restoreAllMocks());

async function notes(): Promise<string[]> {
  const rows: { line: string }[] = await dataSource.query('SELECT line FROM notes ORDER BY id');
  return rows.map(({ line }) => line);
}

describe('a prepared statement', () => {
  it('runs in the transaction of its manager, in the order in which it was called', async () => {
    const counted = await inTransaction(dataSource, async (manager) => {
      const [, , [row]] = await pipelined([
        INSERT.run(manager, [1, 'one']),
        INSERT.run(manager, [2, 'two']),
        COUNT.run(manager, [0]),
      ]);
      return row?.notes;
    });
    expect(counted).toBe(2);
    expect(await notes()).toEqual(['one', 'two']);
  });

  it('is undone with the transaction', async () => {
    const failing = inTransaction(dataSource, async (manager) => {
      await INSERT.run(manager, [1, 'one']);
      throw new Error('thought better of it');
    });
    await expect(failing).rejects.toThrow('thought better of it');
    expect(await notes()).toEqual([]);
  });

  it('that failed fails the transaction, not those that failed behind it, and does not tell its values', async () => {
    const error = await inTransaction(dataSource, (manager) =>
      pipelined([
        INSERT.run(manager, [1, null]).then(() => undefined),
        INSERT.run(manager, [2, '01712345678']),
      ]),
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(QueryFailedError);
    expect(sqlStateOf(error)).toBe('23502');
    expect(error).toMatchObject({ parameters: [] });
    expect(String(error)).not.toContain('01712345678');
    expect(await notes()).toEqual([]);
  });

  it('leaves its connection fit for the next transaction, whatever became of it', async () => {
    for (const id of [1, 1, 2]) {
      await inTransaction(dataSource, (manager) => INSERT.run(manager, [id, `note ${id}`])).catch(
        () => undefined,
      );
    }
    expect(await notes()).toEqual(['note 1', 'note 2']);
  });

  it('that failed unnoticed does not let its transaction pass for committed', async () => {
    const storing = inTransaction(dataSource, async (manager) => {
      await INSERT.run(manager, [1, 'one']);
      await INSERT.run(manager, [1, 'again']).catch(() => undefined);
    });
    await expect(storing).rejects.toThrow('cannot be committed');
    expect(await notes()).toEqual([]);
  });

  it('is waited for when another that was sent with it fails, and leaves no rejection unhandled', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const storing = inTransaction(dataSource, (manager) =>
      pipelined([
        Promise.reject(new Error('thought better of it')),
        INSERT.run(manager, [1, 'one']),
        INSERT.run(manager, [1, 'again']),
      ]),
    );
    await expect(storing).rejects.toThrow('thought better of it');
    expect(await notes()).toEqual([]);
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });

  it('does not run after its transaction has ended', async () => {
    let ended: EntityManager | undefined;
    await inTransaction(dataSource, (manager) => {
      ended = manager;
      return INSERT.run(manager, [1, 'one']);
    });
    await expect(INSERT.run(ended as unknown as EntityManager, [2, 'two'])).rejects.toBeInstanceOf(
      QueryRunnerAlreadyReleasedError,
    );
    expect(await notes()).toEqual(['one']);
  });

  it('needs a transaction', async () => {
    await expect(INSERT.run(dataSource.manager, [1, 'one'])).rejects.toThrow('needs a transaction');
  });
});
