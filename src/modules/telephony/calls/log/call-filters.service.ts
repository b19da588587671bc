import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DateTime } from 'luxon';
import { Brackets, type SelectQueryBuilder } from 'typeorm';
import { asciiOf, e164Of } from '../../../../common/phone-number.js';
import { spanOf } from '../../../../common/http/cursor-query.js';
import { Clock } from '../../../../common/time/clock.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { type KeysetBounds, type KeysetList, withinSpan } from '../../../../database/keyset-page.js';
import { type AgentIdentity, seesAllCalls } from '../../../auth/agent-identity.js';
import { CustomersService } from '../../../crm/customers/customers.service.js';
import type { Call } from '../call.entity.js';
import { CallRepository } from '../call.repository.js';
import { accessPathsOf } from './call-access-paths.js';
import { addCallConditions, isOwn } from './call-conditions.js';
import type { CallFilterQuery } from './call-filter.dto.js';

const LIST = { alias: 'call', time: { property: 'startedAt', column: 'started_at' } };

/** Least digits of a part of a number. */
const LEAST_DIGITS = 4;

/** A number that is written without 0 or country code has so many digits in Bangladesh. */
const WHOLE_DIGITS = 10;

/** Calls that are examined for one page, where they are read in the order in which they are stored: 15 to 40 ms. */
export const MOST_EXAMINED = 10_000;

/** The same where an index finds them, of one agent or queue: almost each is on another page of the table. 30 to 90 ms. */
export const MOST_EXAMINED_APART = 2_000;

export interface CallList extends KeysetList<Call> {
  /** Calls that are examined for one page. */
  readonly mostExamined: number;
}

/** Which calls a user is shown: of a filter, those that he may see. */
@Injectable()
export class CallFilters {
  constructor(
    private readonly calls: CallRepository,
    private readonly customers: CustomersService,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  async listOf(agent: AgentIdentity, query: CallFilterQuery): Promise<CallList> {
    const { provider, businessTimeZone } = this.config;
    const number = numberOf(query.customerPhone);
    const { paths, areFew, decided, areDisjoint } = accessPathsOf(agent, query, {
      provider,
      e164: number?.kind === 'whole' ? [number.text] : await this.numbersOf(query.customerId),
      text: number?.kind === 'text' ? number.text : null,
    });
    const isOfAll = seesAllCalls(agent) || decided.includes('own');
    const left: CallFilterQuery = { ...query };
    for (const name of decided) if (name !== 'own') delete left[name];
    const isDecided = isOfAll && isByTimeAlone(left);
    return {
      ...LIST,
      properties: ['id'],
      queriesFor: (span) =>
        paths.map(({ lead, where, parameters }) => {
          const calls = withinSpan(this.calls.createQueryBuilder('call'), LIST, span, lead);
          return where === undefined ? calls : calls.andWhere(where, parameters);
        }),
      addUnindexed: (calls: SelectQueryBuilder<Call>) => {
        if (!isOfAll) calls.andWhere(...isOwn(agent));
        addCallConditions(calls, left, businessTimeZone);
        if (number !== null && left.customerPhone !== undefined) calls.andWhere(hasNumber(number));
      },
      isBounded: !areFew && !isDecided,
      counting: !isDecided ? undefined : areDisjoint ? 'disjoint' : 'overlapping',
      mostExamined: paths.some(({ lead }) => lead !== undefined) ? MOST_EXAMINED_APART : MOST_EXAMINED,
    };
  }

  /**
   * Between which times the calls of a filter began.
   * @throws DomainError VALIDATION_FAILED
   */
  boundsOf(query: CallFilterQuery & { readonly cursor?: string | undefined }): KeysetBounds {
    const { businessTimeZone: zone } = this.config;
    const { from, to, cursor, rangeDays } = query;
    const firstDay = (days: number): string =>
      (to === undefined ? DateTime.fromJSDate(this.clock.now(), { zone }) : DateTime.fromISO(to, { zone }))
        .startOf('day')
        .minus({ days: days - 1 })
        .toISODate() ?? '';
    return spanOf(
      {
        ...(from !== undefined ? { from } : rangeDays !== undefined && { from: firstDay(rangeDays) }),
        ...(to !== undefined && { to }),
        ...(cursor !== undefined && { cursor }),
      },
      zone,
    );
  }

  /** A customer is linked to calls of his numbers; null: no filter. */
  private async numbersOf(customerId: number | undefined): Promise<readonly string[] | null> {
    return customerId === undefined ? null : ((await this.customers.numbersOf(customerId)) ?? []);
  }
}

/** Whether the calls can be counted in the index on their start alone, without reading them. */
export function isByTimeAlone({
  from: _from,
  to: _to,
  rangeDays: _rangeDays,
  ...filters
}: CallFilterQuery): boolean {
  const NO_FILTERS = ['page', 'limit', 'cursor', 'include', 'format'];
  return Object.entries(filters).every(([name, value]) => value === undefined || NO_FILTERS.includes(name));
}

type NumberText = { readonly kind: 'whole' | 'end' | 'text'; readonly text: string };

/** What was typed to find a number: all of it, its end, or a caller without a number, such as an extension. */
function numberOf(typed: string | undefined): NumberText | null {
  if (typed === undefined) return null;
  const ascii = asciiOf(typed).replaceAll(/[\s().-]/gu, '');
  const isPart = /^\d+$/u.test(ascii) && ascii.length < WHOLE_DIGITS;
  if (isPart && ascii.length >= LEAST_DIGITS) return { kind: 'end', text: ascii };
  const e164 = e164Of(typed);
  return e164 === null ? { kind: 'text', text: typed } : { kind: 'whole', text: e164 };
}

function hasNumber({ kind, text }: NumberText): Brackets {
  return new Brackets((call) => {
    if (kind === 'whole') call.where('call.customer_number_e164 = :number', { number: text });
    else if (kind === 'text') {
      call.where('call.customer_phone = :number AND call.customer_number_e164 IS NULL', { number: text });
    } else {
      call.where('coalesce(call.customer_number_e164, call.customer_phone) LIKE :number', {
        number: `%${text}`,
      });
    }
  });
}
