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
  /** Both are times, not rows: for counting alone, which an index without the id is then enough for. */
  readonly isByTime?: boolean;
}

/** A list that is ordered by a time and the id, newest first, and filtered. */
export interface KeysetList<Row extends ObjectLiteral> {
  /** Name of the table in the queries. */
  readonly alias: string;
  /** The property of the time, and its column. */
  readonly time: { readonly property: string; readonly column: string };
  /** Properties that are read. */
  readonly properties: readonly string[];
  /**
   * Queries whose results together are the rows of a span, each of which uses an index that fits the filter. One may have an
   * order that comes before that by time, and two may find the same row.
   */
  queriesFor(span: KeysetSpan): SelectQueryBuilder<Row>[];
  /** Adds the criteria that no index covers. */
  addUnindexed(query: SelectQueryBuilder<Row>): void;
  /** Whether the indexes find so many rows that those criteria may have to be tried on most of the table. */
  readonly isBounded: boolean;
  /** How the rows can be counted in the indexes alone; without it there are criteria that no index covers. */
  readonly counting?: IndexCounting | undefined;
}

/** disjoint: no two queries find the same row. overlapping: they may. */
export type IndexCounting = 'disjoint' | 'overlapping';

export interface KeysetPage<Row> {
  readonly items: Row[];
  /** `before` of the next page; null: this is the last page. */
  readonly next: ListPosition | null;
}

/** Bounds of a list. undefined: no bound. */
export interface KeysetBounds {
  readonly from?: ListPosition | undefined;
  readonly before?: ListPosition | undefined;
}

/**
 * Reads one page. Of a bounded list at most {@link MAX_EXAMINED} rows are examined, so it may be short without being the
 * last.
 */
export async function readKeysetPage<Row extends ObjectLiteral & { readonly id: string }>(
  list: KeysetList<Row>,
  bounds: KeysetBounds,
  limit: number,
): Promise<KeysetPage<Row>> {
  const span = spanWithin(bounds);
  const ofEach = Math.ceil(MAX_EXAMINED / Math.max(list.queriesFor(span).length, 1));
  const end = list.isBounded ? await endOfExamination(list, span, ofEach) : null;
  const queries = filteredQueries(list, end === null ? span : { ...span, from: end });
  const found = await Promise.all(queries.map((query) => rowsOf(list, query, limit + 1)));
  const newestFirst = found.flat().sort((a, b) => (isBefore(a.position, b.position) ? 1 : -1));
  const shown = newestFirst.slice(0, limit);
  const isFull = newestFirst.length > limit;
  return { items: shown.map(({ item }) => item), next: isFull ? (shown.at(-1)?.position ?? null) : end };
}

/** The queries of a span with all criteria. */
export function filteredQueries<Row extends ObjectLiteral>(
  list: KeysetList<Row>,
  span: KeysetSpan,
): SelectQueryBuilder<Row>[] {
  const queries = list.queriesFor(span);
  for (const query of queries) list.addUnindexed(query);
  return queries;
}

export function spanWithin({ from = FIRST, before = LAST }: KeysetBounds): KeysetSpan {
  return { from, before };
}

/** A column that an index has before the time, and the only value of it that is looked for. */
export interface KeysetLead {
  readonly column: string;
  readonly value: string | number;
  /** Of its parameter: another one for each query that is joined with others. */
  readonly name: string;
}

/**
 * Restricts a query to a span, by row values, so that PostgreSQL uses an index on the time and the id. With a lead it uses
 * the one on that column and the time: with `=` and an order by time it would rather read all rows by their time.
 */
export function withinSpan<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  { alias, time }: Pick<KeysetList<Row>, 'alias' | 'time'>,
  { from, before, isByTime = false }: KeysetSpan,
  lead?: KeysetLead,
): SelectQueryBuilder<Row> {
  const [column, value] = lead === undefined ? ['', ''] : [`${alias}.${lead.column}, `, `:${lead.name}, `];
  const timeColumn = `${alias}.${time.column}`;
  const bound = (sense: '<' | '>=', name: 'before' | 'from', { at, id }: ListPosition): void => {
    const timeValue = `CAST(:${name}Time AS timestamptz)`;
    query.andWhere(
      isByTime
        ? `(${column}${timeColumn}) ${sense} (${value}${timeValue})`
        : `(${column}${timeColumn}, ${alias}.id) ${sense} (${value}${timeValue}, CAST(:${name}Id AS bigint))`,
      { [`${name}Time`]: at, ...(!isByTime && { [`${name}Id`]: id }) },
    );
  };
  if (lead !== undefined) {
    // Said once more in the words of the condition of partial indexes, which row values do not imply.
    query.setParameter(lead.name, lead.value).andWhere(`${alias}.${lead.column} IS NOT NULL`);
    query.orderBy(`${alias}.${lead.column}`, 'DESC');
  }
  bound('<', 'before', before);
  bound('>=', 'from', from);
  return query;
}

/**
 * Position of the last row that is examined, where one query comes to so many first; null: no query has so many.
 * @param mostOfEach rows of each query
 */
export async function endOfExamination<Row extends ObjectLiteral>(
  list: KeysetList<Row>,
  span: KeysetSpan,
  mostOfEach: number,
): Promise<ListPosition | null> {
  const ends = await Promise.all(
    endsOfExamination(list, span, mostOfEach).map((end) =>
      end.getRawOne<{ readonly id: string | number; readonly at: string }>(),
    ),
  );
  const found = ends.flatMap((end) => (end ? [{ at: end.at, id: String(end.id) }] : []));
  return found.reduce<ListPosition | null>(
    (newest, end) => (newest === null || isBefore(newest, end) ? end : newest),
    null,
  );
}

/** Of each query of a list, where it comes to so many rows: `id` and `at`. */
export function endsOfExamination<Row extends ObjectLiteral>(
  list: KeysetList<Row>,
  span: KeysetSpan,
  mostOfEach: number,
): SelectQueryBuilder<Row>[] {
  return list.queriesFor(span).map((query) =>
    inOrder(list, query.select(`${list.alias}.id`, 'id'))
      .addSelect(positionOf(list), 'at')
      .offset(mostOfEach - 1)
      .limit(1),
  );
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

export function inOrder<Row extends ObjectLiteral>(
  { alias, time }: KeysetList<Row>,
  query: SelectQueryBuilder<Row>,
): SelectQueryBuilder<Row> {
  return query.addOrderBy(`${alias}.${time.column}`, 'DESC').addOrderBy(`${alias}.id`, 'DESC');
}

/** With microseconds, which a Date cannot hold. */
export function positionOf<Row extends ObjectLiteral>({ alias, time }: KeysetList<Row>): string {
  return timeText(`${alias}.${time.column}`);
}

/** @param time as SQL */
export function timeText(time: string): string {
  return `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
