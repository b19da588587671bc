import { isNativeError } from 'node:util/types';
import type { ClientBase, QueryConfig } from 'pg';
import { type EntityManager, QueryFailedError } from 'typeorm';

/**
 * A statement written by hand, for the repositories of the intake's batch: it carries many rows at once, which TypeORM
 * cannot say. PostgreSQL parses it once for each connection and knows it by its name from then on.
 */
export class PreparedStatement<Row extends object = Record<string, never>> {
  constructor(
    private readonly name: string,
    private readonly text: string,
  ) {}

  /**
   * Runs in the transaction of `manager`. Statements that are not awaited one by one are sent in one go, in the order of
   * their calls.
   *
   * @throws QueryFailedError without the values: they may hold telephone numbers
   */
  async run(manager: EntityManager, values: unknown[]): Promise<Row[]> {
    const { queryRunner } = manager;
    if (queryRunner === undefined) throw new Error(`The statement ${this.name} needs a transaction`);
    const client = (await queryRunner.connect()) as ClientBase;
    const { logger, options } = queryRunner.dataSource;
    logger.logQuery(this.text, values);
    try {
      const { rows } = await client.query<Row>(this.configFor(options.poolSize, values));
      return rows;
    } catch (error) {
      const cause = isNativeError(error) ? error : new Error(String(error));
      logger.logQueryError(cause, this.name);
      throw new QueryFailedError(this.text, [], cause);
    }
  }

  /** All connections to the embedded server, whose pool is 1, are one session to it: they would meet under the same names. */
  private configFor(poolSize: number | undefined, values: unknown[]): QueryConfig {
    return poolSize === 1 ? { text: this.text, values } : { name: this.name, text: this.text, values };
  }
}
