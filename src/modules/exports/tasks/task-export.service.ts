import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { SelectQueryBuilder } from 'typeorm';
import { Clock } from '../../../common/time/clock.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import type { CallTask } from '../../crm/call-tasks/call-task.entity.js';
import { CallTaskRepository } from '../../crm/call-tasks/call-task.repository.js';
import type { ExportColumn, ExportFormat, ExportRow } from '../csv.js';
import type { CallTaskExportQuery } from '../export.dto.js';
import { auditedFilter, fileNameOf } from '../export-order.js';
import { type ExportOrder, PAGE_ROWS } from '../exports.service.js';

interface TaskColumn extends ExportColumn {
  readonly sql: string;
  /** Columns that one format has alone. */
  readonly format?: ExportFormat;
}

/** The fields of the list, in its order. */
const COLUMNS: readonly TaskColumn[] = [
  plain('id', 'task.id'),
  { name: 'customerId', kind: 'phone', sql: 'task.customer_id' },
  plain('assignedAgentId', 'task.assigned_agent_id'),
  plain('taskDate', 'task.task_date::text'),
  plain('priority', 'task.priority'),
  { name: 'callReason', kind: 'text', sql: 'task.call_reason' },
  plain('recommendedProductId', 'task.recommended_product_id'),
  plain('status', 'task.status'),
  { name: 'callOutcome', kind: 'text', sql: 'task.call_outcome' },
  { name: 'notes', kind: 'text', sql: 'task.notes' },
  plain('scheduledTime', 'task.scheduled_time::text'),
  ...time('completedAt', 'task.completed_at'),
  ...time('createdAt', 'task.created_at'),
  ...time('updatedAt', 'task.updated_at'),
];

/** What an export of tasks is: the whole of what their list shows page by page, newest first. */
@Injectable()
export class TaskExportService {
  constructor(
    private readonly tasks: CallTaskRepository,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  async orderOf(agent: AgentIdentity, { format, ...filter }: CallTaskExportQuery): Promise<ExportOrder> {
    const matching = await this.tasks.matching(filter);
    const columns = COLUMNS.filter((column) => column.format === undefined || column.format === format);
    const everything = { from: undefined, to: undefined };
    return {
      act: { agent, action: 'task.export', subject: 'tasks' },
      format,
      filter: auditedFilter(filter),
      fileName: fileNameOf('tasks', format, everything, this.clock.now(), this.config.businessTimeZone),
      columns,
      count: (most) => countUpTo(matching, most),
      pages: () => this.pagesOf(matching, columns),
    };
  }

  private async *pagesOf(
    matching: SelectQueryBuilder<CallTask>,
    columns: readonly TaskColumn[],
  ): AsyncGenerator<readonly ExportRow[]> {
    const page = matching.clone().select([]).setParameter('timeZone', this.config.businessTimeZone);
    for (const { name, sql } of columns) page.addSelect(sql, name);
    page.orderBy('task.id', 'DESC').limit(PAGE_ROWS);
    for (let next = page; ;) {
      const rows = await next.getRawMany<ExportRow & Pick<CallTask, 'id'>>();
      yield rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE_ROWS) return;
      next = page.clone().andWhere('task.id < :before', { before: last.id });
    }
  }
}

async function countUpTo(matching: SelectQueryBuilder<CallTask>, most: number): Promise<number> {
  const some = matching.clone().select('task.id', 'id').limit(most);
  const row = await matching.connection
    .createQueryBuilder()
    .select('count(*)::integer', 'found')
    .from(`(${some.getQuery()})`, 'some')
    .setParameters(some.getParameters())
    .getRawOne<{ found: number }>();
  return row?.found ?? 0;
}

function plain(name: string, sql: string): TaskColumn {
  return { name, kind: 'plain', sql };
}

/** The list has the time of the business zone, as the CRM stores it. */
function time(name: string, column: string): TaskColumn[] {
  return [
    { ...plain(name, `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS')`), format: 'csv' },
    plain(
      `${name}Utc`,
      `to_char(${column} AT TIME ZONE :timeZone AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    ),
  ];
}
