import { isNativeError } from 'node:util/types';
import type { ClientBase, QueryConfig } from 'pg';
import { type EntityManager, QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { markTransactionFailed } from '../transaction.js';

/**
 * A hand-written SQL statement for the repositories that store a batch of many rows, which TypeORM's query builder cannot
 * express. PostgreSQL parses it once per connection and reuses it by its name.
 */
export class PreparedStatement<Row extends object = Record<string, never>> {
  constructor(
    private readonly name: string,
    private readonly text: string,
  ) {}

  /**
   * Runs in the transaction of `manager`. Statements that are started without awaiting each other share one round trip, in
   * the order of their calls.
   *
   * @throws QueryRunnerAlreadyReleasedError when the transaction has ended
   * @throws QueryFailedError without the parameter values, because they may contain phone numbers
   */
  async run(manager: EntityManager, values: unknown[]): Promise<Row[]> {
    const { queryRunner } = manager;
    if (queryRunner === undefined) throw new Error(`The statement ${this.name} needs a transaction`);
    // Its connection may serve another transaction by now.
    if (queryRunner.isReleased) throw new QueryRunnerAlreadyReleasedError();
    const client = (await queryRunner.connect()) as ClientBase;
    const { logger, options } = queryRunner.dataSource;
    logger.logQuery(this.text, values);
    try {
      const { rows } = await client.query<Row>(this.configFor(options.poolSize, values));
      return rows;
    } catch (error) {
      const cause = isNativeError(error) ? error : new Error(String(error));
      markTransactionFailed(queryRunner);
      logger.logQueryError(cause, this.name);
      throw new QueryFailedError(this.text, [], cause);
    }
  }

  /** Unnamed for the embedded server (pool of 1): all its connections share one session, and so the names of statements. */
  private configFor(poolSize: number | undefined, values: unknown[]): QueryConfig {
    return poolSize === 1 ? { text: this.text, values } : { name: this.name, text: this.text, values };
  }
}
