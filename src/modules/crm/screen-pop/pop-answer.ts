import { customerOf, type NumberMatches } from '../customers/customers.service.js';
import { badgesOf } from './customer-badges.js';
import { ranked } from './match-rank.js';
import type { LeftOut } from './pop-parts.js';
import type { MatchRow, OrdersRow, PopRow } from './pop-row.js';
import type { PopCustomerDto, PopMatchDto, ScreenPopDto } from './screen-pop.dto.js';

/** What a screen-pop needs of a call. */
export interface PoppedCall {
  readonly id: number;
  readonly version: number;
  readonly customerNumberE164: string | null;
}

/** What was read for a call. */
export interface PopFacts {
  /** undefined: nobody has the number and nothing was chosen, or it was not read. */
  readonly matches: NumberMatches | undefined;
  /** null: it was not read. */
  readonly row: PopRow | null;
  readonly leftOut: readonly LeftOut[];
}

export function toScreenPopDto(call: PoppedCall, { matches, row, leftOut }: PopFacts): ScreenPopDto {
  const chosen = matches?.chosen;
  const found = ranked((row?.matches ?? []).map((match) => rankable(match, match.id === chosen?.id)));
  const customerId = matches === undefined ? undefined : customerOf(matches)?.id;
  const customer = found.find(({ id }) => id === customerId);
  return {
    callId: call.id,
    number: call.customerNumberE164,
    matchCount: matches?.customers.length ?? 0,
    choice: choiceOf(chosen),
    matches: found.map(toMatchDto),
    customer: customer === undefined ? null : toCustomerDto(customer, row?.orders ?? null),
    guestOrders: row?.guestOrders ?? null,
    tasks: row?.tasks ?? [],
    calls: row?.calls ?? [],
    risk: row?.risk ?? null,
    cart: row?.cart ?? null,
    leftOut,
  };
}

function choiceOf(chosen: object | null | undefined): ScreenPopDto['choice'] {
  if (chosen === undefined) return null;
  return chosen === null ? 'none' : 'customer';
}

type RankedMatch = ReturnType<typeof rankable>;

function rankable(match: MatchRow, isChosen: boolean) {
  return { ...match, isChosen, newestOrderAt: match.lastOrder?.createdAt ?? null };
}

function toMatchDto(match: RankedMatch): PopMatchDto {
  const { id, name, lastName, phone, district, customerType, tier, isChosen } = match;
  const { orders, openOrders, lastOrder, lastContactAt } = match;
  return {
    id,
    name: lastName === null || lastName === '' ? name : `${name} ${lastName}`,
    phone,
    district,
    customerType,
    tier,
    ...badgesOf(match),
    isChosen,
    orders,
    openOrders,
    lastOrder,
    lastContactAt,
  };
}

function toCustomerDto(match: RankedMatch, orderHistory: OrdersRow | null): PopCustomerDto {
  const { email, city, status, assignedTo, priority, totalSpent, nextFollowUpAt } = match;
  const details = { email, city, status, assignedTo, priority, totalSpent, nextFollowUpAt };
  return { ...toMatchDto(match), ...details, orderHistory };
}
