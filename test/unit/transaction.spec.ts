import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import {
  afterCommit,
  inTransaction,
  markTransactionFailed,
  OutdatedTransactionError,
} from '../../src/database/transaction.js';

/** A data source whose transactions do nothing but their work. */
const dataSource = {
  transaction: (work: (manager: EntityManager) => Promise<unknown>) => work({} as EntityManager),
} as unknown as DataSource;

function failedWith(code: string, details: object = {}): QueryFailedError {
  return new QueryFailedError('SELECT', [], Object.assign(new Error('failed'), { code, ...details }));
}

async function attemptsOf(
  work: (attempt: number) => Promise<unknown>,
): Promise<{ attempts: number; outcome: unknown }> {
  let attempts = 0;
  const outcome = await inTransaction(dataSource, () => work((attempts += 1))).catch(
    (error: unknown) => error,
  );
  return { attempts, outcome };
}

describe('a transaction', () => {
  it('is run again when what it looked at is out of date, ten times at most', async () => {
    const outdated = new OutdatedTransactionError('look again');
    expect(
      await attemptsOf((attempt) => (attempt < 3 ? Promise.reject(outdated) : Promise.resolve('stored'))),
    ).toEqual({ attempts: 3, outcome: 'stored' });
    expect(await attemptsOf(() => Promise.reject(outdated))).toEqual({ attempts: 10, outcome: outdated });
  });

  it('is tried as often after a deadlock as if it had not been out of date before', async () => {
    const { attempts } = await attemptsOf((attempt) => {
      if (attempt <= 6) return Promise.reject(new OutdatedTransactionError('look again'));
      return attempt <= 10 ? Promise.reject(failedWith('40P01')) : Promise.resolve();
    });
    expect(attempts).toBe(11);
  });

  it.each([
    ['a serialization failure', failedWith('40001'), 5],
    ['a deadlock', failedWith('40P01'), 5],
    ['a row that another holds', failedWith('55P03'), 5],
    [
      'a PBX id that another took meanwhile',
      failedWith('23505', { constraint: 'uq_telephony_calls_provider_external_call_id' }),
      5,
    ],
    ['a task of the CRM that came in between', failedWith('23505', { table: 'crm_call_tasks' }), 5],
    ['another key that is taken', failedWith('23505', { constraint: 'pk_telephony_start_keys' }), 1],
    ['a value that does not fit', failedWith('22001'), 1],
    ['an error that is not PostgreSQL’s', new Error('a fault of ours'), 1],
  ])('after %s is given up after as many attempts as can help', async (_why, error, most) => {
    expect(await attemptsOf(() => Promise.reject(error))).toEqual({ attempts: most, outcome: error });
  });
});

describe('what follows a commit', () => {
  let steps: string[];

  beforeEach(() => {
    steps = [];
  });
  afterEach(() => jest.restoreAllMocks());

  /** A data source whose transactions note when they are committed. @param commit may throw, as the COMMIT does */
  function noting(commit: () => void = () => undefined): DataSource {
    return {
      transaction: async (work: (manager: EntityManager) => Promise<unknown>) => {
        const queryRunner = { connect: () => Promise.resolve({ getTransactionStatus: () => 'T' }) };
        const done = await work({ queryRunner } as unknown as EntityManager);
        commit();
        steps.push('commit');
        return done;
      },
    } as unknown as DataSource;
  }

  const note = (step: string) => () => void steps.push(step);

  it('is done once, after the commit, in the order in which it was asked for', async () => {
    const result = await inTransaction(noting(), async (manager) => {
      afterCommit(manager, note('first'));
      await Promise.resolve();
      afterCommit(manager, note('second'));
      return 'stored';
    });
    expect([result, steps]).toEqual(['stored', ['commit', 'first', 'second']]);
  });

  it('is not done when the work fails', async () => {
    const failing = inTransaction(noting(), (manager) => {
      afterCommit(manager, note('told'));
      return Promise.reject(new Error('a fault of ours'));
    });
    await expect(failing).rejects.toThrow('a fault of ours');
    expect(steps).toEqual([]);
  });

  it('is not done when the commit fails', async () => {
    const commit = () => {
      throw new Error('the connection was lost');
    };
    const failing = inTransaction(noting(commit), async (manager) => afterCommit(manager, note('told')));
    await expect(failing).rejects.toThrow('the connection was lost');
    expect(steps).toEqual([]);
  });

  it('is not done when a statement had failed and the work swallowed its error', async () => {
    const failing = inTransaction(noting(), async (manager) => {
      afterCommit(manager, note('told'));
      if (manager.queryRunner) markTransactionFailed(manager.queryRunner);
    });
    await expect(failing).rejects.toThrow('cannot be committed');
    expect(steps).toEqual([]);
  });

  it('is only that of the attempt that was committed', async () => {
    let attempts = 0;
    await inTransaction(noting(), async (manager) => {
      attempts += 1;
      afterCommit(manager, note(`attempt ${attempts}`));
      if (attempts === 1) throw new OutdatedTransactionError('look again');
      if (attempts === 2) throw failedWith('40P01');
    });
    expect(steps).toEqual(['commit', 'attempt 3']);
  });

  it('that fails is logged, fails nothing and holds up nothing', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const error = new OutdatedTransactionError('thrown where nothing can be run again');
    const result = await inTransaction(noting(), async (manager) => {
      afterCommit(manager, () => {
        throw error;
      });
      afterCommit(manager, note('second'));
      return 'stored';
    });
    expect([result, steps]).toEqual(['stored', ['commit', 'second']]);
    expect(logged).toHaveBeenCalledWith(expect.any(String), error);
  });

  it('cannot be asked for outside of a transaction, nor after its end', async () => {
    const outside = {} as EntityManager;
    expect(() => afterCommit(outside, note('told'))).toThrow('inTransaction()');
    const ended = await inTransaction(noting(), (manager) => Promise.resolve(manager));
    expect(() => afterCommit(ended, note('told'))).toThrow('inTransaction()');
  });
});
