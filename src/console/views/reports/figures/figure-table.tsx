import type { Column } from './columns.js';
import { FigureLink } from './figure-link.js';
import type { Figures } from '../types.js';

interface FigureTableProps {
  readonly title: string;
  /** What the rows are of. */
  readonly of: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Figures[];
  readonly name: (key: Figures['key']) => string;
}

/** The roles are written out: on a narrow page the rows are shown as blocks, which takes them from a table. */
export function FigureTable({ title, of, columns, rows, name }: FigureTableProps) {
  return (
    <table class="report-table" role="table" aria-label={title}>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            {of}
          </th>
          {columns.map((column) => (
            <th key={column.name} role="columnheader" scope="col">
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={String(row.key)} role="row">
            <th role="rowheader" scope="row">
              {name(row.key)}
            </th>
            {columns.map((column) => {
              const value = column.value(row);
              return (
                <td key={column.name} role="cell" data-title={column.title}>
                  {value === null ? (
                    '–'
                  ) : (
                    <FigureLink
                      figure={column.title}
                      of={name(row.key)}
                      value={column.shown(value)}
                      calls={column.link === undefined ? undefined : row.links?.[column.link]}
                    />
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
