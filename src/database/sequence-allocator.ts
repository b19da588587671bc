import type { SqlSession, Statement } from './sql-session.js';

/** A transaction that needs so many ids is one of many: more are drawn, and the next ones need not ask. */
const BUSY = 8;
const DRAWN_AHEAD = 200;

/**
 * Ids of a table's new rows, drawn from its sequence before they are written, so that rows can be spoken of at once and
 * many can be written together. What a stopped instance had drawn ahead is never used.
 */
export class SequenceAllocator {
  private readonly ids: number[] = [];
  private readonly nextIds: Statement;
  private drawStatement: Statement | null = null;

  constructor(private readonly table: string) {
    this.nextIds = {
      name: `id-default-of-${table}`,
      // The CRM's sequence need not belong to the column in PostgreSQL's eyes: its default tells which one it is.
      text: `
        SELECT coalesce(
                 (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
                    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                   WHERE d.adrelid = $1::text::regclass AND a.attname = 'id'),
                 'nextval(' || quote_literal(pg_get_serial_sequence($1::text, 'id')) || '::regclass)') AS next`,
    };
  }

  /** @returns that many ids, which nobody else gets */
  async take(session: SqlSession, count: number): Promise<number[]> {
    if (this.ids.length < count) {
      this.drawStatement ??= await this.statementToDraw(session);
      const drawn = await session.rows<{ id: string }>(this.drawStatement, [
        count < BUSY ? count : count + DRAWN_AHEAD,
      ]);
      this.ids.push(...drawn.map(({ id }) => Number(id)));
    }
    return this.ids.splice(0, count);
  }

  private async statementToDraw(session: SqlSession): Promise<Statement> {
    const [row] = await session.rows<{ next: string | null }>(this.nextIds, [this.table]);
    if (typeof row?.next !== 'string') throw new Error(`No sequence gives ids to ${this.table}`);
    return {
      name: `draw-ids-of-${this.table}`,
      text: `SELECT ${row.next} AS id FROM generate_series(1, $1)`,
    };
  }
}
