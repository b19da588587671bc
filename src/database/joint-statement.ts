import type { Statement } from './sql-session.js';

/** A statement that writes, with its values. */
export interface Write {
  readonly statement: Statement;
  readonly values: unknown[];
}

const PARAMETER = /\$(\d+)/gu;

/**
 * Several writes as one statement: each costs PostgreSQL and its driver as much as many a row. They see the tables as
 * they were before any of them, and come in no order: only writes to different tables may be joined.
 */
export function jointWrite(writes: readonly [Write, Write, ...Write[]]): Write {
  const values: unknown[] = [];
  const parts = writes.map(({ statement, values: own }, index) => {
    const before = values.length;
    values.push(...own);
    const text = statement.text.replace(PARAMETER, (_, number) => `$${before + Number(number)}`);
    return `part_${index} AS (${text})`;
  });
  const name = writes.map(({ statement }) => statement.name).join('+');
  return { statement: { name, text: `WITH ${parts.join(', ')} SELECT` }, values };
}
