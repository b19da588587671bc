import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { messageOf } from './connect.js';
import { isDatabaseUnavailable } from './database-error.js';
import { sqlStateOf } from './transaction.js';

/** SQLSTATE query_canceled: the statement timeout. The database answers, but not this statement in time. */
const STATEMENT_TIMEOUT = '57014';

/** Whether an operation failed because nobody reaches the database. A statement timeout is no outage. */
export function isOutage(error: unknown): boolean {
  return isDatabaseUnavailable(error) && sqlStateOf(error) !== STATEMENT_TIMEOUT;
}

/** An outage of the database, of which all periodic jobs together log one line when it begins and one when it ends. */
export class DatabaseOutage {
  private readonly logger = new Logger('Database');
  private since: number | null = null;

  failed(error: unknown): void {
    if (this.since !== null) return;
    this.since = performance.now();
    this.logger.warn(
      `The database does not answer (${messageOf(error)}). What is due is done when it answers again`,
    );
  }

  answered(): void {
    if (this.since === null) return;
    const seconds = Math.round((performance.now() - this.since) / 1000);
    this.since = null;
    this.logger.log(`The database answers again, after ${seconds} s`);
  }
}

const outages = new WeakMap<DataSource, DatabaseOutage>();

/** The one of all jobs that use this data source. */
export function outageOf(dataSource: DataSource): DatabaseOutage {
  const outage = outages.get(dataSource) ?? new DatabaseOutage();
  outages.set(dataSource, outage);
  return outage;
}
