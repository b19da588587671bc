import type { Load, LoadCall, SentEvent } from './load.js';
import { must, mustBe } from './fault.js';
import type { FaultDatabase } from './fault-environment.js';

interface StoredCall {
  readonly external_call_id: string | null;
  readonly customer_phone: string;
  readonly status: string;
  readonly duration_seconds: number | null;
}

interface StoredTask {
  readonly customer_id: string;
  readonly status: string;
  readonly priority: string;
  readonly notes: string;
}

/**
 * Checks that every acknowledged event is stored exactly once: one receipt per delivery, one row per call, one task with
 * one line per missed customer. Also checks that there were no unexpected responses.
 *
 * @returns a summary with the counts
 * @throws {NotHeld} with the first missing or duplicate rows
 */
export async function mustHaveKept(database: FaultDatabase, load: Load): Promise<string> {
  mustBe('answers that no fault excuses', load.unexpectedAnswers, []);
  const acknowledged = load.events.filter((event) => event.acknowledged);
  must(acknowledged.length > 0, 'Nothing was acknowledged, so nothing was tried');
  await eachOnce(database, acknowledged);
  const calls = completeCalls(load);
  await callsAreRight(database, calls);
  await tasksAreRight(database, calls);
  return `${acknowledged.length} events acknowledged, each there once, ${calls.length} calls, each one row`;
}

async function eachOnce(database: FaultDatabase, events: readonly SentEvent[]): Promise<void> {
  const rows = await database.query<{ marker: string; receipts: number }>(
    `SELECT convert_from(body, 'UTF8')::jsonb ->> 'marker' AS marker, count(*)::int AS receipts
       FROM telephony_webhook_receipts WHERE outcome = 'applied' GROUP BY 1`,
  );
  const stored = new Map(rows.map(({ marker, receipts }) => [marker, receipts]));
  const wrong = events.filter(({ marker }) => stored.get(marker) !== 1);
  const examples = wrong.slice(0, 3).map(({ marker }) => `${marker}: ${stored.get(marker) ?? 0} receipts`);
  must(wrong.length === 0, `${wrong.length} of ${events.length} acknowledged events: ${examples.join('; ')}`);
}

/** Calls whose events are all acknowledged. */
function completeCalls(load: Load): LoadCall[] {
  const open = new Set(load.events.filter(({ acknowledged }) => !acknowledged).map(({ call }) => call));
  return [...new Set(load.events.map(({ call }) => call))].filter((call) => !open.has(call));
}

async function callsAreRight(database: FaultDatabase, calls: readonly LoadCall[]): Promise<void> {
  const rows = await database.query<StoredCall>(
    'SELECT external_call_id, customer_phone, status, duration_seconds FROM telephony_calls',
  );
  const byCaller = grouped(rows, ({ customer_phone }) => customer_phone);
  const wrong = calls.flatMap(({ id, caller, missed, talkSeconds }) => {
    const found = byCaller.get(caller) ?? [];
    const [row] = found;
    const right =
      found.length === 1 &&
      row?.external_call_id === id &&
      (missed ? row.status === 'failed' : row.status === 'completed' && row.duration_seconds === talkSeconds);
    return right ? [] : [`${id}: ${JSON.stringify(found)}`];
  });
  must(wrong.length === 0, `${wrong.length} of ${calls.length} calls: ${wrong.slice(0, 3).join('; ')}`);
}

async function tasksAreRight(database: FaultDatabase, calls: readonly LoadCall[]): Promise<void> {
  const rows = await database.query<StoredTask>(
    `SELECT customer_id, status, priority, notes FROM crm_call_tasks WHERE status <> 'skipped'`,
  );
  const byCustomer = grouped(rows, ({ customer_id }) => customer_id);
  const wrong = calls.flatMap(({ caller, missed }) => {
    const found = byCustomer.get(caller) ?? [];
    const right = missed
      ? found.length === 1 && found[0]?.priority === 'warm' && found[0].notes.split('\n').length === 1
      : found.length === 0;
    return right ? [] : [`${caller}: ${JSON.stringify(found)}`];
  });
  must(wrong.length === 0, `tasks of ${wrong.length} customers: ${wrong.slice(0, 3).join('; ')}`);
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}
