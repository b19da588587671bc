import { Call } from '../../src/modules/telephony/calls/call.entity.js';
import type { TestApp } from './app.js';

/** The CRM's final data without values that may differ: ids, versions and times of updates. */
export async function outcomeIn(app: TestApp) {
  const calls = await app.db.manager.find(Call, { order: { startedAt: 'ASC', externalCallId: 'ASC' } });
  const tasks = await app.tasks();
  return {
    calls: calls.map(
      ({
        id: _id,
        version: _version,
        createdAt: _created,
        updatedAt: _updated,
        effects: _effects,
        facts,
        ...call
      }) => ({ ...call, facts: withoutReceipts(facts) }),
    ),
    // A skipped task is hidden from the call desk, as if it did not exist.
    tasks: tasks
      .filter(({ status }) => status !== 'skipped')
      .map(({ id: _id, notes, ...task }) => ({ ...task, notes: linesOf(notes) })),
  };
}

/** Facts without the times of receipt, which differ with the order of arrival. */
export function withoutReceipts(facts: Call['facts']): Call['facts'] {
  return JSON.parse(JSON.stringify(facts), (key, value: unknown) =>
    key === 'receivedAt' ? undefined : value,
  ) as Call['facts'];
}

/** What a task's notes say and still holds, in no order, without the ids of calls. */
function linesOf(notes: string | null): string[] {
  const standing = (notes ?? '').split('\n').reduce<string[]>((lines, line) => {
    const withdrawn = /was answered after all.*(\(call \d+\))/u.exec(line)?.[1];
    return withdrawn === undefined
      ? [...lines, line]
      : lines.filter((other) => !(other.startsWith('Missed call') && other.includes(withdrawn)));
  }, []);
  const counted = standing.filter((line) => !line.startsWith('Not reached after all'));
  return [...new Set(counted.map((line) => line.replaceAll(/\(call \d+\)/gu, '(call)')))].sort();
}
