import type { DataSource } from 'typeorm';

/**
 * The CRM's tables about orders, as far as the screen-pop reads them, with the CRM's own indexes. A fresh database has none
 * of them.
 */
export const CRM_TABLES = [
  `CREATE TABLE sales_orders (
     id serial PRIMARY KEY,
     sales_order_number varchar(50) NOT NULL,
     customer_id integer,
     customer_phone varchar(30),
     status varchar(30) DEFAULT 'pending',
     total_amount numeric(12, 2),
     cod_amount numeric(12, 2),
     courier_company varchar(100),
     tracking_id varchar(100),
     courier_status varchar(100),
     created_at timestamp DEFAULT CURRENT_TIMESTAMP
   )`,
  `CREATE INDEX idx_sales_orders_customer_created ON sales_orders (customer_id, created_at DESC)
    WHERE customer_id IS NOT NULL`,
  String.raw`CREATE INDEX idx_sales_orders_phone_digits_no_customer ON sales_orders
     (NULLIF(regexp_replace(regexp_replace(COALESCE(customer_phone, '')::text, '\D', '', 'g'), '^88', ''), ''))
     WHERE customer_id IS NULL`,
  `CREATE TABLE order_items (
     id serial PRIMARY KEY,
     order_id integer NOT NULL,
     product_name varchar(255) NOT NULL,
     custom_product_name varchar(255),
     quantity integer NOT NULL DEFAULT 1
   )`,
  'CREATE INDEX idx_order_items_order_id ON order_items (order_id)',
  `CREATE TABLE sales_order_items (
     id serial PRIMARY KEY,
     sales_order_id integer NOT NULL,
     product_name varchar(255),
     quantity numeric(10, 2)
   )`,
  'CREATE INDEX idx_sales_order_items_order ON sales_order_items (sales_order_id)',
  `CREATE TABLE customer_tiers (
     id serial PRIMARY KEY,
     customer_id integer NOT NULL UNIQUE,
     tier varchar(20),
     is_active boolean DEFAULT true,
     tier_assigned_at timestamp DEFAULT CURRENT_TIMESTAMP
   )`,
  `CREATE TABLE fraud_checks (
     id serial PRIMARY KEY,
     phone_number varchar(20) NOT NULL,
     risk_level varchar(20),
     cancellation_rate numeric(5, 2),
     total_parcels integer,
     total_delivered integer,
     total_canceled integer,
     created_at timestamptz DEFAULT CURRENT_TIMESTAMP
   )`,
  'CREATE INDEX idx_fraud_checks_phone ON fraud_checks (phone_number)',
  `CREATE TABLE incomplete_orders (
     id serial PRIMARY KEY,
     phone varchar(20),
     total_amount numeric(12, 2),
     created_at timestamp DEFAULT CURRENT_TIMESTAMP,
     converted_to_order boolean DEFAULT false,
     recovered boolean DEFAULT false
   )`,
  'CREATE INDEX idx_incomplete_orders_phone ON incomplete_orders (phone)',
];

/** Names of the tables, for TRUNCATE. */
export const CRM_TABLE_NAMES = [
  'sales_orders',
  'order_items',
  'sales_order_items',
  'customer_tiers',
  'fraud_checks',
  'incomplete_orders',
] as const;

export async function createCrmTables(db: DataSource): Promise<void> {
  for (const statement of CRM_TABLES) await db.query(statement);
}

type CrmTable = (typeof CRM_TABLE_NAMES)[number] | 'customers' | 'crm_call_tasks';

/** Inserts a row. Columns that are not named get their defaults. @returns its id */
export async function insertRow(db: DataSource, table: CrmTable, columns: object): Promise<number> {
  const names = Object.keys(columns);
  const [row] = await db.query<{ id: number }[]>(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING id`,
    Object.values(columns),
  );
  return row?.id ?? 0;
}
