import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Brackets, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { momentOf } from '../../../common/time/date-or-time.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { e164Of } from '../../../common/phone-number.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import {
  type CallFilterStatus,
  type CallListDto,
  type CallListQuery,
  type RecordedCallDto,
  LISTED_COLUMNS,
  type ShownRecordings,
  toListedCallDto,
  toRecordedCallDto,
} from './dto/call.dto.js';
import type { Call } from './call.entity.js';
import { maySeeCall } from './domain/call-access.js';
import { CallRepository } from './call.repository.js';
import { PlaybackLinks } from './playback-links.js';

/** The last call that a page may show, counted from the newest: all before it are read to find the page. */
export const DEEPEST_ROW = 10_000;

/** Calls that match a filter are counted up to this number. */
export const MOST_COUNTED = 10_000;

/** Without `meta`, `facts` and `effects`: they are most of a row. */
const LISTED = LISTED_COLUMNS.map((column) => `call.${column}`);

/** A query for ids, to be used in another. */
interface Selection {
  readonly sql: string;
  readonly parameters: ObjectLiteral;
}

/** What a list has beside which calls are on it. */
export type CallFilter = Omit<CallListQuery, 'page' | 'limit' | 'include'>;

type CallCount = Pick<CallListDto, 'total' | 'totalIsExact'>;

