import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DateTime } from 'luxon';
import { Clock } from '../../../common/time/clock.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { type AgentIdentity, seesAllCalls } from '../../auth/agent-identity.js';
import {
  CALL_STATUSES,
  type CallStatus,
  type Direction,
} from '../../telephony/calls/domain/call-vocabulary.js';
import { CallLogService } from '../../telephony/calls/log/call-log.service.js';
import { ReportsDatabase } from '../pool/reports-database.repository.js';
import type { FigureQuery } from '../rollup/figure-kinds.js';
import { type FigureRow, FiguresReader } from '../rollup/figures-reader.repository.js';
import type { Measure } from '../rollup/measures.js';
import { type DayRange, reportDays, type RequestedDays } from '../rollup/report-days.js';
import type {
  AgentCallsReportDto,
  CallStatsDto,
  CallStatsQuery,
  CdrQuery,
  CdrReportDto,
  CountedDaysDto,
  PresenceReportDto,
  QueuesReportDto,
  StatusCountDto,
  TrunksReportDto,
  WaitHoldReportDto,
} from './crm-reports.dto.js';
import { PresenceReportRepository } from './presence-report.repository.js';

/** Days of a report that is asked for none, as the CRM's page asks. */
const USUAL_DAYS = 30;

const MEASURE_OF_STATUS = {
  initiated: 'initiated',
  ringing: 'ringing',
  answered: 'talking',
  completed: 'completed',
  failed: 'failed',
} as const satisfies Record<CallStatus, Measure>;

const BY_STATUS: FigureQuery = { by: 'none', measures: ['total', ...Object.values(MEASURE_OF_STATUS)] };

type Sums = FigureRow['values'];

interface Counted {
  readonly days: CountedDaysDto;
  /** The rows of each query. */
  readonly rows: readonly (readonly FigureRow[])[];
}

