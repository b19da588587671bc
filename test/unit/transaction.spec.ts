import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { inTransaction, OutdatedTransactionError } from '../../src/database/transaction.js';

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
