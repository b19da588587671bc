import type { EntityManager } from 'typeorm';
import { PreparedStatement } from './prepared-statement.js';

/**
 * From this many ids in one call on, the service is under load: further ids are allocated ahead for the next calls. Without
 * that each batch takes one or two statements more, and the bound on statements for each event is missed.
 */
const BUSY_COUNT = 4;
const ALLOCATED_AHEAD = 200;

/** Reads the sequence from the column default, because PostgreSQL may not record it as owned by the CRM's column. */
const FIND_DEFAULT = new PreparedStatement<{ next: string | null }>(
  'find-id-default',
  `SELECT coalesce(
            (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
               JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
              WHERE d.adrelid = $1::text::regclass AND a.attname = 'id'),
            'nextval(' || quote_literal(pg_get_serial_sequence($1::text, 'id')) || '::regclass)') AS next`,
);

/**
 * Allocates ids for new rows of a table from its sequence before the rows are written (hi/lo), so that rows can refer to
 * each other and be written in one batch. Ids allocated ahead are lost when the instance stops.
 */
export class SequenceAllocator {
  private readonly ids: number[] = [];
  private allocateStatement: PreparedStatement<{ id: string }> | null = null;

  constructor(private readonly table: string) {}

  /** @returns `count` ids that no other caller and no other instance receives */
  async take(manager: EntityManager, count: number): Promise<number[]> {
    if (this.ids.length < count) {
      this.allocateStatement ??= await this.prepareStatement(manager);
      const size = count < BUSY_COUNT ? count : count + ALLOCATED_AHEAD;
      const allocated = await this.allocateStatement.run(manager, [size]);
      this.ids.push(...allocated.map(({ id }) => Number(id)));
    }
    return this.ids.splice(0, count);
  }

  private async prepareStatement(manager: EntityManager): Promise<PreparedStatement<{ id: string }>> {
    const [row] = await FIND_DEFAULT.run(manager, [this.table]);
    if (typeof row?.next !== 'string') throw new Error(`No sequence gives ids to ${this.table}`);
    return new PreparedStatement(
      `allocate-ids-of-${this.table}`,
      `SELECT ${row.next} AS id FROM generate_series(1, $1)`,
    );
  }
}
