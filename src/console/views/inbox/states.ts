/** What the address may name after `inbox/`; `waiting` are those that need a decision. */
export const FILTERS = ['waiting', 'quarantined', 'failed', 'dead', 'ignored', 'discarded'] as const;
export type Filter = (typeof FILTERS)[number];

export function outcomesOf(filter: Filter): string {
  return filter === 'waiting' ? 'quarantined,failed,dead' : filter;
}

export function filterIn(path: string): Filter {
  const [, name] = path.split('/');
  return FILTERS.find((filter) => filter === name) ?? 'waiting';
}

/** Whether the service takes a replay of it. */
export function isReplayable(outcome: string): boolean {
  return ['quarantined', 'failed', 'dead', 'ignored'].includes(outcome);
}

export function isDiscardable(outcome: string): boolean {
  return ['quarantined', 'failed', 'dead'].includes(outcome);
}
