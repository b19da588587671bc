/** The row that the statement of the screen-pop returns. Times are ISO 8601 in UTC. Lists are null where their part is left out. */
export interface PopRow {
  readonly matches: readonly MatchRow[];
  readonly orders: OrdersRow | null;
  readonly guestOrders: OrdersRow | null;
  readonly tasks: readonly TaskRow[] | null;
  readonly calls: readonly CallRow[] | null;
  readonly risk: RiskRow | null;
  readonly cart: CartRow | null;
}

export interface OrderRow {
  readonly id: number;
  readonly number: string;
  readonly status: string | null;
  readonly total: number | null;
  readonly codAmount: number | null;
  readonly courier: string | null;
  readonly trackingId: string | null;
  readonly courierStatus: string | null;
  readonly createdAt: string | null;
  readonly items: readonly { readonly product: string | null; readonly quantity: number | null }[] | null;
}

export interface OrdersRow {
  readonly count: number;
  readonly open: number;
  readonly delivered: number;
  readonly returned: number;
  readonly codDue: number;
  readonly last: readonly OrderRow[];
}

export interface MatchRow {
  readonly id: number;
  readonly name: string;
  readonly lastName: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly district: string | null;
  readonly city: string | null;
  readonly customerType: string | null;
  readonly status: string | null;
  readonly assignedTo: number | null;
  readonly priority: string | null;
  readonly totalSpent: number | null;
  readonly lastContactAt: string | null;
  readonly nextFollowUpAt: string | null;
  readonly tier: string | null;
  readonly orders: number;
  readonly openOrders: number;
  readonly lastOrder: Pick<OrderRow, 'number' | 'status' | 'total' | 'createdAt'> | null;
}

export interface TaskRow {
  readonly id: number;
  readonly customerId: string;
  readonly status: string;
  readonly taskDate: string;
  readonly priority: string | null;
  readonly callReason: string | null;
  readonly assignedAgentId: number | null;
  readonly notes: string | null;
  readonly scheduledTime: string | null;
}

export interface CallRow {
  readonly id: number;
  readonly direction: string;
  readonly status: string;
  readonly disposition: string | null;
  readonly startedAt: string | null;
  readonly durationSeconds: number | null;
  readonly agentUserId: number | null;
}

export interface RiskRow {
  readonly level: string | null;
  readonly cancellationRate: number | null;
  readonly parcels: number | null;
  readonly delivered: number | null;
  readonly cancelled: number | null;
  readonly checkedAt: string | null;
}

export interface CartRow {
  readonly total: number | null;
  readonly createdAt: string | null;
}
