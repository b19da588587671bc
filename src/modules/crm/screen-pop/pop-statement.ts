import type { PopPart, ReadableSources } from './pop-parts.js';

/** Orders of one customer that are counted; the newest. */
export const MOST_ORDERS = 300;
/** Rows of one number that are looked at where there is no index in the order of time. */
export const MOST_OF_NUMBER = 1_000;
/** Of each kind the newest that are shown. */
export const MOST_SHOWN = 5;
const MOST_ITEMS = 20;

/** `sales_orders.status`; all others are open. */
const DELIVERED = `'delivered', 'completed', 'partial_delivered'`;
const RETURNED = `'returned'`;
const CANCELLED = `'cancelled', 'admin_cancelled'`;

/** Parameters of the statement. */
const IDS = '$1::integer[]';
const SUBJECT = '$2::integer';
const FORMS = '$3::text[]';
const ZONE = '$4::text';
const NUMBER = '$5::text';
const CALL = '$6::integer';
const GUEST_DIGITS = '$7::text[]';

const ORDER_DIGITS = String.raw`NULLIF(regexp_replace(regexp_replace(COALESCE(o.customer_phone, '')::text, '\D', '', 'g'), '^88', ''), '')`;

/**
 * The one statement of the screen-pop, of the parts that this database has. It returns one `PopRow`. Every part
 * is read by an index, and times of the CRM are read as wall-clock times of {@link ZONE} where their columns have no zone.
 */
export function popStatement({ parts }: ReadableSources): string {
  const sql = new PopSql(parts);
  return `
    WITH given AS (SELECT ${[IDS, SUBJECT, FORMS, ZONE, NUMBER, CALL, GUEST_DIGITS].join(', ')}),
    own AS MATERIALIZED (${sql.ownOrders()}),
    guest AS MATERIALIZED (${sql.guestOrders()})
    SELECT ${sql.matches()} AS "matches",
           ${sql.ordersOf('orders', `FROM own o WHERE o.customer_id = ${SUBJECT}`)} AS "orders",
           ${sql.ordersOf('guestOrders', 'FROM guest o')} AS "guestOrders",
           ${sql.tasks()} AS "tasks",
           ${sql.calls()} AS "calls",
           ${sql.risk()} AS "risk",
           ${sql.cart()} AS "cart"`;
}

type Fields = Readonly<Record<string, string>>;

class PopSql {
  constructor(private readonly parts: ReadableSources['parts']) {}

  /** The orders of all matches, the newest of each. */
  ownOrders(): string {
    const orders = `
      SELECT ${this.orderColumns('orders')} FROM sales_orders o
       WHERE o.customer_id = wanted.id ORDER BY o.created_at DESC LIMIT ${MOST_ORDERS}`;
    return this.has('orders')
      ? `SELECT found.* FROM unnest(${IDS}) AS wanted (id) CROSS JOIN LATERAL (${orders}) AS found`
      : NO_ORDERS;
  }

  guestOrders(): string {
    return this.has('guestOrders')
      ? `SELECT ${this.orderColumns('guestOrders')} FROM sales_orders o
          WHERE ${ORDER_DIGITS} = ANY (${GUEST_DIGITS}) AND o.customer_id IS NULL LIMIT ${MOST_OF_NUMBER}`
      : NO_ORDERS;
  }

  matches(): string {
    if (!this.has('customers')) return NO_ROWS;
    const match = json({
      id: 'c.id',
      name: 'c.name',
      lastName: this.column('customers', 'c', 'last_name'),
      phone: 'c.phone',
      email: this.column('customers', 'c', 'email'),
      district: this.column('customers', 'c', 'district'),
      city: this.column('customers', 'c', 'city'),
      customerType: this.column('customers', 'c', 'customer_type'),
      status: this.column('customers', 'c', 'status'),
      assignedTo: this.column('customers', 'c', 'assigned_to'),
      priority: this.column('customers', 'c', 'priority'),
      totalSpent: this.column('customers', 'c', 'total_spent'),
      lastContactAt: this.time('customers', 'c', 'last_contact_date'),
      nextFollowUpAt: this.time('customers', 'c', 'next_follow_up'),
      tier: this.tierOf('c.id'),
      orders: 'coalesce(counted.orders, 0)',
      openOrders: 'coalesce(counted.open_orders, 0)',
      lastOrder: 'newest.last_order',
    });
    return `(
      SELECT coalesce(json_agg(${match}), '[]')
        FROM customers c
        LEFT JOIN (SELECT o.customer_id, count(*) AS orders, count(*) FILTER (WHERE ${isOpen('o')}) AS open_orders
                     FROM own o GROUP BY o.customer_id) AS counted ON counted.customer_id = c.id
        LEFT JOIN (SELECT DISTINCT ON (o.customer_id) o.customer_id, ${json({
          number: 'o.sales_order_number',
          status: 'o.status',
          total: 'o.total_amount',
          createdAt: iso('o.created_at'),
        })} AS last_order
                     FROM own o ORDER BY o.customer_id, o.created_at DESC, o.id DESC) AS newest
               ON newest.customer_id = c.id
       WHERE c.id = ANY (${IDS}))`;
  }

