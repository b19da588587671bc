/** Result of a fault. */
export interface Outcome {
  readonly group: string;
  readonly fault: string;
  readonly tried: string;
  /** The failure; null: it held. */
  readonly broken: string | null;
  /** Remark on a fault that held. */
  readonly remark: string;
}

/** Maximum width of a column, in characters. */
const MAX_WIDTH = 96;

/** A table of all faults, then the failures, then a line with the counts. */
export function reportText(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ group, fault, tried, broken, remark }, index) => {
    const heading = outcomes[index - 1]?.group === group ? [] : [[group.toUpperCase(), '', '']];
    const held = broken === null ? (remark === '' ? 'yes' : `yes: ${remark}`) : 'NO';
    return [...heading, [`  ${fault}`, tried, held]];
  });
  const broken = outcomes.filter((outcome) => outcome.broken !== null);
  return [
    '',
    columns([['fault', 'tried', 'held'], ...rows]),
    '',
    ...broken.map((outcome) => `NOT HELD  ${outcome.group}: ${outcome.fault}\n          ${outcome.broken}`),
    `${outcomes.length - broken.length} passed, ${broken.length} failed`,
  ].join('\n');
}

/** Text table; cells that are wider than their column are wrapped. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) =>
    Math.min(MAX_WIDTH, Math.max(...rows.map((row) => row[column]?.length ?? 0))),
  );
  return rows
    .flatMap((row) => {
      const cells = widths.map((width, column) => folded(row[column] ?? '', width));
      const height = Math.max(...cells.map((lines) => lines.length));
      return Array.from({ length: height }, (_, line) =>
        cells
          .map((lines, column) => (lines[line] ?? '').padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      );
    })
    .join('\n');
}

function folded(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(/(?<=\S) (?=\S)/u)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
