import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { inTransaction } from '../../../database/transaction.js';
import { SAMPLE_NUMBERS } from '../scenarios.js';

/** The CRM's tables of orders with its indexes, as far as the screen-pop reads them. */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS sales_orders (
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
  `CREATE INDEX IF NOT EXISTS idx_sales_orders_customer_created ON sales_orders (customer_id, created_at DESC)
     WHERE customer_id IS NOT NULL`,
  `CREATE TABLE IF NOT EXISTS order_items (
     id serial PRIMARY KEY,
     order_id integer NOT NULL,
     product_name varchar(255) NOT NULL,
     quantity integer NOT NULL DEFAULT 1
   )`,
  'CREATE INDEX IF NOT EXISTS idx_order_items_order_id ON order_items (order_id)',
];

interface SampleOrder {
  readonly number: string;
  readonly status: string;
  readonly total: number;
  /** To be paid to the courier; 0: paid. */
  readonly due: number;
  readonly courier: string | null;
  readonly daysAgo: number;
  readonly items: readonly (readonly [product: string, quantity: number])[];
}

const CUSTOMERS: readonly {
  readonly name: string;
  readonly lastName: string;
  readonly phone: string;
  readonly type: string;
  readonly orders: readonly SampleOrder[];
}[] = [
  {
    name: 'Nusrat',
    lastName: 'Jahan (sample)',
    phone: SAMPLE_NUMBERS.regular,
    type: 'vip',
    orders: [
      {
        number: 'SAMPLE-1002',
        status: 'shipped',
        total: 2450,
        due: 2450,
        courier: 'Pathao',
        daysAgo: 2,
        items: [
          ['Cotton saree, blue', 1],
          ['Honey 500 g', 2],
        ],
      },
      {
        number: 'SAMPLE-1001',
        status: 'delivered',
        total: 980,
        due: 0,
        courier: 'Steadfast',
        daysAgo: 40,
        items: [['Rice cooker cleaner', 1]],
      },
    ],
  },
  {
    name: 'Kamal',
    lastName: 'Hossain (sample)',
    phone: SAMPLE_NUMBERS.waiting,
    type: 'regular',
    orders: [
      {
        number: 'SAMPLE-1003',
        status: 'pending',
        total: 1290,
        due: 1290,
        courier: null,
        daysAgo: 0,
        items: [['Electric kettle', 1]],
      },
    ],
  },
];

/** Writes the sample customers of a development database, each once. */
@Injectable()
export class SampleCustomersRepository {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  async create(): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      for (const statement of TABLES) await manager.query(statement);
      for (const { name, lastName, phone, type, orders } of CUSTOMERS) {
        const [customer] = await manager.query<{ id: number }[]>(
          `INSERT INTO customers (name, last_name, phone, customer_type)
           SELECT $1::text, $2::text, $3::text, $4::text WHERE NOT EXISTS (SELECT 1 FROM customers WHERE phone = $3::text)
           RETURNING id`,
          [name, lastName, phone, type],
        );
        if (customer === undefined) continue;
        for (const { number, status, total, due, courier, daysAgo, items } of orders) {
          await manager.query(
            `WITH placed AS (
               INSERT INTO sales_orders (sales_order_number, customer_id, status, total_amount, cod_amount, courier_company,
                 created_at)
               VALUES ($1, $2, $3, $4, $5, $6, now() AT TIME ZONE $10 - make_interval(days => $7::integer)) RETURNING id)
             INSERT INTO order_items (order_id, product_name, quantity)
             SELECT id, product, quantity FROM placed, unnest($8::text[], $9::integer[]) AS item (product, quantity)`,
            [
              number,
              customer.id,
              status,
              total,
              due,
              courier,
              daysAgo,
              items.map(([product]) => product),
              items.map(([, quantity]) => quantity),
              this.config.businessTimeZone,
            ],
          );
        }
      }
    });
  }
}
