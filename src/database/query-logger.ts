import { Logger } from '@nestjs/common';
import { DatabaseError } from 'pg';
import type { Logger as TypeOrmLogger } from 'typeorm';

/**
 * SQLSTATEs that callers expect and handle: a key that is taken, a transaction to be tried again, and what follows in a
 * transaction in which a statement has failed.
 */
const HANDLED_BY_CALLERS = /^(23|40|25P02|55P03)/;

/**
 * What TypeORM has to say, in the service's own log. Of a statement PostgreSQL refused: its text, the SQLSTATE and the
 * constraint; never its parameters nor PostgreSQL's own words, for both may hold phone numbers.
 */
export class QueryLogger implements TypeOrmLogger {
  private readonly logger = new Logger('Database');

  logQueryError(error: string | Error, query: string): void {
    if (!(error instanceof DatabaseError)) {
      this.logger.error(`${error instanceof Error ? error.message : error}, during: ${query}`);
      return;
    }
    const line = `${[error.code, error.constraint].filter(Boolean).join(' ')}, in: ${query}`;
    if (HANDLED_BY_CALLERS.test(error.code ?? '')) this.logger.debug(line);
    else this.logger.error(line);
  }

  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    if (level === 'warn') this.logger.warn(message);
  }

  logQuery(): void {}

  logQuerySlow(): void {}

  logSchemaBuild(): void {}

  logMigration(): void {}
}