  /** Counts and the newest orders of a source of order rows. */
  ordersOf(part: 'orders' | 'guestOrders', source: string): string {
    if (!this.has(part)) return 'NULL::json';
    const order = json({
      id: 'o.id',
      number: 'o.sales_order_number',
      status: 'o.status',
      total: 'o.total_amount',
      codAmount: 'o.cod_amount',
      courier: 'o.courier_company',
      trackingId: 'o.tracking_id',
      courierStatus: 'o.courier_status',
      createdAt: iso('o.created_at'),
      items: this.itemsOf('o.id'),
    });
    const newest = `SELECT o.* ${source} ORDER BY o.created_at DESC, o.id DESC LIMIT ${MOST_SHOWN}`;
    return `(SELECT ${json({
      count: 'count(*)',
      open: `count(*) FILTER (WHERE ${isOpen('o')})`,
      delivered: `count(*) FILTER (WHERE lower(o.status) IN (${DELIVERED}))`,
      returned: `count(*) FILTER (WHERE lower(o.status) IN (${RETURNED}))`,
      codDue: `coalesce(sum(o.cod_amount) FILTER (WHERE ${isOpen('o')}), 0)`,
      last: `(SELECT coalesce(json_agg(${order} ORDER BY o.created_at DESC, o.id DESC), '[]') FROM (${newest}) AS o)`,
    })} ${source})`;
  }

  /** Open tasks of the number, and of the customer. */
  tasks(): string {
    if (!this.has('tasks')) return 'NULL::json';
    const task = json({
      id: 't.id',
      customerId: 't.customer_id',
      status: 't.status',
      taskDate: `to_char(t.task_date, 'YYYY-MM-DD')`,
      priority: this.column('tasks', 't', 'priority'),
      callReason: this.column('tasks', 't', 'call_reason'),
      assignedAgentId: this.column('tasks', 't', 'assigned_agent_id'),
      notes: this.column('tasks', 't', 'notes'),
      scheduledTime: this.column('tasks', 't', 'scheduled_time'),
    });
    return `(
      SELECT coalesce(json_agg(${task} ORDER BY t.task_date DESC, t.id DESC), '[]')
        FROM (SELECT ${this.columnsOf('tasks', 't')} FROM crm_call_tasks t
               WHERE t.customer_id = ANY (array_append(${FORMS}, ${SUBJECT}::text)) AND coalesce(t.status, 'pending') IN ('pending', 'in_progress')
               ORDER BY t.task_date DESC, t.id DESC LIMIT ${MOST_SHOWN}) AS t)`;
  }

  /** The calls of the number before this one. */
  calls(): string {
    if (!this.has('calls')) return 'NULL::json';
    const call = json({
      id: 'l.id',
      direction: 'l.direction',
      status: 'l.status',
      disposition: 'l.disposition',
      startedAt: this.time('calls', 'l', 'started_at'),
      durationSeconds: 'l.duration_seconds',
      agentUserId: 'l.agent_user_id',
    });
    return `(
      SELECT coalesce(json_agg(${call} ORDER BY l.started_at DESC, l.id DESC), '[]')
        FROM (SELECT ${this.columnsOf('calls', 'l')} FROM telephony_calls l
               WHERE l.customer_number_e164 = ${NUMBER} AND l.id <> ${CALL}
               ORDER BY l.started_at DESC LIMIT ${MOST_SHOWN}) AS l)`;
  }

  /** The latest check of the number. */
  risk(): string {
    if (!this.has('risk')) return 'NULL::json';
    const check = json({
      level: 'f.risk_level',
      cancellationRate: this.column('risk', 'f', 'cancellation_rate'),
      parcels: this.column('risk', 'f', 'total_parcels'),
      delivered: this.column('risk', 'f', 'total_delivered'),
      cancelled: this.column('risk', 'f', 'total_canceled'),
      checkedAt: this.time('risk', 'f', 'created_at'),
    });
    return `(
      SELECT ${check}
        FROM (SELECT ${this.columnsOf('risk', 'f')} FROM fraud_checks f WHERE f.phone_number = ANY (${FORMS}) LIMIT ${MOST_OF_NUMBER}) AS f
       ORDER BY f.created_at DESC LIMIT 1)`;
  }

