import * as fc from 'fast-check';

/** Orders that are tried of many events; `ALL_ORDERS=1` tries all of them, which takes minutes. */
const SAMPLED = 8;

/** All orders of these items, or a random sample of them if there are many. */
export function ordersOf<T>(items: readonly T[]): T[][] {
  const all = items.reduce((product, _item, index) => product * (index + 1), 1);
  if (all <= SAMPLED || process.env.ALL_ORDERS === '1') return permutations(items);
  return fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), SAMPLED);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((others) => [item, ...others]),
  );
}
