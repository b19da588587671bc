import { LARGEST_ID } from '../../../../common/limits.js';
import type { PartialAssignment } from '../assignment.js';
import { EXTENSION_KINDS, type ExtensionKind } from '../extension.entity.js';

/** Most lines of an import, without the line of names. */
export const MOST_LINES = 1_000;

export interface LineProblem {
  /** The first is 1. */
  readonly line: number;
  readonly problem: string;
}

export interface ReadLine {
  readonly line: number;
  readonly assignment: PartialAssignment;
}

export interface ReadCsv {
  readonly lines: readonly ReadLine[];
  readonly problems: readonly LineProblem[];
}

const COLUMNS = [
  'extension',
  'userId',
  'kind',
  'members',
  'memberExtensions',
  'label',
  'claimable',
  'isPrimary',
] as const;
type CsvColumn = (typeof COLUMNS)[number];
type Fields = Partial<Record<CsvColumn, string>>;

const YES = new Set(['true', 'yes', '1']);
const NO = new Set(['false', 'no', '0']);

/** Reads a list of extensions. An empty field is one that is not given, but for `userId`: there it means nobody. */
export function readExtensionCsv(text: string): ReadCsv {
  const [names, ...records] = recordsOf(text);
  if (names === undefined) return refused(1, 'there is no line of names');
  const columns = names.fields.map((name) => columnOf(name));
  const unknown = names.fields.filter((_name, index) => columns[index] === undefined);
  if (unknown.length > 0) {
    return refused(names.line, `${unknown.join(', ')} is not one of ${COLUMNS.join(', ')}`);
  }
  if (!columns.includes('extension')) return refused(names.line, 'the line of names must have extension');
  if (records.length > MOST_LINES) {
    return refused(names.line, `there must be at most ${MOST_LINES} extensions in one import`);
  }
  const lines: ReadLine[] = [];
  const problems: LineProblem[] = [];
  const seen = new Map<string, number>();
  for (const { line, fields } of records) {
    if (fields.length > columns.length) {
      problems.push({
        line,
        problem: `has ${fields.length} fields, and the line of names ${columns.length}`,
      });
      continue;
    }
    const named = Object.fromEntries(
      fields.flatMap((field, index) => (field === '' ? [] : [[columns[index], field]])),
    ) as Fields;
    const read = assignmentOf(named, columns.includes('userId'));
    if (typeof read === 'string') {
      problems.push({ line, problem: read });
      continue;
    }
    const key = read.extension.toLowerCase();
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, line);
      lines.push({ line, assignment: read });
    } else problems.push({ line, problem: `extension ${read.extension} is on line ${first} already` });
  }
  return { lines, problems };
}

function refused(line: number, problem: string): ReadCsv {
  return { lines: [], problems: [{ line, problem }] };
}

function columnOf(name: string): CsvColumn | undefined {
  const plain = name.toLowerCase().replaceAll(/[ _]/gu, '');
  return COLUMNS.find((column) => column.toLowerCase() === plain);
}

/** @returns the assignment, or what is wrong */
function assignmentOf(fields: Fields, isUserGiven: boolean): PartialAssignment | string {
  const { extension, userId, kind, members, memberExtensions, label, claimable, isPrimary } = fields;
  if (extension === undefined) return 'extension is required';
  const kindRead = kind?.toLowerCase();
  if (kindRead !== undefined && !isKind(kindRead)) return `kind must be one of ${EXTENSION_KINDS.join(', ')}`;
  if (userId !== undefined && !isId(userId)) return 'userId must be a whole number from 1';
  const listed = members === undefined ? undefined : listOf(members);
  if (listed?.every(isId) === false) return 'members must be user ids, separated by |';
  for (const [name, value] of Object.entries({ claimable, isPrimary })) {
    if (value !== undefined && !YES.has(value.toLowerCase()) && !NO.has(value.toLowerCase())) {
      return `${name} must be true or false`;
    }
  }
  return {
    extension,
    kind: kindRead,
    userId: userId === undefined ? (isUserGiven ? null : undefined) : Number(userId),
    memberUsers: listed?.map(Number),
    memberExtensions: memberExtensions === undefined ? undefined : listOf(memberExtensions),
    label,
    claimable: claimable === undefined ? undefined : YES.has(claimable.toLowerCase()),
    isPrimary: isPrimary === undefined ? undefined : YES.has(isPrimary.toLowerCase()),
  };
}

function listOf(field: string): string[] {
  return field.split('|').map((member) => member.trim());
}

function isKind(text: string): text is ExtensionKind {
  return (EXTENSION_KINDS as readonly string[]).includes(text);
}

function isId(text: string): boolean {
  return /^[1-9]\d{0,9}$/u.test(text) && Number(text) <= LARGEST_ID;
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** A field in quotation marks, in which two are one, or a field up to the next comma. */
const FIELD = /\s*(?:"((?:[^"]|"")*)"|([^,"\n]*))\s*(,|\n|$)/uy;

/** Records by RFC 4180, whose fields are of one line; empty lines are left out. */
function recordsOf(text: string): CsvRecord[] {
  const lines = text.replace(/^\uFEFF/u, '').split(/\r\n|\n|\r/u);
  return lines.flatMap((content, index) =>
    content.trim() === '' ? [] : [{ line: index + 1, fields: fieldsOf(content) }],
  );
}

function fieldsOf(content: string): string[] {
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (;;) {
    const match = FIELD.exec(content);
    // A quotation mark within a field: the rest is taken as it is.
    if (match === null) return [...fields, content.slice(FIELD.lastIndex)];
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim());
    if (match[3] !== ',') return fields;
  }
}