/** Reads calls for the CRM's front end. */
@Injectable()
export class CallLogService {
  constructor(
    private readonly calls: CallRepository,
    private readonly links: PlaybackLinks,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Newest first. Agents see their own calls, supervisors all.
   * @throws DomainError PAGE_TOO_FAR
   */
  async list(agent: AgentIdentity, query: CallListQuery): Promise<CallListDto> {
    const { page, limit, include = [] } = query;
    if (page * limit > DEEPEST_ROW) throw pageTooFar(page, limit);
    const calls = this.matching(query);
    const isSupervisor = agent.role === 'supervisor';
    const shown = isSupervisor ? calls.clone() : this.among(ownCalls(calls, agent, page * limit));
    const items = await inOrder(shown)
      .select(include.includes('meta') ? [...LISTED, 'call.meta'] : LISTED)
      .skip((page - 1) * limit)
      .take(limit)
      .getMany();
    const { total, totalIsExact } =
      isSupervisor && isByTimeAlone(query)
        ? { total: await calls.getCount(), totalIsExact: true }
        : await this.countSome(
            isSupervisor ? idsOf(inOrder(calls), MOST_COUNTED + 1) : ownCalls(calls, agent, MOST_COUNTED + 1),
          );
    const recordings = await this.recordingsOf(agent, items);
    const listed = items.map((call) => toListedCallDto(call, recordings));
    return { items: listed, total, page, limit, totalIsExact };
  }

  private among(ids: Selection): SelectQueryBuilder<Call> {
    return this.calls
      .createQueryBuilder('call')
      .where(`call.id = ANY (ARRAY(${ids.sql}))`)
      .setParameters(ids.parameters);
  }

  /** Counting all would read most of the table for a filter such as a status. */
  private async countSome(ids: Selection): Promise<CallCount> {
    const row = await this.calls.manager
      .createQueryBuilder()
      .select('count(*)::integer', 'found')
      .from(`(${ids.sql})`, 'some')
      .setParameters(ids.parameters)
      .getRawOne<{ found: number }>();
    const found = row?.found ?? 0;
    return { total: Math.min(found, MOST_COUNTED), totalIsExact: found <= MOST_COUNTED };
  }

  /** The calls of a filter, in no order. @param calls a query on the alias `call` */
  matching(
    query: CallFilter,
    calls: SelectQueryBuilder<Call> = this.calls.createQueryBuilder('call'),
  ): SelectQueryBuilder<Call> {
    const { status, direction, agentUserId, customerPhone, externalCallId } = query;
    const { businessTimeZone, provider } = this.config;
    if (status !== undefined) calls.andWhere(hasStatus(status));
    if (direction !== undefined) calls.andWhere('call.direction = :direction', { direction });
    if (agentUserId !== undefined) calls.andWhere('call.agent_user_id = :agentUserId', { agentUserId });
    if (externalCallId !== undefined) {
      calls.andWhere('call.provider = :provider AND call.external_call_id = :externalCallId', {
        provider,
        externalCallId,
      });
    }
    if (customerPhone !== undefined) {
      const e164 = e164Of(customerPhone);
      if (e164 === null) {
        calls.andWhere('call.customer_phone = :customerPhone AND call.customer_number_e164 IS NULL', {
          customerPhone,
        });
      } else calls.andWhere('call.customer_number_e164 = :e164', { e164 });
    }
    if (query.from !== undefined) {
      const from = momentOf('from', query.from, businessTimeZone);
      calls.andWhere('call.started_at >= :from', { from });
    }
    if (query.to !== undefined) {
      calls.andWhere('call.started_at < :to', { to: momentOf('to', query.to, businessTimeZone) });
    }
    return calls;
  }

  private async recordingsOf(
    agent: AgentIdentity,
    calls: readonly Pick<Call, 'id' | 'recordingUrl'>[],
  ): Promise<ShownRecordings> {
    const recorded = calls.filter(({ recordingUrl }) => recordingUrl !== null).map(({ id }) => id);
    return {
      of: await this.links.ofCalls(agent, recorded),
      areAddressesShown: agent.role === 'supervisor',
    };
  }

  /** @throws DomainError CALL_NOT_FOUND, also for another agent's call */
  async get(agent: AgentIdentity, id: number): Promise<RecordedCallDto> {
    const call = await this.calls.findOneBy({ id });
    if (call === null || !maySeeCall(agent, call)) throw callNotFound(id);
    return toRecordedCallDto(call, await this.recordingsOf(agent, [call]));
  }
}

/** The same for a call that does not exist and for another agent's. */
export function callNotFound(id: number): DomainError {
  return new DomainError('CALL_NOT_FOUND', `There is no call ${id} among your calls`);
}

function pageTooFar(page: number, limit: number): DomainError {
  return new DomainError(
    'PAGE_TOO_FAR',
    `Page ${page} of ${limit} calls each is beyond the first ${DEEPEST_ROW} calls. Narrow the list down with from and to`,
    [{ field: 'page', problem: `must not go beyond the first ${DEEPEST_ROW} calls; use from and to` }],
  );
}

function inOrder(calls: SelectQueryBuilder<Call>): SelectQueryBuilder<Call> {
  return calls.orderBy('call.started_at', 'DESC').addOrderBy('call.id', 'DESC');
}

function idsOf(calls: SelectQueryBuilder<Call>, most: number): Selection {
  const query = calls.select('call.id').limit(most);
  return { sql: query.getQuery(), parameters: query.getParameters() };
}

/**
 * The ids of the calls that the agent started, has or had: of each kind the newest, by an index of its own. For OR, and for
 * `=` with an order by start, PostgreSQL would read all calls by their start to find those of an agent who has few. So the
 * agent is a range of one value, and comes first in the order, as in the indexes.
 */
export function ownCalls(
  calls: SelectQueryBuilder<Call>,
  { userId, extension }: AgentIdentity,
  most: number,
): Selection {
  const ofKind = (column: string, value: string): SelectQueryBuilder<Call> =>
    calls
      .clone()
      .andWhere(`call.${column} BETWEEN :${value} AND :${value}`, { userId, extension })
      .orderBy(`call.${column}`, 'DESC')
      .addOrderBy('call.started_at', 'DESC')
      .addOrderBy('call.id', 'DESC');
  // The last with the same predicates as the partial indexes of transferred calls, so that PostgreSQL uses them.
  const kinds = [
    ofKind('agent_user_id', 'userId'),
    ofKind('first_agent_user_id', 'userId').andWhere(
      'call.first_agent_user_id IS DISTINCT FROM call.agent_user_id',
    ),
  ];
  if (extension !== null) {
    kinds.push(
      ofKind('agent_phone', 'extension'),
      ofKind('first_agent_phone', 'extension').andWhere(
        'call.first_agent_phone IS DISTINCT FROM call.agent_phone',
      ),
    );
  }
  const selections = kinds.map((kind) => idsOf(kind, most));
  return {
    sql: selections.map(({ sql }) => `(${sql})`).join(' UNION '),
    parameters: Object.assign({}, ...selections.map(({ parameters }) => parameters)),
  };
}

/**
 * The statuses are literals, not parameters: the plan is made once for all values of a parameter, and could not use the
 * partial index of open calls. They are words of a closed set.
 */
function hasStatus(statuses: readonly CallFilterStatus[]): Brackets {
  return new Brackets((status) => {
    const stored = statuses.filter((word) => word !== 'missed');
    if (stored.length > 0) status.where(`call.status IN (${stored.map((word) => `'${word}'`).join(', ')})`);
    if (stored.length < statuses.length) {
      status.orWhere(
        `call.direction = 'inbound' AND call.status = 'failed' AND call.disposition IS DISTINCT FROM 'answered_elsewhere'`,
      );
    }
  });
}

/** Whether the calls can be counted in the index on their start alone, without reading them. */
function isByTimeAlone({
  page: _page,
  limit: _limit,
  include: _include,
  from: _from,
  to: _to,
  ...filters
}: CallListQuery): boolean {
  return Object.values(filters).every((filter) => filter === undefined);
}
