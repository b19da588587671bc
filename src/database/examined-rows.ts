import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { FIRST, isBefore, LAST, type ListPosition } from '../common/http/list-position.js';
import {
  endOfExamination,
  endsOfExamination,
  filteredQueries,
  inOrder,
  type IndexCounting,
  type KeysetBounds,
  type KeysetList,
  type KeysetSpan,
  positionOf,
  spanWithin,
  timeText,
} from './keyset-page.js';

export interface FoundPositions {
  /** Newest first. */
  readonly positions: readonly ListPosition[];
  /** Where to go on; null: the list has no more. */
  readonly next: ListPosition | null;
}

export interface RowCount {
  readonly count: number;
  /** false: there may be more. */
  readonly isExact: boolean;
}

/** Rows that are read to see which of them several queries find: 5 to 20 ms. */
const MOST_COMPARED = 1_000;

/** Fewest rows of each query that are examined, however many queries there are. */
const LEAST_EXAMINED = 1_000;

/** A part of a list of which a bounded number of rows is examined for those that match. */
export class ExaminedRows<Row extends ObjectLiteral> {
  private readonly span: KeysetSpan;
  private readonly queries: number;
  private readonly mostOfEach: number;
  private knownEnd: Promise<ListPosition | null> | null = null;

  /** @param mostExamined of all queries of the list together. Where many rows match, a search ends before */
  constructor(
    private readonly list: KeysetList<Row>,
    bounds: KeysetBounds,
    mostExamined: number,
  ) {
    this.span = spanWithin(bounds);
    this.queries = list.queriesFor(this.span).length;
    this.mostOfEach = Math.max(Math.ceil(mostExamined / Math.max(this.queries, 1)), LEAST_EXAMINED);
  }

  /** The positions of the first rows that match, without reading the rows themselves. */
  async find(limit: number): Promise<FoundPositions> {
    if (this.isOneQuery) return this.findInOneStatement(limit, limit);
    const queries = await this.examined();
    const found = await Promise.all(
      queries.map((query) =>
        query
          .select(`${this.list.alias}.id`, 'id')
          .addSelect(positionOf(this.list), 'at')
          .limit(limit + 1)
          .getRawMany<{ readonly id: string | number; readonly at: string }>(),
      ),
    );
    const byId = new Map(found.flat().map(({ id, at }) => [String(id), { at, id: String(id) }]));
    const newestFirst = [...byId.values()].sort((a, b) => (isBefore(a, b) ? 1 : -1));
    const positions = newestFirst.slice(0, limit);
    if (newestFirst.length > limit) return { positions, next: positions.at(-1) ?? null };
    return { positions, next: await this.end() };
  }

  /** Both in one statement, where there is one query: each would examine the same rows once more. */
  async findAndCount(limit: number, most: number): Promise<FoundPositions & RowCount> {
    if (this.isOneQuery && this.list.counting === undefined) return this.findInOneStatement(limit, most);
    const [found, counted] = await Promise.all([this.find(limit), this.count(most)]);
    return { ...found, ...counted };
  }

  /**
   * Also where the examination ends, which is looked for if fewer match: a row that comes or goes between two statements would
   * move it, so that the next page shows a row twice, or passes one over.
   */
  private async findInOneStatement(limit: number, most: number): Promise<FoundPositions & RowCount> {
    const [query] = await this.examined();
    const [end] = endsOfExamination(this.list, this.span, this.mostOfEach);
    if (query === undefined || end === undefined) throw new Error('A list of one query has none');
    const { alias, time, isBounded } = this.list;
    const matching = query
      .select(`${alias}.id`, 'id')
      .addSelect(`${alias}.${time.column}`, 'at')
      .limit(most + 1);
    // The order of the query is that in which the rows are added to the arrays.
    const row = await query.connection
      .createQueryBuilder()
      .select('count(*)::integer', 'found')
      .addSelect(`(array_agg(matching.id::text))[1:${limit + 1}]`, 'ids')
      .addSelect(
        `ARRAY(SELECT ${timeText('shown.at')}
                 FROM unnest((array_agg(matching.at))[1:${limit + 1}]) WITH ORDINALITY AS shown (at, nth) ORDER BY shown.nth)`,
        'times',
      )
      .addSelect(
        isBounded
          ? `CASE WHEN count(*) <= ${most} THEN (SELECT ARRAY[ending.id::text, ending.at] FROM (${end.getQuery()}) AS ending) END`
          : 'NULL',
        'end',
      )
      .from(`(${matching.getQuery()})`, 'matching')
      .setParameters(matching.getParameters())
      .getRawOne<{ found: number; ids: string[] | null; times: string[]; end: [string, string] | null }>();
    const { found = 0, ids = null, times = [] } = row ?? {};
    const examinedTo = row?.end ? { id: row.end[0], at: row.end[1] } : null;
    const positions = (ids ?? []).map((id, index) => ({ id, at: times[index] ?? '' }));
    const shown = positions.slice(0, limit);
    return {
      positions: shown,
      next: positions.length > limit ? (shown.at(-1) ?? null) : examinedTo,
      count: Math.min(found, most),
      isExact: found <= most && examinedTo === null,
    };
  }