/** The reports of the CRM's pages, in its shapes. All calls of the days count, also those that are not over. */
@Injectable()
export class CrmReportsService {
  constructor(
    private readonly database: ReportsDatabase,
    private readonly figures: FiguresReader,
    private readonly presences: PresenceReportRepository,
    private readonly log: CallLogService,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** Agents are told of their own calls. @throws DomainError VALIDATION_FAILED */
  async stats(agent: AgentIdentity, query: CallStatsQuery): Promise<CallStatsDto> {
    const agentUserId = seesAllCalls(agent) ? query.agentUserId : agent.userId;
    const ofAgent = agentUserId === undefined ? {} : { agentUserId };
    const { days, rows } = await this.count(query, [
      {
        ...BY_STATUS,
        measures: [...BY_STATUS.measures, 'durationSum', 'durationCount', 'recorded'],
        ...ofAgent,
      },
      { by: 'reason', measures: ['failed'], ...ofAgent },
    ]);
    const sums = onlyRow(rows[0]);
    return {
      ...days,
      since: this.beginOf(days.from).toJSDate(),
      total: sums.total,
      byStatus: byStatus(sums),
      avgDurationSeconds: average(sums.durationSum, sums.durationCount),
      totalDurationSeconds: sums.durationSum,
      withRecordingCount: sums.recorded,
      failedByReason: (rows[1] ?? [])
        .map(({ key, values }) => ({ reason: String(key), count: values.failed }))
        .sort((a, b) => b.count - a.count),
    };
  }

  /** @throws DomainError VALIDATION_FAILED, PAGE_TOO_FAR */
  async cdr(agent: AgentIdentity, query: CdrQuery): Promise<CdrReportDto> {
    const { from, to } = this.daysOf(query);
    const { page, limit } = query;
    const [{ items }, { days, rows }] = await Promise.all([
      this.log.list(agent, { from, to, page, limit }),
      this.count({ from, to }, [BY_STATUS]),
    ]);
    const sums = onlyRow(rows[0]);
    return { ...days, total: sums.total, page, limit, byStatus: byStatus(sums), items };
  }

  /** @throws DomainError VALIDATION_FAILED */
  async queues(query: RequestedDays): Promise<QueuesReportDto> {
    const measures = [
      'total',
      'completed',
      'failed',
      'waitSum',
      'waitCount',
      'durationSum',
      'durationCount',
    ] as const;
    const { days, rows } = await this.count(query, [{ by: 'queue', measures }]);
    const items = mostFirst(rows[0]).map(({ key, values }) => ({
      queueName: nameOf(key),
      ...outcomesOf(values),
      avgWaitSeconds: average(values.waitSum, values.waitCount),
      avgDurationSeconds: average(values.durationSum, values.durationCount),
    }));
    return { ...days, items };
  }

  /** @throws DomainError VALIDATION_FAILED */
  async trunks(query: RequestedDays): Promise<TrunksReportDto> {
    const { days, rows } = await this.count(query, [{ by: 'trunk', measures: ['total', 'durationSum'] }]);
    const seconds = this.secondsOf({ from: days.builtFrom ?? days.from, to: days.to });
    const items = mostFirst(rows[0]).map(({ key, values }) => ({
      trunkName: nameOf(key),
      total: values.total,
      totalDurationSeconds: values.durationSum,
      utilizationRatioAssumingSingleChannel: seconds > 0 ? values.durationSum / seconds : 0,
    }));
    return { ...days, items };
  }

  /** @throws DomainError VALIDATION_FAILED */
  async agentCalls(query: RequestedDays): Promise<AgentCallsReportDto> {
    const { days, rows } = await this.count(query, [
      { by: 'agent', measures: ['total', 'completed', 'failed', 'durationSum'] },
    ]);
    const items = mostFirst(rows[0])
      .filter(({ key }) => key !== null)
      .map(({ key, values }) => ({
        agentUserId: Number(key),
        ...outcomesOf(values),
        totalDurationSeconds: values.durationSum,
      }));
    return { ...days, items };
  }

  /** @throws DomainError VALIDATION_FAILED */
  async agentPresence(query: RequestedDays): Promise<PresenceReportDto> {
    const range = this.daysOf(query);
    const items = await this.database.read((manager) =>
      this.presences.read(manager, range, this.config.businessTimeZone),
    );
    return { rangeDays: this.lengthOf(range), ...range, items };
  }

  /** @throws DomainError VALIDATION_FAILED */
  async waitHold(query: RequestedDays): Promise<WaitHoldReportDto> {
    const { days, rows } = await this.count(query, [
      { by: 'direction', measures: ['total', 'waitSum', 'waitCount', 'holdSum', 'holdCount'] },
    ]);
    const byDirection = mostFirst(rows[0]).map(({ key, values }) => ({
      direction: key as Direction,
      total: values.total,
      avgWaitSeconds: average(values.waitSum, values.waitCount),
      avgHoldSeconds: average(values.holdSum, values.holdCount),
    }));
    return { ...days, byDirection };
  }

  private async count(query: RequestedDays, queries: readonly FigureQuery[]): Promise<Counted> {
    const range = this.daysOf(query);
    const { results, builtFrom } = await this.figures.read(range, queries);
    return { days: { rangeDays: this.lengthOf(range), ...range, builtFrom }, rows: results };
  }

  private daysOf(query: RequestedDays): DayRange {
    return reportDays(query, this.clock.now(), this.config.businessTimeZone, USUAL_DAYS);
  }

  private beginOf(day: string): DateTime {
    return DateTime.fromISO(day, { zone: this.config.businessTimeZone });
  }

  private lengthOf({ from, to }: DayRange): number {
    return Math.round(this.beginOf(to).diff(this.beginOf(from), 'days').days) + 1;
  }

  /** Seconds of these days that are over. */
  private secondsOf({ from, to }: DayRange): number {
    const end = Math.min(this.beginOf(to).plus({ days: 1 }).toMillis(), this.clock.now().getTime());
    return (end - this.beginOf(from).toMillis()) / 1000;
  }
}

function onlyRow(rows: readonly FigureRow[] = []): Sums {
  const [row] = rows;
  if (row === undefined) throw new Error('There is no total');
  return row.values;
}

function byStatus(sums: Sums): StatusCountDto[] {
  return CALL_STATUSES.map((status) => ({ status, count: sums[MEASURE_OF_STATUS[status]] })).filter(
    ({ count }) => count > 0,
  );
}

function outcomesOf({ total, completed, failed }: Sums): {
  total: number;
  completed: number;
  failed: number;
} {
  return { total, completed, failed };
}

function mostFirst(rows: readonly FigureRow[] = []): FigureRow[] {
  return [...rows].sort((a, b) => b.values.total - a.values.total);
}

function nameOf(key: FigureRow['key']): string | null {
  return key === null ? null : String(key);
}

function average(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}
