import type { ClientBase, QueryConfig, QueryResult } from 'pg';
import { type DataSource, type EntityManager, type QueryRunner, QueryFailedError } from 'typeorm';

/** A statement that PostgreSQL parses once for each connection, and knows by its name from then on. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * One connection inside a transaction, for statements that are written by hand because they carry many rows at once.
 * Statements are sent as they are given, without waiting for the answer to the one before: what does not depend on each
 * other costs one round trip together.
 */
export class SqlSession {
  private readonly sent: Promise<unknown>[] = [];
  private readonly keepsNames: boolean;

  private constructor(
    private readonly client: ClientBase,
    private readonly dataSource: DataSource,
  ) {
    // All connections to the embedded server are one session to it: they would meet under the same names.
    this.keepsNames = dataSource.options.poolSize !== 1;
  }

  static async of(runner: QueryRunner): Promise<SqlSession> {
    return new SqlSession((await runner.connect()) as ClientBase, runner.dataSource);
  }

  /** The session of a transaction that TypeORM has begun. */
  static ofManager(manager: EntityManager): Promise<SqlSession> {
    if (manager.queryRunner === undefined) throw new Error('This manager is in no transaction');
    return SqlSession.of(manager.queryRunner);
  }

  /** @throws QueryFailedError, without the values: they may hold telephone numbers */
  async rows<R extends object>(statement: Statement, values: unknown[]): Promise<R[]> {
    const { rows } = await this.run<R>(this.prepared(statement, values));
    return rows;
  }

  /** Sends a statement whose answer is of no interest; should it fail, {@link settled} does. */
  send(statement: Statement | string, values: unknown[] = []): void {
    const answer = this.run(
      typeof statement === 'string' ? { text: statement } : this.prepared(statement, values),
    );
    // Looked at in settled(); until then a failure is nobody's surprise.
    answer.catch(() => undefined);
    this.sent.push(answer);
  }

  /** Waits for everything that was sent. */
  async settled(): Promise<void> {
    await Promise.all(this.sent.splice(0));
  }

  /** Ends the transaction; what was sent must have succeeded. */
  async commit(): Promise<void> {
    const answer = this.run({ text: 'COMMIT' });
    answer.catch(() => undefined);
    await this.settled();
    const { command } = await answer;
    // PostgreSQL's answer to the end of a transaction in which a statement has failed.
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back');
  }

  /** Leaves the connection fit for another transaction, if it still stands. */
  async rollback(): Promise<void> {
    await Promise.allSettled(this.sent.splice(0));
    await this.run({ text: 'ROLLBACK' }).catch(() => undefined);
  }

  private prepared({ name, text }: Statement, values: unknown[]): QueryConfig {
    return this.keepsNames ? { name, text, values } : { text, values };
  }

  private async run<R extends object>(query: QueryConfig): Promise<QueryResult<R>> {
    this.dataSource.logger.logQuery(query.text, query.values);
    try {
      return await this.client.query<R>(query);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      this.dataSource.logger.logQueryError(cause, query.name ?? query.text);
      throw new QueryFailedError(query.name ?? query.text, [], cause);
    }
  }
}
