import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { KEYS } from './figure-kinds.js';
import { columnOf, COUNTS, SUMS } from './measures.js';

/** A row of figures. Its further columns are the keys of its kind and the measures. */
interface FiguresRow {
  readonly kind: string;
  /** Business day. */
  readonly day: string;
  /** Tells the rows of one kind and day apart. */
  readonly line: number;
}

const KEY_OF_ROWS = { primary: true, primaryKeyConstraintName: 'pk_telephony_figures' } as const;

function columnsOf(
  names: readonly string[],
  optionsOf: (name: string) => Omit<EntitySchemaColumnOptions, 'name'>,
): Record<string, EntitySchemaColumnOptions> {
  return Object.fromEntries(names.map((name) => [name, { name: columnOf(name), ...optionsOf(name) }]));
}

/** The figures of closed days: sums of the measures, by the keys of each kind. Written and read by hand-written SQL. */
export const Figures = new EntitySchema<FiguresRow>({
  name: 'Figures',
  tableName: 'telephony_figures',
  columns: {
    kind: { type: 'varchar', length: 20, ...KEY_OF_ROWS },
    day: { type: 'date', ...KEY_OF_ROWS },
    line: { type: 'integer', ...KEY_OF_ROWS },
    ...columnsOf(Object.keys(KEYS), (key) => {
      const { sql: _, ...options } = KEYS[key as keyof typeof KEYS];
      return { ...options, nullable: true };
    }),
    ...columnsOf(Object.keys(COUNTS), () => ({ type: 'integer' })),
    ...columnsOf(Object.keys(SUMS), () => ({ type: 'bigint' })),
  },
});
