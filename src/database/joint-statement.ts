import type { Statement } from './sql-session.js';

/** A statement that writes, with its values. */
export interface Write {
  readonly statement: Statement;
  readonly values: unknown[];
}

const PARAMETER = /\$(\d+)/gu;

/** Which writes go together is always the same few. */
const joined = new Map<string, Statement>();

/**
 * Several writes as one statement: each costs PostgreSQL and its driver as much as many a row. They see the tables as
 * they were before any of them, and come in no order: only writes to different tables may be joined.
 * @throws {Error} when the same statement is there twice
 */
export function jointWrite(writes: readonly [Write, Write, ...Write[]]): Write {
  const names = writes.map(({ statement }) => statement.name);
  if (new Set(names).size < names.length) throw new Error(`Written twice at once: ${names.join(', ')}`);
  const name = names.join('+');
  const statement = joined.get(name) ?? { name, text: jointText(writes) };
  joined.set(name, statement);
  return { statement, values: writes.flatMap(({ values }) => values) };
}

function jointText(writes: readonly Write[]): string {
  let before = 0;
  const parts = writes.map(({ statement, values }, index) => {
    const first = before;
    before += values.length;
    const text = statement.text.replace(PARAMETER, (_, number) => `$${first + Number(number)}`);
    return `part_${index} AS (${text})`;
  });
  return `WITH ${parts.join(', ')} SELECT`;
}