  /** The latest order that was begun with this number and not placed. */
  cart(): string {
    if (!this.has('cart')) return 'NULL::json';
    const isTrue = (column: string): string =>
      `coalesce(${this.column('cart', 'i', column)}::text, 'false') IN ('true', '1')`;
    return `(
      SELECT ${json({
        total: this.column('cart', 'i', 'total_amount'),
        createdAt: this.time('cart', 'i', 'created_at'),
      })}
        FROM (SELECT ${this.columnsOf('cart', 'i')} FROM incomplete_orders i WHERE i.phone = ANY (${FORMS}) LIMIT ${MOST_OF_NUMBER}) AS i
       WHERE NOT ${isTrue('converted_to_order')} AND NOT ${isTrue('recovered')}
       ORDER BY i.created_at DESC LIMIT 1)`;
  }

  private itemsOf(orderId: string): string {
    const items = [
      ...(this.has('items')
        ? [
            this.itemsIn(
              'order_items',
              `i.order_id = ${orderId}`,
              `coalesce(nullif(${this.column('items', 'i', 'custom_product_name')}, ''), i.product_name)`,
            ),
          ]
        : []),
      ...(this.has('olderItems')
        ? [this.itemsIn('sales_order_items', `i.sales_order_id = ${orderId}`, 'i.product_name')]
        : []),
    ];
    return items.length === 0 ? 'NULL::json' : `coalesce(${items.join(', ')}, '[]'::json)`;
  }

  /** null: there are none. */
  private itemsIn(table: string, condition: string, product: string): string {
    return `(SELECT json_agg(${json({ product: 'i.product', quantity: 'i.quantity' })})
               FROM (SELECT ${product} AS product, i.quantity FROM ${table} i WHERE ${condition} LIMIT ${MOST_ITEMS}) AS i)`;
  }

  private tierOf(customerId: string): string {
    if (!this.has('tier')) return 'NULL::text';
    return `(SELECT t.tier FROM customer_tiers t
              WHERE t.customer_id = ${customerId} AND ${this.column('tier', 't', 'is_active')} IS NOT FALSE LIMIT 1)`;
  }

  private orderColumns(part: 'orders' | 'guestOrders'): string {
    const texts = ['courier_company', 'tracking_id', 'courier_status'];
    const amounts = ['total_amount', 'cod_amount'];
    return [
      'o.id',
      'o.customer_id',
      'o.sales_order_number',
      'o.status::text AS status',
      `${this.moment(part, 'o', 'created_at')} AS created_at`,
      ...texts.map((column) => `${this.column(part, 'o', column)}::text AS ${column}`),
      ...amounts.map((column) => `${this.column(part, 'o', column)}::numeric AS ${column}`),
    ].join(', ');
  }

  /** Not `*`: the role may not be allowed to read the others. */
  private columnsOf(part: PopPart, alias: string): string {
    return Object.keys(this.parts.get(part) ?? {})
      .map((column) => `${alias}.${column}`)
      .join(', ');
  }

  private has(part: PopPart): boolean {
    return this.parts.has(part);
  }

  /** NULL where the column is not there. */
  private column(part: PopPart, alias: string, name: string): string {
    return this.typeOf(part, name) === undefined ? 'NULL' : `${alias}.${name}`;
  }

  private time(part: PopPart, alias: string, name: string): string {
    return this.typeOf(part, name) === undefined ? 'NULL' : iso(this.moment(part, alias, name));
  }

  /** The column as a point in time. */
  private moment(part: PopPart, alias: string, name: string): string {
    const isWallClock = this.typeOf(part, name) === 'timestamp without time zone';
    return isWallClock ? `(${alias}.${name} AT TIME ZONE ${ZONE})` : `${alias}.${name}`;
  }

  private typeOf(part: PopPart, column: string): string | undefined {
    return this.parts.get(part)?.[column];
  }
}

const NO_ROWS = `'[]'::json`;

const NO_ORDERS = `
  SELECT NULL::integer AS id, NULL::integer AS customer_id, NULL::text AS sales_order_number, NULL::text AS status,
         NULL::timestamptz AS created_at, NULL::text AS courier_company, NULL::text AS tracking_id,
         NULL::text AS courier_status, NULL::numeric AS total_amount, NULL::numeric AS cod_amount WHERE false`;

function isOpen(order: string): string {
  return `coalesce(lower(${order}.status), '') NOT IN (${DELIVERED}, ${RETURNED}, ${CANCELLED})`;
}

function iso(moment: string): string {
  return `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

function json(fields: Fields): string {
  return `json_build_object(${Object.entries(fields)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ')})`;
}
