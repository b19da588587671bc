import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { SelectQueryBuilder } from 'typeorm';
import { type ListSpan, spanOf } from '../../../common/http/cursor-query.js';
import { LAST, type ListPosition } from '../../../common/http/list-position.js';
import { Clock } from '../../../common/time/clock.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { type CallFilter, CallLogService, ownCalls } from '../../telephony/calls/call-log.service.js';
import type { Call } from '../../telephony/calls/call.entity.js';
import { CallRepository } from '../../telephony/calls/call.repository.js';
import { CALL_COLUMNS, type CallColumn } from './call-columns.js';
import type { ExportRow } from '../csv.js';
import type { CallExportQuery } from '../export.dto.js';
import { auditedFilter, fileNameOf } from '../export-order.js';
import { type ExportOrder, PAGE_ROWS } from '../exports.service.js';

/** Most calls that one statement examines to find those that match: 30 ms, also where few do. */
const EXAMINED = 20_000;

type Calls = SelectQueryBuilder<Call>;

/** A call of a page, with its position: in microseconds, which a Date cannot hold. */
type PositionedRow = ExportRow & { readonly id: number; readonly at: string };

const POSITION = `to_char(call.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** What an export of calls is: the whole of what their list shows page by page, newest first. */
@Injectable()
export class CallExportService {
  constructor(
    private readonly log: CallLogService,
    private readonly calls: CallRepository,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Agents export their own calls, supervisors all.
   * @throws DomainError VALIDATION_FAILED
   */
  orderOf(agent: AgentIdentity, { format, ...filter }: CallExportQuery): ExportOrder {
    const { businessTimeZone } = this.config;
    const span = spanOf(filter, businessTimeZone);
    const period = { from: timeOf(span.from), to: timeOf(span.before) };
    const columns = CALL_COLUMNS.filter((column) => column.format === undefined || column.format === format);
    const isCountable = agent.role === 'supervisor' && isByTimeAlone(filter);
    return {
      act: { agent, action: 'call.export', subject: 'calls' },
      format,
      filter: auditedFilter(filter),
      fileName: fileNameOf('calls', format, period, this.clock.now(), businessTimeZone),
      columns,
      count: async () => (isCountable ? this.log.matching(filter).getCount() : null),
      pages: () => this.pagesOf(agent, filter, span, columns),
    };
  }

  private async *pagesOf(
    agent: AgentIdentity,
    filter: CallFilter,
    { from, before = LAST }: ListSpan,
    columns: readonly CallColumn[],
  ): AsyncGenerator<readonly ExportRow[]> {
    const isBounded = agent.role === 'supervisor' && !isByIndex(filter);
    for (let position: ListPosition | null = before; position !== null;) {
      const examined = this.examined(from, position);
      const page = isBounded
        ? this.log.matching(filter, this.asCalls(examined.clone().limit(EXAMINED)))
        : this.byIndex(agent, filter, position);
      const rows: PositionedRow[] = await selecting(columns, page)
        .setParameter('timeZone', this.config.businessTimeZone)
        .orderBy('call.started_at', 'DESC')
        .addOrderBy('call.id', 'DESC')
        .limit(PAGE_ROWS)
        .getRawMany();
      yield rows;
      const last = rows.at(-1);
      if (last !== undefined && rows.length === PAGE_ROWS) position = { at: last.at, id: String(last.id) };
      else position = isBounded ? await endOf(examined) : null;
    }
  }

  /** Each with all its columns, newest first. */
  private examined(from: ListPosition | undefined, before: ListPosition): Calls {
    const calls = this.calls
      .createQueryBuilder('call')
      .select('call.*')
      .where(...isBefore(before))
      .orderBy('call.started_at', 'DESC')
      .addOrderBy('call.id', 'DESC');
    return from === undefined
      ? calls
      : calls.andWhere('call.started_at >= :examinedFrom', { examinedFrom: from.at });
  }

  private asCalls(calls: Calls): Calls {
    return this.calls.manager
      .createQueryBuilder()
      .from<Call>(`(${calls.getQuery()})`, 'call')
      .setParameters(calls.getParameters());
  }

  private byIndex(agent: AgentIdentity, filter: CallFilter, before: ListPosition): Calls {
    const calls = this.log.matching(filter).andWhere(...isBefore(before));
    if (agent.role === 'supervisor') return calls;
    const own = ownCalls(calls, agent, PAGE_ROWS);
    return this.calls
      .createQueryBuilder('call')
      .where(`call.id = ANY (ARRAY(${own.sql}))`)
      .setParameters(own.parameters);
  }
}

function selecting(columns: readonly CallColumn[], calls: Calls): Calls {
  const selected = calls.select(POSITION, 'at');
  for (const { name, sql } of columns) selected.addSelect(sql, name);
  return selected;
}

/** Position of the last call that was examined; null: there were fewer than may be. */
async function endOf(examined: Calls): Promise<ListPosition | null> {
  const last = await examined
    .select('call.id', 'id')
    .addSelect(POSITION, 'at')
    .offset(EXAMINED - 1)
    .limit(1)
    .getRawOne<PositionedRow>();
  return last === undefined ? null : { at: last.at, id: String(last.id) };
}

function isBefore({ at, id }: ListPosition): [string, object] {
  return [
    '(call.started_at, call.id) < (CAST(:beforeTime AS timestamptz), CAST(:beforeId AS integer))',
    {
      beforeTime: at,
      beforeId: id,
    },
  ];
}

function timeOf(position: ListPosition | undefined): Date | undefined {
  return position && new Date(position.at);
}

/** Such calls are few, and found by an index of their own. */
function isByIndex({ customerPhone, agentUserId, externalCallId }: CallFilter): boolean {
  return [customerPhone, agentUserId, externalCallId].some((filter) => filter !== undefined);
}

/** Whether the calls can be counted in the index on their start alone, without reading them. */
function isByTimeAlone({ from: _from, to: _to, ...filters }: CallFilter): boolean {
  return Object.values(filters).every((filter) => filter === undefined);
}
