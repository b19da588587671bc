import type { Writable } from 'node:stream';
import type { ClientBase, QueryConfig, QueryResult } from 'pg';
import { jointWrite, type Write } from './joint-statement.js';
import { type DataSource, type EntityManager, type QueryRunner, QueryFailedError } from 'typeorm';

/** A client with the connection that its types keep to themselves. */
type SocketClient = ClientBase & { readonly connection: { readonly stream: Writable } };

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
  /** Writes that go with the next statement. */
  private readonly writes: Write[] = [];
  private readonly keepsNames: boolean;
  private gathering = false;
  private firstFailure: QueryFailedError | null = null;

  private constructor(
    private readonly client: SocketClient,
    private readonly dataSource: DataSource,
  ) {
    // All connections to the embedded server are one session to it: they would meet under the same names.
    this.keepsNames = dataSource.options.poolSize !== 1;
  }

  static async of(runner: QueryRunner): Promise<SqlSession> {
    return new SqlSession((await runner.connect()) as SocketClient, runner.dataSource);
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

  /**
   * Sends a statement that writes to a table of its own: what is written without another statement in between goes as
   * one, in no order.
   */
  write(statement: Statement, values: unknown[]): void {
    this.writes.push({ statement, values });
  }

  /** Waits for everything that was sent. */
  async settled(): Promise<void> {
    this.sendWrites();
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

  /**
   * What went wrong first. Statements that were sent behind the one that failed fail as well, and whoever waits for one of
   * those hears of the transaction that is over, not of why.
   */
  rootOf(error: unknown): unknown {
    return error instanceof QueryFailedError ? (this.firstFailure ?? error) : error;
  }

  /** Leaves the connection fit for another transaction, if it still stands. */
  async rollback(): Promise<void> {
    this.writes.splice(0);
    await Promise.allSettled(this.sent.splice(0));
    await this.run({ text: 'ROLLBACK' }).catch(() => undefined);
  }

  /** What is sent in one go leaves in one write: each costs the system as much as many a statement costs PostgreSQL. */
  private gather(): void {
    if (this.gathering) return;
    this.gathering = true;
    const { stream } = this.client.connection;
    stream.cork();
    process.nextTick(() => {
      this.gathering = false;
      stream.uncork();
    });
  }

  private sendWrites(): void {
    const [first, second, ...others] = this.writes.splice(0);
    if (first === undefined) return;
    const { statement, values } = second === undefined ? first : jointWrite([first, second, ...others]);
    this.send(statement, values);
  }

  private prepared({ name, text }: Statement, values: unknown[]): QueryConfig {
    return this.keepsNames ? { name, text, values } : { text, values };
  }

  private async run<R extends object>(query: QueryConfig): Promise<QueryResult<R>> {
    this.sendWrites();
    this.gather();
    this.dataSource.logger.logQuery(query.text, query.values);
    try {
      return await this.client.query<R>(query);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      this.dataSource.logger.logQueryError(cause, query.name ?? query.text);
      const failure = new QueryFailedError(query.text, [], cause);
      this.firstFailure ??= failure;
      throw failure;
    }
  }
}
