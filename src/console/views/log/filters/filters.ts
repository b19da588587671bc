/** What `GET /api/telephony/calls` filters by, in the order of the address. */
export const FILTERS = [
  'rangeDays',
  'from',
  'to',
  'figure',
  'missedUnanswered',
  'status',
  'direction',
  'disposition',
  'customerPhone',
  'extension',
  'agentUserId',
  'queueName',
  'trunkName',
  'endReason',
  'hasRecording',
  'minDuration',
  'maxDuration',
  'minWait',
  'maxWait',
  'hour',
  'weekday',
  'taskId',
  'customerId',
  'externalCallId',
  'crmCallId',
] as const;
export type FilterName = (typeof FILTERS)[number];

/** Texts as they stand in the address; of several values with commas between. */
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

export function filtersIn(query: string): Filters {
  const given = new URLSearchParams(query);
  return Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = given.get(name)?.trim() ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
}

/** Always in the same order, so that the same filters are the same address. */
export function queryOf(filters: Filters): string {
  const given = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filters[name];
    if (value !== undefined) given.set(name, value);
  }
  // The service takes both; this one can be read.
  return given.toString().replaceAll('%2C', ',');
}

/** @param change '': without this filter */
export function changed(filters: Filters, change: Filters): Filters {
  const all = { ...filters, ...change };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

export function valuesOf(filters: Filters, name: FilterName): readonly string[] {
  return filters[name]?.split(',') ?? [];
}
