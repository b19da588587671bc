import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DomainError } from '../../../common/errors/domain-error.js';
import { Clock } from '../../../common/time/clock.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { ReportsDatabase } from '../pool/reports-database.repository.js';
import { added, sumOf } from '../rollup/figure-sums.js';
import { type FigureRow, FiguresReader } from '../rollup/figures-reader.repository.js';
import type { Measure } from '../rollup/measures.js';
import { reportDays, type RequestedDays } from '../rollup/report-days.js';
import { formulasOf, kpiOf, type KpiThresholds, measuresOf } from './kpi.js';
import { type KpiBy, linksOf } from './kpi-links.js';
import type { KpiItemDto, KpiReportDto } from './kpi.dto.js';
import { TeamsRepository } from './teams.repository.js';

interface KpiRequest extends RequestedDays, KpiThresholds {
  readonly by: KpiBy;
}

/** The key figures of calls, by queue, extension, agent, team or time. */
@Injectable()
export class KpiService {
  constructor(
    private readonly database: ReportsDatabase,
    private readonly figures: FiguresReader,
    private readonly teams: TeamsRepository,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** @throws DomainError VALIDATION_FAILED also for teams that the database does not tell */
  async report(request: KpiRequest): Promise<KpiReportDto> {
    const { by, serviceLevelSeconds, shortAbandonSeconds } = request;
    const { businessTimeZone: timeZone } = this.config;
    const range = reportDays(request, this.clock.now(), timeZone);
    const measures = measuresOf(request);
    const { figures, teams } = await this.database.read(async (manager) => ({
      figures: await this.figures.readIn(manager, range, [{ by: by === 'team' ? 'agent' : by, measures }]),
      teams: by === 'team' ? await this.teams.read(manager) : new Map<number, number>(),
    }));
    if (teams === null) throw teamsUnknown();
    const [rows = []] = figures.results;
    const counted = { from: figures.builtFrom ?? range.from, to: range.to };
    const item = ({ key, values }: FigureRow, keyBy: KpiBy): KpiItemDto => ({
      key,
      ...kpiOf(values, request),
      links: linksOf(keyBy, key, counted),
    });
    return {
      ...range,
      timeZone,
      by,
      serviceLevelSeconds,
      shortAbandonSeconds,
      builtFrom: figures.builtFrom,
      formulas: formulasOf(request),
      // Each call is of one key, whatever calls are told apart by.
      total: item(sumOf(rows, measures), 'none'),
      items: (by === 'team' ? ofTeams(rows, teams) : rows).map((row) => item(row, by)),
    };
  }
}

function teamsUnknown(): DomainError {
  return new DomainError(
    'VALIDATION_FAILED',
    'by=team is not possible: the database has no table users with team_id that this service may read. Ask by=agent',
    [
      {
        field: 'by',
        problem: 'cannot be team, because the teams of users are not known',
        rule: 'unsuitable',
      },
    ],
  );
}

/** Adds up the rows of the agents of each team; calls of agents without one, and of none, are those of null. */
function ofTeams(rows: readonly FigureRow[], teams: ReadonlyMap<number, number>): FigureRow[] {
  const sums = new Map<number | null, Record<Measure, number>>();
  for (const { key, values } of rows) {
    const team = typeof key === 'number' ? (teams.get(key) ?? null) : null;
    const known = sums.get(team);
    sums.set(team, known === undefined ? { ...values } : added(known, values));
  }
  return [...sums]
    .map(([key, values]) => ({ key, values }))
    .sort((a, b) => (a.key ?? Infinity) - (b.key ?? Infinity));
}
