import { CRM_TABLES } from '../support/crm-tables.js';
import { customersOf, numberOf } from '../support/many-rows.js';

/** Numbers of customers beside the many with one number each. */
export const SPECIAL_NUMBERS = {
  /** Of a customer with 200 orders. */
  regular: '01900000200',
  /** Of two customers. */
  shared: '01900000002',
  /** Of 5,001 records of customers. */
  dummy: '01900000000',
  unknown: '01899999999',
} as const;

const DUMMY_RECORDS = 5_001;
const REGULAR_ORDERS = 200;

/** Creates and fills the CRM's tables: two orders for each customer, a tenth of them of guests. */
export function orderStatements(customers: number): string[] {
  return [
    // Indexes are created before the rows, as the service and the CRM have them; the keys of customers are the costly ones.
    ...CRM_TABLES,
    customersOf(customers),
    specialCustomers(),
    orders(2 * customers),
    specialOrders(),
    `INSERT INTO order_items (order_id, product_name, quantity)
     SELECT id, 'Product ' || id % 500, 1 + id % 3 FROM sales_orders WHERE id % 10 > 0`,
    `INSERT INTO sales_order_items (sales_order_id, product_name, quantity)
     SELECT id, 'Product ' || id % 500, 1 FROM sales_orders WHERE id % 10 = 0`,
    `INSERT INTO customer_tiers (customer_id, tier)
     SELECT id, (ARRAY['silver', 'gold', 'vip', 'blacklist'])[id / 10 % 4 + 1] FROM customers WHERE id % 10 = 0`,
    `INSERT INTO fraud_checks (phone_number, risk_level, cancellation_rate, total_parcels, total_delivered, total_canceled)
     SELECT ${numberOf('n')}, 'low', 12.5, 8, 7, 1 FROM generate_series(1, ${customers}, 5) AS n`,
    `INSERT INTO incomplete_orders (phone, total_amount) SELECT ${numberOf('n')}, 990 FROM generate_series(1, ${customers}, 10) AS n`,
    `INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status)
     SELECT CASE WHEN n % 2 = 0 THEN ${numberOf('n')} ELSE n::text END, 'warm', 'follow_up',
            CASE WHEN n % 3 = 0 THEN 'pending' ELSE 'completed' END
       FROM generate_series(1, ${customers}, 10) AS n`,
    `INSERT INTO telephony_calls (customer_phone, customer_number_e164, direction, status, started_at)
     SELECT ${numberOf('n')}, '+88' || ${numberOf('n')}, 'inbound', 'completed', now() - n * interval '1 min'
       FROM generate_series(1, ${customers}, 10) AS n`,
    'VACUUM (ANALYZE)',
  ];
}

function specialCustomers(): string {
  const { regular, shared, dummy } = SPECIAL_NUMBERS;
  return `
    INSERT INTO customers (name, phone)
    SELECT 'Regular', '${regular}'
     UNION ALL SELECT 'One of two', '${shared}' FROM generate_series(1, 2)
     UNION ALL SELECT 'Nobody', '${dummy}' FROM generate_series(1, ${DUMMY_RECORDS})`;
}

function orders(rows: number): string {
  const customer = `1 + n % (${rows} / 2)`;
  return `
    INSERT INTO sales_orders (sales_order_number, customer_id, customer_phone, status, total_amount, cod_amount,
                              courier_company, created_at)
    SELECT 'SO-' || n, CASE WHEN n % 10 > 0 THEN ${customer} END, ${numberOf(customer)},
           (ARRAY['delivered', 'delivered', 'delivered', 'returned', 'shipped', 'cancelled'])[n % 6 + 1],
           1000 + n % 900, 1000 + n % 900, 'pathao',
           timestamp '2026-11-01 12:00:00' - (${rows} - n) * interval '10 s'
      FROM generate_series(1, ${rows}) AS n`;
}

function specialOrders(): string {
  const { regular, shared, dummy } = SPECIAL_NUMBERS;
  return `
    INSERT INTO sales_orders (sales_order_number, customer_id, status, total_amount, cod_amount, created_at)
    SELECT 'SP-' || c.id || '-' || n, c.id, 'delivered', 1000, 1000, timestamp '2026-11-01 12:00:00' - n * interval '1 day'
      FROM customers c,
           generate_series(1, CASE WHEN c.phone = '${regular}' THEN ${REGULAR_ORDERS} ELSE 1 + c.id % 3 END) AS n
     WHERE c.phone IN ('${regular}', '${shared}', '${dummy}')`;
}
