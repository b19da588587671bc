import { Logger } from '@nestjs/common';
import { DatabaseError } from 'pg';
import type { Logger as TypeOrmLogger } from 'typeorm';

/**
 * SQLSTATEs that callers handle: constraint violations, serialization failures and deadlocks, locks that are not
 * available, and statements rejected because an earlier one of the transaction failed.
 */
const HANDLED_BY_CALLERS = /^(23|40|25P02|55P03)/;

/**
 * Writes TypeORM's errors and warnings to the log of the service. Of a failed statement it logs the text, the SQLSTATE and
 * the constraint, but never the parameters or PostgreSQL's message, because both may contain phone numbers.
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
