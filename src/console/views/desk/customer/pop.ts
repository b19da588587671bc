import { useEffect, useMemo } from 'preact/hooks';
import type { LiveCall } from '../../../../client/client.js';
import { api } from '../../../api/api.js';
import { ApiError } from '../../../api/api-error.js';
import { Loaded, useLoading } from '../../../parts/loaded.js';
import { currentCall } from '../state.js';

/** The answer of `GET /api/telephony/calls/{id}/pop`, as far as it is shown. Times are ISO 8601. */
export interface Pop {
  readonly matchCount: number;
  /** Whom the staff chose; null: nobody has chosen. */
  readonly choice: 'customer' | 'none' | null;
  readonly matches: readonly PopMatch[];
  readonly customer: PopCustomer | null;
  readonly guestOrders: PopOrders | null;
  readonly tasks: readonly PopTask[];
  readonly calls: readonly PopCall[];
  readonly cart: { readonly total: number | null; readonly createdAt: string | null } | null;
  /** `late`, `failed`: nothing is known of the customer, not even that there is none. */
  readonly leftOut: readonly { readonly part: string; readonly why: string }[];
}

export interface PopMatch {
  readonly id: number;
  readonly name: string;
  readonly district: string | null;
  readonly isVip: boolean;
  readonly isBlacklisted: boolean;
  readonly isChosen: boolean;
  readonly orders: number;
  readonly lastOrder: { readonly number: string; readonly createdAt: string | null } | null;
}

export interface PopCustomer extends PopMatch {
  readonly city: string | null;
  readonly email: string | null;
  readonly tier: string | null;
  readonly totalSpent: number | null;
  readonly orderHistory: PopOrders | null;
}

export interface PopOrders {
  readonly count: number;
  readonly returned: number;
  readonly codDue: number;
  readonly last: readonly PopOrder[];
}

export interface PopOrder {
  readonly id: number;
  readonly number: string;
  readonly status: string | null;
  readonly total: number | null;
  readonly courier: string | null;
  readonly courierStatus: string | null;
  readonly createdAt: string | null;
  readonly items: readonly { readonly product: string | null; readonly quantity: number | null }[] | null;
}

export interface PopTask {
  readonly id: number;
  readonly status: string;
  readonly taskDate: string;
  readonly priority: string | null;
  readonly callReason: string | null;
  readonly notes: string | null;
}

export interface PopCall {
  readonly id: number;
  readonly direction: string;
  readonly status: string;
  readonly startedAt: string | null;
  readonly durationSeconds: number | null;
}

/** Pauses in milliseconds before it is read again, when the database did not answer in time: it answers late for a moment. */
const PAUSES_MS = [500, 1_500, 4_000];

/** Of calls that may be shown again soon. */
const KEPT = 20;

/** By call id: the desk and the note may show one call, or two. */
const pops = new Map<number, Loaded<Pop>>();

function popOf(id: number): Loaded<Pop> {
  const pop = pops.get(id) ?? new Loaded(() => readPop(id));
  pops.set(id, pop);
  const [oldest] = pops.keys();
  if (pops.size > KEPT && oldest !== undefined) pops.delete(oldest);
  return pop;
}

/** What the CRM knows of the customer of a call; read again when somebody has said who the customer is. */
export function usePop({ id, customerId, customerNumberE164 }: LiveCall): Loaded<Pop> {
  const pop = useMemo(() => popOf(id), [id]);
  useLoading(pop, `${customerId} ${customerNumberE164}`);
  return pop;
}

/** The same, which the desk has read when it showed the call: after a reload it may not have shown it yet. */
export function usePopOfDesk({ id }: LiveCall): Loaded<Pop> {
  const pop = useMemo(() => popOf(id), [id]);
  const isShown = currentCall.value === null || currentCall.value.id === id;
  useEffect(() => {
    if (!isShown && pop.state.peek().value === null) void pop.load();
  }, [pop, isShown]);
  return pop;
}

/** @throws {ApiError} DATABASE_UNAVAILABLE, rather than to say of a customer that nobody knows him */
async function readPop(id: number, [pause, ...pauses] = PAUSES_MS): Promise<Pop> {
  const pop = await api.get<Pop>(`telephony/calls/${id}/pop`);
  if (!pop.leftOut.some(({ why }) => why === 'late' || why === 'failed')) return pop;
  if (pause === undefined) throw ApiError.unread();
  await new Promise((resolve) => setTimeout(resolve, pause));
  return readPop(id, pauses);
}
