import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { connect } from '../../src/database/connect.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const quietly = (): void => {};

describe('connecting to a PostgreSQL server', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createEmptyDatabase();
  });

  afterEach(() => jest.restoreAllMocks());

  afterAll(() => database.drop());

  it('does not wait for a missing database, and reports what to check', async () => {
    const url = new URL(database.url);
    url.pathname += '_of_a_typing_error';
    url.password = 'sesame';
    const waited: string[] = [];
    const refusal = connect({ ...database.settings, url: url.href }, (message) => waited.push(message));
    await expect(refusal).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message:
        `PostgreSQL at ${url.host}${url.pathname} cannot be used: database "${url.pathname.slice(1)}" does not ` +
        'exist. Check DATABASE_URL, and that the server runs and lets this machine in.',
    });
    expect(waited).toEqual([]);
  });

  it('ends a statement that exceeds the time limit', async () => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const dataSource = await connect({ ...database.settings, statementTimeoutMs: 50 }, quietly);
    await expect(dataSource.query('SELECT pg_sleep(10)')).rejects.toThrow('statement timeout');
    await dataSource.destroy();
  });

  it('names itself to the server', async () => {
    const dataSource = await connect(database.settings, quietly);
    expect(await dataSource.query('SHOW application_name')).toEqual([
      { application_name: 'trustcart-telephony' },
    ]);
    await dataSource.destroy();
  });
});
