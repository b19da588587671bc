import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Clock } from '../../../common/time/clock.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { ExaminedRows, type FoundPositions } from '../../../database/examined-rows.js';
import type { KeysetBounds } from '../../../database/keyset-page.js';
import { type AgentIdentity, seesAllCalls } from '../../auth/agent-identity.js';
import type { Call } from '../../telephony/calls/call.entity.js';
import { CallRepository } from '../../telephony/calls/call.repository.js';
import { CallFilters, type CallList, isByTimeAlone } from '../../telephony/calls/log/call-filters.service.js';
import type { ExportRow } from '../csv.js';
import type { CallExportQuery } from '../export.dto.js';
import { auditedFilter, fileNameOf } from '../export-order.js';
import { type ExportOrder, PAGE_ROWS } from '../exports.service.js';
import { columnsOf, type SelectedColumn } from './call-columns.js';

/** What an export of calls is: the whole of what their list shows page by page, newest first. */
@Injectable()
export class CallExportService {
  constructor(
    private readonly filters: CallFilters,
    private readonly calls: CallRepository,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Agents export their own calls, who may see all exports all.
   * @throws DomainError VALIDATION_FAILED
   */
  async orderOf(agent: AgentIdentity, { format, ...filter }: CallExportQuery): Promise<ExportOrder> {
    const bounds = this.filters.boundsOf(filter);
    const list = await this.filters.listOf(agent, filter);
    const period = { from: timeOf(bounds.from), to: timeOf(bounds.before) };
    const columns = columnsOf(format);
    const isCountable = seesAllCalls(agent) && isByTimeAlone(filter);
    return {
      act: { agent, action: 'call.export', subject: 'calls' },
      format,
      filter: auditedFilter(filter),
      fileName: fileNameOf('calls', format, period, this.clock.now(), this.config.businessTimeZone),
      columns,
      count: async (most) => (isCountable ? countOf(list, bounds, most) : null),
      pages: () => this.pagesOf(list, bounds, columns),
    };
  }

  private async *pagesOf(
    list: CallList,
    { from, before }: KeysetBounds,
    columns: readonly SelectedColumn[],
  ): AsyncGenerator<readonly ExportRow[]> {
    for (let position: KeysetBounds['before'] | null = before; position !== null;) {
      const examined: ExaminedRows<Call> = new ExaminedRows(
        list,
        { from, before: position },
        list.mostExamined,
      );
      const { positions, next }: FoundPositions = await examined.find(PAGE_ROWS);
      if (positions.length > 0)
        yield await this.rowsOf(
          positions.map(({ id }) => Number(id)),
          columns,
        );
      position = next;
    }
  }

  private rowsOf(ids: readonly number[], columns: readonly SelectedColumn[]): Promise<ExportRow[]> {
    const calls = this.calls.createQueryBuilder('call').select([]);
    for (const { name, sql } of columns) calls.addSelect(sql, name);
    return calls
      .where('call.id = ANY (:ids)', { ids })
      .setParameter('timeZone', this.config.businessTimeZone)
      .orderBy('call.started_at', 'DESC')
      .addOrderBy('call.id', 'DESC')
      .getRawMany();
  }
}

async function countOf(list: CallList, bounds: KeysetBounds, most: number): Promise<number> {
  return (await new ExaminedRows(list, bounds, list.mostExamined).count(most)).count;
}

function timeOf(position: KeysetBounds['from']): Date | undefined {
  return position && new Date(position.at);
}
