import type { DataSource } from 'typeorm';
import { createCrmTables, insertRow } from '../support/crm-tables.js';

/** Numbers of the customers, by what they show. */
export const NUMBERS = {
  vip: '01712345678',
  shared: '01812345678',
  blacklisted: '01912345678',
  /** Of no customer. */
  unknown: '01512345678',
  missed: '01612345678',
} as const;

/** Of the agent whose desk is shown. */
export const AGENT_ID = 7;

const DAY_MS = 86_400_000;

/** Wall-clock text as the CRM writes it. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 19).replace('T', ' ');
}

interface Order {
  readonly number: string;
  readonly status: string;
  readonly total: number;
  readonly due?: number;
  readonly days: number;
  readonly items: readonly (readonly [string, number])[];
}

async function customer(db: DataSource, columns: object, orders: readonly Order[] = []): Promise<number> {
  const id = await insertRow(db, 'customers', columns);
  for (const { number, status, total, due = 0, days, items } of orders) {
    const order = await insertRow(db, 'sales_orders', {
      sales_order_number: number,
      customer_id: id,
      status,
      total_amount: total,
      cod_amount: due,
      courier_company: status === 'pending' ? null : 'Pathao',
      courier_status: status === 'shipped' ? 'in_transit' : null,
      created_at: daysAgo(days),
    });
    for (const [product_name, quantity] of items) {
      await insertRow(db, 'order_items', { order_id: order, product_name, quantity });
    }
  }
  return id;
}

/** Writes customers with orders, and tasks of the agent for today. */
export async function seedCustomers(db: DataSource): Promise<void> {
  await createCrmTables(db);
  const vip = await customer(
    db,
    {
      name: 'Nusrat',
      last_name: 'Jahan',
      phone: NUMBERS.vip,
      customer_type: 'vip',
      city: 'Mirpur',
      district: 'Dhaka',
    },
    [
      {
        number: 'SO-24518',
        status: 'shipped',
        total: 2450,
        due: 2450,
        days: 2,
        items: [
          ['Cotton saree, blue', 1],
          ['Honey 500 g', 2],
        ],
      },
      { number: 'SO-23907', status: 'delivered', total: 980, days: 40, items: [['Rice cooker 1.8 l', 1]] },
      {
        number: 'SO-22810',
        status: 'returned',
        total: 1350,
        days: 95,
        items: [['Sandals, brown, size 38', 1]],
      },
    ],
  );
  const father = await customer(
    db,
    { name: 'আব্দুল', last_name: 'করিম', phone: NUMBERS.shared, district: 'Chattogram' },
    [{ number: 'SO-24102', status: 'delivered', total: 1290, days: 21, items: [['Electric kettle', 1]] }],
  );
  await customer(
    db,
    { name: 'Sadia', last_name: 'Karim', mobile: NUMBERS.shared, district: 'Cumilla', customer_type: 'vip' },
    [
      {
        number: 'SO-24490',
        status: 'pending',
        total: 760,
        due: 760,
        days: 1,
        items: [['Face wash 100 ml', 2]],
      },
    ],
  );
  await customer(
    db,
    { name: 'Jamil', last_name: 'Ahmed', phone: NUMBERS.blacklisted, status: 'blacklist', district: 'Khulna' },
    ['SO-21001', 'SO-21077', 'SO-21200'].map((number, index) => ({
      number,
      status: index === 0 ? 'delivered' : 'returned',
      total: 3200,
      days: 60 + index * 9,
      items: [['Wireless headphones', 1]],
    })),
  );
  const tasks = [
    [vip, 'hot', 'order_confirmation', 'Wants it before Friday.'],
    [father, 'warm', 'follow_up', null],
    [father, 'cold', 'feedback', null],
  ] as const;
  for (const [customer_id, priority, call_reason, notes] of tasks) {
    await insertRow(db, 'crm_call_tasks', {
      customer_id: String(customer_id),
      assigned_agent_id: AGENT_ID,
      priority,
      call_reason,
      status: 'pending',
      notes,
    });
  }
}