  /** How many match, up to `most`. @returns `isExact`: false when there may be more */
  async count(most: number): Promise<RowCount> {
    const { counting } = this.list;
    if (counting !== undefined && isOfTimes(this.span)) {
      const counted = await this.countInIndexes(most, counting);
      if (counted !== null) return counted;
    }
    const queries = (await this.examined()).map((query) =>
      query.select(`${this.list.alias}.id`, 'id').limit(most + 1),
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
    return { count: found, isExact: (await this.end()) === null };
  }

  /**
   * Without reading the rows: what each query finds, added up. Where two may find the same row, at least as many as the one
   * that finds most; null: so few that they can be compared.
   */
  private async countInIndexes(most: number, counting: IndexCounting): Promise<RowCount | null> {
    const counts = await Promise.all(
      this.list
        .queriesFor({ ...this.span, isByTime: true })
        .map((query) => countOf(query.select('1').orderBy(), most + 1)),
    );
    const sum = counts.reduce((total, count) => total + count, 0);
    if (counting === 'overlapping' && sum <= MOST_COMPARED) return null;
    const count = counting === 'disjoint' || counts.length < 2 ? sum : Math.max(...counts);
    const isExact =
      count <= most && (counting === 'disjoint' || counts.filter((found) => found > 0).length < 2);
    return { count: Math.min(count, most), isExact };
  }

  private get isOneQuery(): boolean {
    return this.queries === 1;
  }

  /** Where the examination ends before the list does; null: it does not. */
  private end(): Promise<ListPosition | null> {
    if (!this.list.isBounded) return Promise.resolve(null);
    this.knownEnd ??= endOfExamination(this.list, this.span, this.mostOfEach);
    return this.knownEnd;
  }

  /**
   * The queries for what is examined. Of several all have to end at the same position: what one finds beyond the end of
   * another would be shown before rows that are newer.
   */
  private async examined(): Promise<SelectQueryBuilder<ObjectLiteral>[]> {
    if (this.list.isBounded && this.isOneQuery) return [this.examinedAsFound()];
    const end = await this.end();
    const queries = filteredQueries(this.list, end === null ? this.span : { ...this.span, from: end });
    return queries.map((query) => inOrder(this.list, query));
  }

  /** In a subquery, so that the search ends at the limit of either: of what is found, or of what is examined. */
  private examinedAsFound(): SelectQueryBuilder<ObjectLiteral> {
    const { alias } = this.list;
    const [indexed] = this.list.queriesFor(this.span);
    if (indexed === undefined) throw new Error('A list of one query has none');
    inOrder(this.list, indexed).select(`${alias}.*`).limit(this.mostOfEach);
    const examined = indexed.connection
      .createQueryBuilder()
      .from<Row>(`(${indexed.getQuery()})`, alias)
      .setParameters(indexed.getParameters());
    this.list.addUnindexed(examined);
    // The same order once more, so that PostgreSQL sees that it need not sort.
    for (const [column, direction] of Object.entries(indexed.expressionMap.orderBys)) {
      if (direction === 'DESC') examined.addOrderBy(column, direction);
    }
    return examined;
  }
}

/** Whether no row is named by its id, which the indexes do not have. */
function isOfTimes({ from, before }: KeysetSpan): boolean {
  return from.id === FIRST.id && before.id === LAST.id;
}

async function countOf<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  most: number,
): Promise<number> {
  const row = await query.connection
    .createQueryBuilder()
    .select('count(*)::integer', 'found')
    .from(`(${query.limit(most).getQuery()})`, 'some')
    .setParameters(query.getParameters())
    .getRawOne<{ found: number }>();
  return row?.found ?? 0;
}
