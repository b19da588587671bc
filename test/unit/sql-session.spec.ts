import { jest } from '@jest/globals';
import { DataSource, QueryFailedError } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { SqlSession, type Statement } from '../../src/database/sql-session.js';
import { inSession, OutdatedTransactionError, sqlStateOf } from '../../src/database/transaction.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const INSERT: Statement = { name: 'insert-note', text: 'INSERT INTO notes (id, line) VALUES ($1, $2)' };
const INSERT_LABEL: Statement = {
  name: 'insert-label',
  text: 'INSERT INTO labels (label) SELECT $1 || $2::text',
};
const COUNT: Statement = {
  name: 'count-notes',
  text: 'SELECT count(*)::int AS notes FROM notes WHERE id > $1',
};

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createEmptyDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.settings)).initialize();
  await dataSource.query('CREATE TABLE notes (id integer PRIMARY KEY, line text NOT NULL)');
  await dataSource.query('CREATE TABLE labels (label text PRIMARY KEY)');
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => dataSource.query('TRUNCATE notes, labels'));
afterEach(() => jest.restoreAllMocks());

async function notes(): Promise<string[]> {
  const rows: { line: string }[] = await dataSource.query('SELECT line FROM notes ORDER BY id');
  return rows.map(({ line }) => line);
}

async function labels(): Promise<string[]> {
  const rows: { label: string }[] = await dataSource.query('SELECT label FROM labels ORDER BY label');
  return rows.map(({ label }) => label);
}

/** What was sent to the database, in its order. */
function logged(): string[] {
  const sent: string[] = [];
  jest.spyOn(dataSource.logger, 'logQuery').mockImplementation((sql) => void sent.push(sql));
  return sent;
}

