import type { TestApp } from './app.js';

export const NUMBER = '01712345678';

/** A miss at a minute of 2026-01-03, 11 o'clock UTC. */
export function missed(minute: number, over: object = {}): object {
  return { event: 'call_missed', from: NUMBER, to_extension: '201', timestamp: at(minute), ...over };
}

export function at(minute: number, second = 0): string {
  return new Date(Date.parse('2026-01-03T11:00:00Z') + (minute * 60 + second) * 1000).toISOString();
}

/** A task that the CRM created before. */
export async function crmTask(app: TestApp, columns: object): Promise<number> {
  const [task] = await app.db.query<{ id: number }[]>(
    `INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status, notes)
     SELECT coalesce(customer_id, '77'), 'cold', call_reason, coalesce(status, 'pending'), notes
     FROM jsonb_to_record($1) AS t(customer_id text, call_reason text, status text, notes text)
     RETURNING id`,
    [JSON.stringify(columns)],
  );
  return task?.id ?? 0;
}
