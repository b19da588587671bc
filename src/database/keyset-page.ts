import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { FIRST, isBefore, LAST, type ListPosition } from '../common/http/list-position.js';

/**
 * Most rows that are examined for one page when no index matches the filter. The page then ends even if it is not full, so
 * that a search for rare rows among millions stays fast.
 */
export const MAX_EXAMINED = 10_000;

export interface KeysetSpan {
  /** Inclusive. */
  readonly from: ListPosition;
  /** Exclusive. */
  readonly before: ListPosition;
}

/** A list that is ordered by a time and the id, newest first, and filtered. */
export interface KeysetList<Row extends ObjectLiteral> {
  /** Name of the table in the queries. */
  readonly alias: string;
  /** The property of the time, and its column. */
  readonly time: { readonly property: string; readonly column: string };
  /** Properties that are read. */
  readonly properties: readonly string[];
  /** Queries whose results together are the rows of a span, each of which uses an index that fits the filter. */
  queriesFor(span: KeysetSpan): SelectQueryBuilder<Row>[];
  /** Adds the criteria that no index covers. */
  addUnindexed(query: SelectQueryBuilder<Row>): void;
  /** Whether the indexes find so many rows that those criteria may have to be tried on most of the table. */
  readonly isBounded: boolean;
}

export interface KeysetPage<Row> {
  readonly items: Row[];
  /** `before` of the next page; null: this is the last page. */
  readonly next: ListPosition | null;
}

/**
 * Reads one page. Of a bounded list at most {@link MAX_EXAMINED} rows are examined, so it may be short without being the
 * last.
 * @param bounds undefined: no bound
 */
export async function readKeysetPage<Row extends ObjectLiteral & { readonly id: string }>(
  list: KeysetList<Row>,
  bounds: { readonly from?: ListPosition | undefined; readonly before?: ListPosition | undefined },
  limit: number,
): Promise<KeysetPage<Row>> {
  const span = { from: bounds.from ?? FIRST, before: bounds.before ?? LAST };
  const end = list.isBounded ? await endOfExamination(list, span) : null;
  const from = end !== null && isBefore(span.from, end) ? end : span.from;

  const queries = list.queriesFor({ ...span, from });
  for (const query of queries) list.addUnindexed(query);
  const found = await Promise.all(queries.map((query) => rowsOf(list, query, limit + 1)));
  const newestFirst = found.flat().sort((a, b) => (isBefore(a.position, b.position) ? 1 : -1));
  const shown = newestFirst.slice(0, limit);
  const isFull = newestFirst.length > limit;
  return { items: shown.map(({ item }) => item), next: isFull ? (shown.at(-1)?.position ?? null) : end };
}

/** Restricts a query to a span, by row values, so that PostgreSQL uses an index on the time and the id. */
export function withinSpan<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  { alias, time }: Pick<KeysetList<Row>, 'alias' | 'time'>,
  { from, before }: KeysetSpan,
): SelectQueryBuilder<Row> {
  const position = `(${alias}.${time.column}, ${alias}.id)`;
  return query
    .andWhere(`${position} < (CAST(:beforeTime AS timestamptz), CAST(:beforeId AS bigint))`, {
      beforeTime: before.at,
      beforeId: before.id,
    })
    .andWhere(`${position} >= (CAST(:fromTime AS timestamptz), CAST(:fromId AS bigint))`, {
      fromTime: from.at,
      fromId: from.id,
    });
}

/** Position of the last row that is examined for this page; null: fewer than the limit have to be examined. */
async function endOfExamination<Row extends ObjectLiteral>(
  list: KeysetList<Row>,
  span: KeysetSpan,
): Promise<ListPosition | null> {
  const found = await Promise.all(
    list.queriesFor(span).map((query) =>
      inOrder(list, query.select(`${list.alias}.id`, 'id'))
        .addSelect(positionOf(list), 'at')
        .limit(MAX_EXAMINED)
        .getRawMany<ListPosition>(),
    ),
  );
  const newestFirst = found.flat().sort((a, b) => (isBefore(a, b) ? 1 : -1));
  return newestFirst[MAX_EXAMINED - 1] ?? null;
}

async function rowsOf<Row extends ObjectLiteral & { readonly id: string }>(
  list: KeysetList<Row>,
  query: SelectQueryBuilder<Row>,
  limit: number,
): Promise<{ item: Row; position: ListPosition }[]> {
  const selected = query.select(list.properties.map((property) => `${list.alias}.${property}`));
  const { entities, raw } = await inOrder(list, selected)
    .addSelect(positionOf(list), 'position')
    .limit(limit)
    .getRawAndEntities<{ position: string }>();
  return entities.map((item, index) => ({
    item,
    position: { at: raw[index]?.position ?? '', id: item.id },
  }));
}

function inOrder<Row extends ObjectLiteral>(
  { alias, time }: KeysetList<Row>,
  query: SelectQueryBuilder<Row>,
): SelectQueryBuilder<Row> {
  return query.orderBy(`${alias}.${time.property}`, 'DESC').addOrderBy(`${alias}.id`, 'DESC');
}

/** With microseconds, which a Date cannot hold. */
function positionOf<Row extends ObjectLiteral>({ alias, time }: KeysetList<Row>): string {
  return `to_char(${alias}.${time.column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