describe('a session', () => {
  it('stores what was sent, and gives what the work gives', async () => {
    const counted = await inSession(dataSource, async (session) => {
      session.send(INSERT, [1, 'one']);
      session.send(INSERT, [2, 'two']);
      const [row] = await session.rows<{ notes: number }>(COUNT, [0]);
      return row?.notes;
    });
    expect(counted).toBe(2);
    expect(await notes()).toEqual(['one', 'two']);
  });

  it('sends one statement after the other, the begin first and the commit last', async () => {
    const sent = logged();
    await inSession(dataSource, (session) => {
      session.send(INSERT, [1, 'one']);
      return Promise.resolve();
    });
    expect(sent).toEqual(['BEGIN', INSERT.text, 'COMMIT']);
  });

  it('makes one statement of the writes between two others, and keeps them in their place', async () => {
    const sent = logged();
    const seen = await inSession(dataSource, async (session) => {
      session.write(INSERT, [1, 'one']);
      session.write(INSERT_LABEL, ['la', 'bel']);
      const [row] = await session.rows<{ notes: number }>(COUNT, [0]);
      session.write(INSERT, [2, 'two']);
      return row?.notes;
    });
    expect(sent).toEqual(['BEGIN', expect.stringMatching(/^WITH /u), COUNT.text, INSERT.text, 'COMMIT']);
    expect(seen).toBe(1);
    expect([await notes(), await labels()]).toEqual([['one', 'two'], ['label']]);
  });

  it('takes no two writes of one kind for one statement: neither would see the other', async () => {
    const storing = inSession(dataSource, (session) => {
      session.write(INSERT, [1, 'one']);
      session.write(INSERT, [2, 'two']);
      return Promise.resolve();
    });
    await expect(storing).rejects.toThrow(/^Written twice at once: /u);
    expect(await notes()).toEqual([]);
  });

  it('stores none of the writes that go together when one fails, and says which key it was', async () => {
    const storing = inSession(dataSource, (session) => {
      session.write(INSERT_LABEL, ['la', 'bel']);
      session.write(INSERT, [1, null]);
      return Promise.resolve();
    });
    expect(sqlStateOf(await storing.catch((thrown: unknown) => thrown))).toBe('23502');
    expect([await notes(), await labels()]).toEqual([[], []]);
  });

  it('forgets what was to be written when its work throws', async () => {
    const storing = inSession(dataSource, (session) => {
      session.write(INSERT, [1, 'one']);
      return Promise.reject(new Error('thought better of it'));
    });
    await expect(storing).rejects.toThrow('thought better of it');
    expect(await notes()).toEqual([]);
  });

  it.each([
    [
      'the last',
      [
        [1, 'one'],
        [1, 'again'],
      ],
    ],
    [
      'one before others',
      [
        [1, 'one'],
        [1, 'again'],
        [2, 'two'],
      ],
    ],
  ])(
    'stores nothing and fails when %s of what was sent fails, although nobody waited for it',
    async (_which, rows) => {
      const storing = inSession(dataSource, (session) => {
        for (const row of rows) session.send(INSERT, row);
        return Promise.resolve('thought it went well');
      });
      const error = await storing.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(QueryFailedError);
      expect(sqlStateOf(error)).toBe('23505');
      expect(await notes()).toEqual([]);
    },
  );

  it('fails as the first that failed did, without the values', async () => {
    const error = await inSession(dataSource, (session) => {
      session.send(INSERT, [1, null]);
      session.send(INSERT, [2, '01712345678']);
      return Promise.resolve();
    }).catch((thrown: unknown) => thrown);
    expect(sqlStateOf(error)).toBe('23502');
    expect(error).toMatchObject({ query: INSERT.text, parameters: [] });
    expect(String(error)).not.toContain('01712345678');
  });

  it('stores nothing of work that throws, waits for what was sent, and throws what the work threw', async () => {
    const sent = logged();
    const storing = inSession(dataSource, (session) => {
      session.send(INSERT, [1, 'one']);
      return Promise.reject(new Error('thought better of it'));
    });
    await expect(storing).rejects.toThrow('thought better of it');
    expect(sent.at(-1)).toBe('ROLLBACK');
    expect(await notes()).toEqual([]);
  });

  it('does not pass for committed when a failure in it was swallowed', async () => {
    const storing = inSession(dataSource, async (session) => {
      session.send(INSERT, [1, 'one']);
      await session.rows(INSERT, [1, 'again']).catch(() => undefined);
    });
    await expect(storing).rejects.toThrow('The transaction was rolled back');
    expect(await notes()).toEqual([]);
  });

  it('leaves its connection fit for the next one, whatever became of it', async () => {
    for (const id of [1, 1, 2]) {
      await inSession(dataSource, (session) => {
        session.send(INSERT, [id, `note ${id}`]);
        return Promise.resolve();
      }).catch(() => undefined);
    }
    expect(await notes()).toEqual(['note 1', 'note 2']);
  });

  it('tells in settled() whether what was sent so far went well, before the end', async () => {
    const seen = await inSession(dataSource, async (session) => {
      session.send(INSERT, [1, 'one']);
      await session.settled();
      session.send(INSERT, [1, 'again']);
      const error = await session.settled().catch((thrown: unknown) => thrown);
      throw new Error(`settled with ${sqlStateOf(error)}`);
    }).catch((thrown: unknown) => thrown);
    expect(seen).toMatchObject({ message: 'settled with 23505' });
  });

  it('is run again when what it looked at is out of date, ten times at most', async () => {
    let times = 0;
    const stored = await inSession(dataSource, (session) => {
      times += 1;
      session.send(INSERT, [times, `try ${times}`]);
      if (times < 3) return Promise.reject(new OutdatedTransactionError('look again'));
      return Promise.resolve(times);
    });
    expect([stored, await notes()]).toEqual([3, ['try 3']]);

    times = 0;
    const never = inSession(dataSource, () => {
      times += 1;
      return Promise.reject(new OutdatedTransactionError('look again'));
    });
    await expect(never).rejects.toBeInstanceOf(OutdatedTransactionError);
    expect(times).toBe(10);
  });

  it('is tried as often after a deadlock as if it had not been out of date before', async () => {
    let times = 0;
    const givenUp = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    const stored = await inSession(dataSource, () => {
      times += 1;
      if (times <= 6) return Promise.reject(new OutdatedTransactionError('look again'));
      if (times <= 10) return Promise.reject(new QueryFailedError('SELECT', [], givenUp));
      return Promise.resolve(times);
    });
    expect(stored).toBe(11);
  });

  it('can be had of a transaction of TypeORM, and of nothing else', async () => {
    await dataSource.transaction(async (manager) => {
      const session = await SqlSession.ofManager(manager);
      session.send(INSERT, [1, 'one']);
      await session.settled();
    });
    expect(await notes()).toEqual(['one']);
    expect(() => SqlSession.ofManager(dataSource.manager)).toThrow('in no transaction');
  });
});
