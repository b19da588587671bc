import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource, type EntityManager } from 'typeorm';
import { databaseConfig } from '../../../config/namespaces/database.config.js';
import { reportsConfig } from '../../../config/namespaces/reports.config.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { dataSourceOptions } from '../../../database/data-source.js';
import { sqlStateOf } from '../../../database/transaction.js';
import { REPORT_SESSION, REPORT_TIMEOUT_MS, REPORT_TRANSACTION } from './reports-session.js';

type Work<T> = (manager: EntityManager) => Promise<T>;

/** SQLSTATEs of a replica that ends a transaction because it may not wait longer with what the primary has changed. */
const RECOVERY_CONFLICTS = new Set(['40001', '40P01']);

/**
 * Reads reports on connections of their own, because those of the service find rows only by index (decision 23). With a
 * database of one connection it uses that one, and sets the same for each transaction.
 */
@Injectable()
export class ReportsDatabase implements OnApplicationShutdown {
  /** null: there is no pool for reports. */
  private readonly url: string | null;
  private pool: Promise<DataSource> | null = null;

  constructor(
    private readonly serving: DataSource,
    @Inject(databaseConfig.KEY) database: ConfigType<typeof databaseConfig>,
    @Inject(reportsConfig.KEY) private readonly reports: ConfigType<typeof reportsConfig>,
    @Inject(telephonyConfig.KEY) private readonly telephony: ConfigType<typeof telephonyConfig>,
  ) {
    this.url = reports.url ?? (serving.options.poolSize === 1 ? null : database.url);
  }

  /**
   * Runs `work` in a transaction that changes nothing and sees one state of the database. On a replica it may run a second
   * time, then on the database that serves.
   *
   * @param work uses only the given manager, and has no side effects
   */
  async read<T>(work: Work<T>): Promise<T> {
    if (this.url === null) return this.readBesideService(work);
    try {
      const pool = await this.connected(this.url);
      return await pool.transaction('REPEATABLE READ', work);
    } catch (error) {
      const isConflict = RECOVERY_CONFLICTS.has(sqlStateOf(error) ?? '');
      if (this.reports.url === null || !isConflict) throw error;
      return this.readBesideService(work);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    const pool = await this.pool?.catch(() => null);
    await pool?.destroy();
  }

  private readBesideService<T>(work: Work<T>): Promise<T> {
    return this.serving.transaction('REPEATABLE READ', async (manager) => {
      await manager.query('SET TRANSACTION READ ONLY');
      await manager.query(
        'SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS setting (name, value)',
        [Object.keys(REPORT_TRANSACTION), Object.values(REPORT_TRANSACTION)],
      );
      return work(manager);
    });
  }

  /** Connects with the first report: a replica that is down must not keep the service from starting. */
  private connected(url: string): Promise<DataSource> {
    this.pool ??= new DataSource(
      dataSourceOptions({
        url,
        poolSize: this.reports.poolSize,
        statementTimeoutMs: REPORT_TIMEOUT_MS,
        legacyTimeZone: this.telephony.legacyTimeZone,
        session: REPORT_SESSION,
      }),
    )
      .initialize()
      .catch((error: unknown) => {
        this.pool = null;
        throw error;
      });
    return this.pool;
  }
}
