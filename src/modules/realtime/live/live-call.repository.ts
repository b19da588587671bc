import { Brackets, Repository, type SelectQueryBuilder } from 'typeorm';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import type { Call } from '../../telephony/calls/call.entity.js';
import { AUDIENCE_COLUMNS, type CallOfAudience } from '../../telephony/calls/domain/call-access.js';
import type { Report } from '../../telephony/calls/domain/facts/call-facts.js';
import { LISTED_COLUMNS, type ListedCall } from '../../telephony/calls/dto/call.dto.js';

/** A row of a call without `meta`, `facts` and `effects`, which are most of it. */
export type LiveRow = ListedCall & CallOfAudience;

/** A row with what tells at whom it rings. */
export interface RingingRow {
  readonly row: LiveRow;
  /** Empty unless the call is inbound and answered. */
  readonly reports: readonly Report[];
}

/** What tells whether a call has changed, and who hears of it. */
export type CallState = Pick<Call, 'id' | 'version' | 'status'> & CallOfAudience;

const ROW = [...new Set([...LISTED_COLUMNS, ...AUDIENCE_COLUMNS])];
const STATE = [...new Set(['id', 'version', 'status', ...AUDIENCE_COLUMNS] as const)];

/** The same predicate as the partial index of open calls, so that PostgreSQL uses it. */
const OPEN = `call.status IN ('initiated', 'ringing', 'answered')`;

/** Only these calls ring by a transfer: the reports of others are not read. */
const REPORTS_OF_ANSWERED = `CASE WHEN call.status = 'answered' AND call.direction = 'inbound'
  THEN call.facts -> 'reports' END`;

/** Reads calls as they are now, for who watches them. */
export class LiveCallRepository extends Repository<Call> {
  /** Those of these calls that exist, by id. */
  async findRows(ids: readonly number[]): Promise<ReadonlyMap<number, RingingRow>> {
    const rows = await this.raw(ROW)
      .addSelect(REPORTS_OF_ANSWERED, 'reports')
      .where('call.id = ANY (:ids)', { ids })
      .getRawMany<LiveRow & { reports: Report[] | null }>();
    return new Map(rows.map(({ reports, ...row }) => [row.id, { row, reports: reports ?? [] }]));
  }

  /** Open calls, the newest first: for a supervisor all, for an agent at least those that `isCallOf` allows. */
  findOpen(agent: AgentIdentity, limit: number): Promise<LiveRow[]> {
    const open = this.createQueryBuilder('call')
      .select(ROW.map((column) => `call.${column}`))
      .where(OPEN)
      .orderBy('call.started_at', 'DESC')
      .limit(limit);
    if (agent.role === 'agent') open.andWhere(mayBeOf(agent));
    return open.getMany();
  }

  /** Open calls, the newest first. */
  findOpenStates(limit: number): Promise<CallState[]> {
    return this.raw(STATE)
      .where(OPEN)
      .orderBy('call.started_at', 'DESC')
      .limit(limit)
      .getRawMany<CallState>();
  }

  /** The calls with the highest ids, open or over. */
  findNewestStates(limit: number): Promise<CallState[]> {
    return this.raw(STATE).orderBy('call.id', 'DESC').limit(limit).getRawMany<CallState>();
  }

  /** Rows without entities: thousands are read in some seconds, and making entities of them takes longer than the query. */
  private raw(columns: readonly (keyof Call)[]): SelectQueryBuilder<Call> {
    const query = this.createQueryBuilder('call').select([]);
    for (const column of columns) query.addSelect(`call.${column}`, column);
    return query;
  }
}

function mayBeOf({ userId, extension }: AgentIdentity): Brackets {
  return new Brackets((call) => {
    call.where('(call.agent_user_id = :userId OR :userId = ANY (call.user_ids))', { userId });
    if (extension === null) return;
    call.orWhere('call.agent_phone = :extension OR call.first_agent_phone = :extension', { extension });
  });
}
