import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { isBefore, type ListPosition } from '../common/http/list-position.js';
import {
  endOfExamination,
  inOrder,
  type KeysetBounds,
  type KeysetList,
  positionOf,
  spanWithin,
} from './keyset-page.js';

export interface FoundPositions {
  /** Newest first. */
  readonly positions: readonly ListPosition[];
  /** Where to go on; null: the list has no more. */
  readonly next: ListPosition | null;
}

export interface Examination {
  readonly bounds: KeysetBounds;
  /** Most rows of each query that are examined. Where many match, the search ends before. */
  readonly mostExamined: number;
}

/** Finds the positions of the first rows of a list that match, without reading the rows themselves. */
export async function findPositions<Row extends ObjectLiteral>(
  list: KeysetList<Row>,
  examination: Examination,
  limit: number,
): Promise<FoundPositions> {
  const found = await Promise.all(
    examinedQueries(list, examination).map((query) =>
      query
        .select(`${list.alias}.id`, 'id')
        .addSelect(positionOf(list), 'at')
        .limit(limit + 1)
        .getRawMany<{ readonly id: string | number; readonly at: string }>(),
    ),
  );
  const byId = new Map(found.flat().map(({ id, at }) => [String(id), { at, id: String(id) }]));
  const newestFirst = [...byId.values()].sort((a, b) => (isBefore(a, b) ? 1 : -1));
  const positions = newestFirst.slice(0, limit);
  if (newestFirst.length > limit) return { positions, next: positions.at(-1) ?? null };
  return { positions, next: await endOf(list, examination) };
}

/** Counts the rows that match, up to `most`. @returns `isExact`: false when there may be more */
export async function countExamined<Row extends ObjectLiteral>(
  list: KeysetList<Row>,
  examination: Examination,
  most: number,
): Promise<{ readonly count: number; readonly isExact: boolean }> {
  const queries = examinedQueries(list, examination).map((query) =>
    query.select(`${list.alias}.id`, 'id').limit(most + 1),
  );
  const [first] = queries;
  if (first === undefined) return { count: 0, isExact: true };
  const ids = queries.map((query) => `(${query.getQuery()})`).join(' UNION ');
  const row = await first.connection
    .createQueryBuilder()
    .select('count(*)::integer', 'found')
    .from(`(SELECT id FROM (${ids}) AS found LIMIT ${most + 1})`, 'some')
    .setParameters(Object.assign({}, ...queries.map((query) => query.getParameters())))
    .getRawOne<{ found: number }>();
  const found = row?.found ?? 0;
  if (found > most) return { count: most, isExact: false };
  return { count: found, isExact: (await endOf(list, examination)) === null };
}

async function endOf<Row extends ObjectLiteral>(
  list: KeysetList<Row>,
  { bounds, mostExamined }: Examination,
): Promise<ListPosition | null> {
  return list.isBounded ? endOfExamination(list, spanWithin(bounds), mostExamined) : null;
}

/** In a subquery, so that the search ends at the limit of either: of what is found, or of what is examined. */
function examinedQueries<Row extends ObjectLiteral>(
  list: KeysetList<Row>,
  { bounds, mostExamined }: Examination,
): SelectQueryBuilder<ObjectLiteral>[] {
  return list.queriesFor(spanWithin(bounds)).map((indexed) => {
    inOrder(list, indexed);
    if (!list.isBounded) {
      list.addUnindexed(indexed);
      return indexed;
    }
    indexed.select(`${list.alias}.*`).limit(mostExamined);
    const examined = indexed.connection
      .createQueryBuilder()
      .from<Row>(`(${indexed.getQuery()})`, list.alias)
      .setParameters(indexed.getParameters());
    list.addUnindexed(examined);
    // The same order once more, so that PostgreSQL sees that it need not sort.
    for (const [column, direction] of Object.entries(indexed.expressionMap.orderBys)) {
      if (direction === 'DESC') examined.addOrderBy(column, direction);
    }
    return examined;
  });
}
