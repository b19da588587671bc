import type { ErrorDetail } from '../../../../common/errors/domain-error.js';
import { LARGEST_ID } from '../../../../common/limits.js';
import type { PartialAssignment } from '../assignment.js';
import { EXTENSION_KINDS, type ExtensionKind } from '../extension.entity.js';

/** Most lines of an import, without the line of names. */
export const MOST_LINES = 1_000;

export interface LineProblem extends ErrorDetail {
  /** The first is 1. */
  readonly line: number;
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

/** The field of problems that are of none of the columns. */
const LIST = '(list)';
const YES = new Set(['true', 'yes', '1']);
const NO = new Set(['false', 'no', '0']);

/** Reads a list of extensions. An empty field is one that is not given, but for `userId`: there it means nobody. */
export function readExtensionCsv(text: string): ReadCsv {
  const [names, ...records] = recordsOf(text);
  if (names === undefined)
    return refused(1, { field: LIST, problem: 'there is no line of names', rule: 'required' });
  const columns = names.fields.map((name) => columnOf(name));
  const unknown = names.fields.filter((_name, index) => columns[index] === undefined);
  if (unknown.length > 0) {
    const field = unknown.join(', ');
    const problem = `${field} is not one of ${COLUMNS.join(', ')}`;
    return refused(names.line, { field, problem, rule: 'unknown_field' });
  }
  if (!columns.includes('extension')) {
    const problem = 'the line of names must have extension';
    return refused(names.line, { field: 'extension', problem, rule: 'required' });
  }
  if (records.length > MOST_LINES) {
    const problem = `there must be at most ${MOST_LINES} extensions in one import`;
    return refused(names.line, { field: LIST, problem, rule: 'too_many', limit: MOST_LINES });
  }
  const lines: ReadLine[] = [];
  const problems: LineProblem[] = [];
  const seen = new Map<string, number>();
  for (const { line, fields } of records) {
    if (fields.length > columns.length) {
      problems.push({
        line,
        field: LIST,
        problem: `has ${fields.length} fields, and the line of names ${columns.length}`,
        rule: 'too_many',
        limit: columns.length,
      });
      continue;
    }
    const named = Object.fromEntries(
      fields.flatMap((field, index) => (field === '' ? [] : [[columns[index], field]])),
    ) as Fields;
    const read = assignmentOf(named, columns.includes('userId'));
    if ('problem' in read) {
      problems.push({ line, ...read });
      continue;
    }
    const key = read.extension.toLowerCase();
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, line);
      lines.push({ line, assignment: read });
    } else {
      const problem = `extension ${read.extension} is on line ${first} already`;
      problems.push({ line, field: 'extension', problem, rule: 'duplicate' });
    }
  }
  return { lines, problems };
}

function refused(line: number, problem: ErrorDetail): ReadCsv {
  return { lines: [], problems: [{ line, ...problem }] };
}

function columnOf(name: string): CsvColumn | undefined {
  const plain = name.toLowerCase().replaceAll(/[ _]/gu, '');
  return COLUMNS.find((column) => column.toLowerCase() === plain);
}

/** @returns the assignment, or what is wrong */
function assignmentOf(fields: Fields, isUserGiven: boolean): PartialAssignment | ErrorDetail {
  const { extension, userId, kind, members, memberExtensions, label, claimable, isPrimary } = fields;
  if (extension === undefined) {
    return { field: 'extension', problem: 'extension is required', rule: 'required' };
  }
  const kindRead = kind?.toLowerCase();
  if (kindRead !== undefined && !isKind(kindRead)) {
    const problem = `kind must be one of ${EXTENSION_KINDS.join(', ')}`;
    return { field: 'kind', problem, rule: 'not_a_choice' };
  }
  if (userId !== undefined && !isId(userId)) {
    return { field: 'userId', problem: 'userId must be a whole number from 1', rule: 'form' };
  }
  const listed = members === undefined ? undefined : listOf(members);
  if (listed?.every(isId) === false) {
    return { field: 'members', problem: 'members must be user ids, separated by |', rule: 'form' };
  }
  for (const [name, value] of Object.entries({ claimable, isPrimary })) {
    if (value !== undefined && !YES.has(value.toLowerCase()) && !NO.has(value.toLowerCase())) {
      return { field: name, problem: `${name} must be true or false`, rule: 'not_a_choice' };
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
