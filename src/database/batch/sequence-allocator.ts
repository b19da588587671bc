import type { EntityManager } from 'typeorm';
import { PreparedStatement } from './prepared-statement.js';

/** A transaction that needs so many ids is one of many: more are drawn, and the next ones need not ask. */
const BUSY = 8;
const DRAWN_AHEAD = 200;

/** The CRM's sequence need not belong to the column in PostgreSQL's eyes: its default tells which one it is. */
const FIND_DEFAULT = new PreparedStatement<{ next: string | null }>(
  'find-id-default',
  `SELECT coalesce(
            (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
               JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
              WHERE d.adrelid = $1::text::regclass AND a.attname = 'id'),
            'nextval(' || quote_literal(pg_get_serial_sequence($1::text, 'id')) || '::regclass)') AS next`,
);

/**
 * Ids of a table's new rows, drawn from its sequence before they are written, so that rows can be spoken of at once and
 * many can be written together. What a stopped instance had drawn ahead is never used.
 */
export class SequenceAllocator {
  private readonly ids: number[] = [];
  private drawStatement: PreparedStatement<{ id: string }> | null = null;

  constructor(private readonly table: string) {}

  /** @returns that many ids, which nobody else gets */
  async take(manager: EntityManager, count: number): Promise<number[]> {
    if (this.ids.length < count) {
      this.drawStatement ??= await this.statementToDraw(manager);
      const most = count < BUSY ? count : count + DRAWN_AHEAD;
      const drawn = await this.drawStatement.run(manager, [most]);
      this.ids.push(...drawn.map(({ id }) => Number(id)));
    }
    return this.ids.splice(0, count);
  }

  private async statementToDraw(manager: EntityManager): Promise<PreparedStatement<{ id: string }>> {
    const [row] = await FIND_DEFAULT.run(manager, [this.table]);
    if (typeof row?.next !== 'string') throw new Error(`No sequence gives ids to ${this.table}`);
    return new PreparedStatement(
      `draw-ids-of-${this.table}`,
      `SELECT ${row.next} AS id FROM generate_series(1, $1)`,
    );
  }
}
