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
    `INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status, notes, assigned_agent_id, task_date)
     SELECT coalesce(customer_id, '77'), coalesce(priority, 'cold'), call_reason, coalesce(status, 'pending'), notes,
            assigned_agent_id, coalesce(task_date, CURRENT_DATE)
     FROM jsonb_to_record($1) AS t(customer_id text, call_reason text, status text, notes text, priority text,
                                    assigned_agent_id integer, task_date date)
     RETURNING id`,
    [JSON.stringify(columns)],
  );
  return task?.id ?? 0;
}
