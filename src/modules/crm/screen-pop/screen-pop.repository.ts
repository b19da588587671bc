import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PreparedStatement } from '../../../database/batch/prepared-statement.js';
import { type FoundTable, POP_TABLES, type ReadableSources } from './pop-parts.js';
import type { PopRow } from './pop-row.js';
import { popStatement } from './pop-statement.js';

/** What a screen-pop is read for. */
export interface PopQuery {
  readonly callId: number;
  /** E.164. */
  readonly number: string;
  /** Ids of the customers with the number. */
  readonly matchIds: readonly number[];
  /** The one of them whose orders and tasks are read; null: none. */
  readonly subjectId: number | null;
  /** The usual writings of the number. */
  readonly forms: readonly string[];
  /** As the CRM's index of guests' orders has it. */
  readonly guestDigits: readonly string[];
  /** IANA zone of the CRM's times. */
  readonly timeZone: string;
}

/** Columns, what the role may read of them, and valid B-tree and hash indexes, of those of the tables that exist. */
const TABLES = `
  SELECT wanted.name AS "table",
         coalesce((SELECT json_object_agg(attname, format_type(atttypid, NULL)) FROM pg_attribute
                    WHERE attrelid = found.id AND attnum > 0 AND NOT attisdropped), '{}') AS "columns",
         coalesce((SELECT json_agg(attname) FROM pg_attribute
                    WHERE attrelid = found.id AND attnum > 0 AND NOT attisdropped
                      AND has_column_privilege(attrelid, attnum, 'SELECT')), '[]') AS "readable",
         coalesce((SELECT json_agg(
                            coalesce(attname::text, pg_get_expr(indexprs, indrelid)) ||
                            coalesce(' WHERE ' || pg_get_expr(indpred, indrelid), ''))
                     FROM pg_index
                     JOIN pg_class AS index ON index.oid = indexrelid
                     JOIN pg_am ON pg_am.oid = index.relam AND amname IN ('btree', 'hash')
                     LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
                    WHERE indrelid = found.id AND indisvalid), '[]') AS "indexes"
    FROM unnest($1::text[]) AS wanted (name), LATERAL (SELECT to_regclass(wanted.name) AS id) AS found
   WHERE found.id IS NOT NULL`;

/** Tables of the CRM about customers. Reads only. */
@Injectable()
export class ScreenPopRepository {
  private readonly statements = new WeakMap<ReadableSources, PreparedStatement<PopRow>>();

  constructor(private readonly dataSource: DataSource) {}

  findTables(): Promise<FoundTable[]> {
    return this.dataSource.query<FoundTable[]>(TABLES, [POP_TABLES]);
  }

  /** One statement. */
  async read(manager: EntityManager, sources: ReadableSources, query: PopQuery): Promise<PopRow> {
    const { matchIds, subjectId, forms, timeZone, number, callId, guestDigits } = query;
    const values = [matchIds, subjectId, forms, timeZone, number, callId, guestDigits];
    const [row] = await this.statementFor(sources).run(manager, values);
    if (row === undefined) throw new Error('The statement of the screen-pop returns one row');
    return row;
  }

  private statementFor(sources: ReadableSources): PreparedStatement<PopRow> {
    const known = this.statements.get(sources);
    if (known !== undefined) return known;
    const text = popStatement(sources);
    // Connections keep a statement by its name: another text needs another one.
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
    const statement = new PreparedStatement<PopRow>(`read-screen-pop-${digest}`, text);
    this.statements.set(sources, statement);
    return statement;
  }
}
