import type { FigureRow } from './figures-reader.repository.js';
import type { Measure } from './measures.js';

/** All calls of some rows, of which each counts calls that no other one counts. */
export function sumOf(rows: readonly FigureRow[], measures: readonly Measure[]): FigureRow {
  const zeros = Object.fromEntries(measures.map((measure) => [measure, 0])) as Record<Measure, number>;
  return { key: null, values: rows.reduce((sum, { values }) => added(sum, values), zeros) };
}

/** Adds `b` to `a`. @returns `a` */
export function added(
  a: Record<Measure, number>,
  b: Readonly<Record<Measure, number>>,
): Record<Measure, number> {
  for (const measure of Object.keys(b) as Measure[]) a[measure] += b[measure];
  return a;
}
