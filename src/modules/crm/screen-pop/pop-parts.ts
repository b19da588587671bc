/** A table of the CRM that the screen-pop reads, if it is there. */
interface Source {
  readonly table: string;
  /** Without them the part is left out. */
  readonly columns: readonly string[];
  /** Read as null where they are absent. */
  readonly optional: readonly string[];
  /**
   * Indexes by which it can be read: the first column or expression, and the predicate, as PostgreSQL prints them but for
   * casts and parentheses. Without one of them the part is left out: a scan would read the whole table for each call.
   */
  readonly indexes: readonly string[];
}

const ORDER_COLUMNS = {
  columns: ['id', 'sales_order_number', 'customer_id', 'status', 'created_at'],
  optional: ['total_amount', 'cod_amount', 'courier_company', 'tracking_id', 'courier_status'],
} as const;

/** What the screen-pop is made of, beside the customers themselves. */
export const POP_SOURCES = {
  customers: {
    table: 'customers',
    columns: ['id', 'name', 'phone'],
    optional: [
      'last_name',
      'email',
      'district',
      'city',
      'customer_type',
      'status',
      'assigned_to',
      'priority',
      'total_spent',
      'last_contact_date',
      'next_follow_up',
    ],
    indexes: ['id'],
  },
  orders: {
    table: 'sales_orders',
    ...ORDER_COLUMNS,
    indexes: ['customer_id', 'customer_id WHERE (customer_id IS NOT NULL)'],
  },
  /** Orders without a customer, by the number that was given with them. */
  guestOrders: {
    table: 'sales_orders',
    columns: [...ORDER_COLUMNS.columns, 'customer_phone'],
    optional: ORDER_COLUMNS.optional,
    indexes: [
      String.raw`NULLIF(regexp_replace(regexp_replace(COALESCE(customer_phone, ''), '\D', '', 'g'), '^88', ''), '') WHERE (customer_id IS NULL)`,
    ],
  },
  items: {
    table: 'order_items',
    columns: ['order_id', 'product_name', 'quantity'],
    optional: ['custom_product_name'],
    indexes: ['order_id'],
  },
  /** The CRM's older table of items, for orders that have none in the newer one. */
  olderItems: {
    table: 'sales_order_items',
    columns: ['sales_order_id', 'product_name', 'quantity'],
    optional: [],
    indexes: ['sales_order_id'],
  },
  tier: {
    table: 'customer_tiers',
    columns: ['customer_id', 'tier'],
    optional: ['is_active'],
    indexes: ['customer_id'],
  },
  risk: {
    table: 'fraud_checks',
    columns: ['phone_number', 'risk_level', 'created_at'],
    optional: ['cancellation_rate', 'total_parcels', 'total_delivered', 'total_canceled'],
    indexes: ['phone_number'],
  },
  cart: {
    table: 'incomplete_orders',
    columns: ['phone', 'created_at'],
    optional: ['total_amount', 'converted_to_order', 'recovered'],
    indexes: ['phone'],
  },
  tasks: {
    table: 'crm_call_tasks',
    columns: ['id', 'customer_id', 'status', 'task_date'],
    optional: ['priority', 'call_reason', 'assigned_agent_id', 'notes', 'scheduled_time'],
    indexes: ['customer_id'],
  },
  calls: {
    table: 'telephony_calls',
    columns: [
      'id',
      'customer_number_e164',
      'direction',
      'status',
      'disposition',
      'started_at',
      'duration_seconds',
      'agent_user_id',
    ],
    optional: [],
    indexes: ['customer_number_e164'],
  },
} as const satisfies Readonly<Record<string, Source>>;

export type PopPart = keyof typeof POP_SOURCES;
export const POP_PARTS = Object.keys(POP_SOURCES) as PopPart[];
export const POP_TABLES = [...new Set(Object.values(POP_SOURCES).map(({ table }) => table))];

/**
 * Why a part is not in an answer. absent: the table or one of its columns is not there; not_readable: the role of the
 * service may not read it; no_index: it could only be read as a whole; late: the database did not answer in time; failed:
 * it answered with an error.
 */
export const LEFT_OUT_REASONS = ['absent', 'not_readable', 'no_index', 'late', 'failed'] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

export interface LeftOut {
  readonly part: PopPart;
  readonly why: LeftOutReason;
}

/** A table as the database describes it. */
export interface FoundTable {
  readonly table: string;
  /** Types by column, such as `timestamp without time zone`. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns that the role may read. */
  readonly readable: readonly string[];
  /** As in {@link Source.indexes}, with casts and parentheses. */
  readonly indexes: readonly string[];
}

/** What of the sources can be read on this database. */
export interface ReadableSources {
  /** Types of the columns that are read, by part. A part that is left out is absent. */
  readonly parts: ReadonlyMap<PopPart, Readonly<Record<string, string>>>;
  readonly leftOut: readonly LeftOut[];
}

export function readableSources(found: readonly FoundTable[]): ReadableSources {
  const tables = new Map(found.map((table) => [table.table, table]));
  const parts = new Map<PopPart, Readonly<Record<string, string>>>();
  const leftOut: LeftOut[] = [];
  for (const part of POP_PARTS) {
    const source: Source = POP_SOURCES[part];
    const table = tables.get(source.table);
    const why = whyLeftOut(source, table);
    if (table === undefined || why !== null) leftOut.push({ part, why: why ?? 'absent' });
    else {
      const read = [...source.columns, ...source.optional].filter((column) =>
        table.readable.includes(column),
      );
      parts.set(part, Object.fromEntries(read.map((column) => [column, table.columns[column] ?? ''])));
    }
  }
  return { parts, leftOut };
}

function whyLeftOut({ columns, indexes }: Source, table: FoundTable | undefined): LeftOutReason | null {
  if (table === undefined || !columns.every((column) => column in table.columns)) return 'absent';
  if (!columns.every((column) => table.readable.includes(column))) return 'not_readable';
  const found = table.indexes.map(withoutCasts);
  return indexes.some((index) => found.includes(withoutCasts(index))) ? null : 'no_index';
}

/** PostgreSQL adds casts that depend on the type of the column. */
function withoutCasts(expression: string): string {
  return expression.replaceAll(/::(?:character varying|text)|[()\s]/gu, '');
}

/** All parts, for one reason. */
export function allLeftOut(why: LeftOutReason): LeftOut[] {
  return POP_PARTS.map((part) => ({ part, why }));
}
