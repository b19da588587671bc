import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { cursorOf } from '../../../../common/http/list-position.js';
import { ExaminedRows } from '../../../../database/examined-rows.js';
import { type AgentIdentity, seesAllCalls } from '../../../auth/agent-identity.js';
import type { Call } from '../call.entity.js';
import { CallRepository } from '../call.repository.js';
import { maySeeCall } from '../domain/call-access.js';
import {
  type CallListDto,
  type CallListQuery,
  LISTED_COLUMNS,
  type RecordedCallDto,
  type ShownRecordings,
  toListedCallDto,
  toRecordedCallDto,
} from '../dto/call.dto.js';
import { PlaybackLinks } from '../playback-links.js';
import { CallFilters, isByTimeAlone } from './call-filters.service.js';

/** The last call that a page may show by its number, counted from the newest: all before it are read to find the page. */
export const DEEPEST_ROW = 10_000;

/** Calls that match a filter are counted up to this number. */
export const MOST_COUNTED = 10_000;

/** Calls of a time are counted in an index, up to this number: it takes about as long as reading a page of a filter. */
export const MOST_COUNTED_BY_TIME = 250_000;

/** A page by its number may be far down: so many times as many calls are examined for it at most. */
const MOST_TIMES_EXAMINED = 10;

/** Reads calls for the CRM's front end. */
@Injectable()
export class CallLogService {
  constructor(
    private readonly calls: CallRepository,
    private readonly filters: CallFilters,
    private readonly links: PlaybackLinks,
  ) {}

  /**
   * Newest first. Agents see their own calls, who may see all sees all.
   * @throws DomainError PAGE_TOO_FAR, VALIDATION_FAILED
   */
  async list(agent: AgentIdentity, query: CallListQuery): Promise<CallListDto> {
    const { page, limit, include = [], cursor } = query;
    if (cursor === undefined && page * limit > DEEPEST_ROW) throw pageTooFar(page, limit);
    const properties = include.includes('meta') ? [...LISTED_COLUMNS, 'meta' as const] : LISTED_COLUMNS;
    const list = await this.filters.listOf(agent, query);
    const pages = cursor === undefined ? page : 1;
    const mostExamined = list.mostExamined * Math.min(pages, MOST_TIMES_EXAMINED);
    const examined = new ExaminedRows(list, this.filters.boundsOf(query), mostExamined);
    const { positions, next, count, isExact } =
      cursor === undefined
        ? await examined.findAndCount(pages * limit, mostCounted(agent, query))
        : { ...(await examined.find(limit)), ...NOT_COUNTED };
    const ids = positions.slice((pages - 1) * limit).map(({ id }) => Number(id));
    const items = await this.calls
      .createQueryBuilder('call')
      .select(properties.map((property) => `call.${property}`))
      .where('call.id = ANY (:ids)', { ids })
      .orderBy('call.started_at', 'DESC')
      .addOrderBy('call.id', 'DESC')
      .getMany();
    const recordings = await this.recordingsOf(agent, items);
    return {
      items: items.map((call) => toListedCallDto(call, recordings)),
      total: count,
      page,
      limit,
      totalIsExact: isExact,
      nextCursor: next && cursorOf(next),
      examinedTo: next && next.at,
    };
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

const NOT_COUNTED = { count: null, isExact: false } as const;

/** Counting all would read most of the table for a filter such as a status. */
function mostCounted(agent: AgentIdentity, query: CallListQuery): number {
  return seesAllCalls(agent) && isByTimeAlone(query) ? MOST_COUNTED_BY_TIME : MOST_COUNTED;
}

/** The same for a call that does not exist and for another agent's. */
export function callNotFound(id: number): DomainError {
  return new DomainError('CALL_NOT_FOUND', `There is no call ${id} among your calls`);
}

function pageTooFar(page: number, limit: number): DomainError {
  return new DomainError(
    'PAGE_TOO_FAR',
    `Page ${page} of ${limit} calls each is beyond the first ${DEEPEST_ROW} calls. Go on with cursor, the nextCursor of the page before, or narrow the list down with from and to`,
    [
      {
        field: 'page',
        problem: `must not go beyond the first ${DEEPEST_ROW} calls; use cursor, or from and to`,
        rule: 'too_large',
      },
    ],
  );
}
