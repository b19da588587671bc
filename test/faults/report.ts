/** What became of one fault. */
export interface Outcome {
  readonly group: string;
  readonly fault: string;
  readonly tried: string;
  /** null: it held. */
  readonly broken: string | null;
  /** What is worth telling of one that held. */
  readonly remark: string;
}

/** Widest column of text, in characters. */
const WIDEST = 96;

/** One table of all of them, then what did not hold, then the count in one plain line. */
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

/** Rows of text below each other; a cell that is too long for its column goes on in the next line. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) =>
    Math.min(WIDEST, Math.max(...rows.map((row) => row[column]?.length ?? 0))),
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
