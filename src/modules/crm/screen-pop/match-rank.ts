/** What the order of several customers with one number is decided on. */
export interface Rankable {
  readonly id: number;
  readonly isChosen: boolean;
  readonly openOrders: number;
  readonly orders: number;
  /** ISO 8601 in UTC. */
  readonly newestOrderAt: string | null;
  readonly lastContactAt: string | null;
}

type Criterion = (match: Rankable) => number | string;

/** The greater value comes first, by the first criterion in which two differ. ISO 8601 text is in the order of time. */
const CRITERIA: readonly Criterion[] = [
  ({ isChosen }) => Number(isChosen),
  ({ openOrders }) => Number(openOrders > 0),
  ({ orders }) => Number(orders > 0),
  ({ newestOrderAt }) => newestOrderAt ?? '',
  ({ lastContactAt }) => lastContactAt ?? '',
  ({ id }) => -id,
];

/** The most likely customer first. That somebody is a VIP or on the blacklist does not count. */
export function ranked<Match extends Rankable>(matches: readonly Match[]): Match[] {
  return [...matches].sort((a, b) => {
    for (const criterion of CRITERIA) {
      const [ofA, ofB] = [criterion(a), criterion(b)];
      if (ofA !== ofB) return ofA > ofB ? -1 : 1;
    }
    return 0;
  });
}
