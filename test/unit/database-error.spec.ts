import { DatabaseError } from 'pg';
import { DataSource, QueryFailedError } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { isDatabaseUnavailable } from '../../src/database/database-error.js';
import { freePort } from '../support/free-port.js';

const withCode = (code: string, message = code) => Object.assign(new Error(message), { code });
const ofStatement = (cause: Error) => new QueryFailedError('SELECT 1', [], cause);

function stateOf(code: string): DatabaseError {
  return Object.assign(new DatabaseError('failed', 1, 'error'), { code });
}

describe('an error of the database that is away', () => {
  it.each([
    ['a statement whose connection is reset', ofStatement(withCode('ECONNRESET'))],
    ['a statement whose connection ends', ofStatement(new Error('Connection terminated unexpectedly'))],
    ['a statement of a server that shuts down', ofStatement(stateOf('57P01'))],
    ['a connection to a server that starts', stateOf('57P03')],
  ])('is one of %s', (_what, error) => {
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each([
    ['a client that resets its connection', withCode('ECONNRESET', 'aborted')],
    ['a client that is gone when it is answered', withCode('EPIPE', 'write EPIPE')],
    ['a host that is looked up for something else', withCode('ENOTFOUND')],
    ['a file that is not there', withCode('ENOENT')],
    ['a unique key', ofStatement(stateOf('23505'))],
    ['something thrown that is no error', 'ECONNRESET'],
  ])('is not one of %s', (_what, error) => {
    expect(isDatabaseUnavailable(error)).toBe(false);
  });

  it('is one of a connection that cannot be opened, as TypeORM passes it on', async () => {
    const dataSource = new DataSource(
      dataSourceOptions({
        url: `postgres://postgres@127.0.0.1:${await freePort()}/postgres`,
        poolSize: 1,
        statementTimeoutMs: 0,
        legacyTimeZone: 'UTC',
      }),
    );
    const error: unknown = await dataSource.initialize().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });
});
