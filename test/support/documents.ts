import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Root of the repository, with a final slash. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block: its language, the word after it that says what to do with it, and its lines. */
export interface Block {
  readonly language: string;
  readonly mark: string;
  readonly text: string;
}

/** One Markdown document of the repository. */
export class Document {
  readonly text: string;

  /** @param path from the root */
  constructor(readonly path: string) {
    this.text = readFileSync(ROOT + path, 'utf8');
  }

  get blocks(): Block[] {
    return [...this.text.matchAll(/^```(\w+) ?(\w*)\n(.*?)^```$/gmsu)].map(
      ([, language = '', mark = '', text = '']) => ({ language, mark, text }),
    );
  }

  /** Text outside of fenced blocks. */
  get prose(): string {
    return this.text.replaceAll(/^```.*?^```$/gmsu, '');
  }

  /** What stands between backticks in the prose. */
  get code(): string[] {
    return [...this.prose.matchAll(/`([^`]+)`/gu)].map(([, code = '']) => code);
  }

  /** Targets of links, as written. */
  get links(): string[] {
    return [...this.prose.matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target = '']) => target);
  }

  /** Names under which headings are linked to. */
  get anchors(): string[] {
    return [...this.prose.matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
  }

  /** Rows of the table whose first heading this is, as they are read: without backticks. */
  table(firstHeading: string): string[][] {
    const tables = this.prose.split(/\n{2,}/u).map((part) => part.split('\n').filter(isRow).map(cellsOf));
    const table = tables.find(([headings]) => headings?.[0] === firstHeading);
    if (table === undefined) throw new Error(`${this.path} has no table that begins with "${firstHeading}"`);
    return table.slice(2);
  }

  /** The first column of that table; each cell may hold several names. */
  names(firstHeading: string): string[] {
    return this.table(firstHeading).flatMap(([cell = '']) => cell.split(', '));
  }
}

/** All of them. */
export function documents(): Document[] {
  const inFolder = readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  return ['README.md', ...inFolder].map((path) => new Document(path));
}

function isRow(line: string): boolean {
  return line.startsWith('|');
}

function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''));
}
