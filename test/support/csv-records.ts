/** Reads CSV by RFC 4180 alone, so that it shares no error with what writes it. The byte order mark is no part of it. */
export function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let isQuoted = false;
  const source = text.replace(/^\uFEFF/u, '');
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] ?? '';
    if (isQuoted) {
      if (char !== '"') field += char;
      else if (source[at + 1] === '"') {
        field += char;
        at += 1;
      } else isQuoted = false;
    } else if (char === '"' && field === '') isQuoted = true;
    else if (char === ',' || char === '\n') {
      record.push(field);
      field = '';
      if (char === '\n') {
        records.push(record);
        record = [];
      }
    } else if (char !== '\r' || source[at + 1] !== '\n') field += char;
  }
  if (isQuoted || field !== '' || record.length > 0) throw new Error('The text does not end with a line');
  return records;
}

/** The rows of a file by the names of its header row. */
export function csvRows(text: string): Record<string, string>[] {
  const [names = [], ...records] = csvRecords(text);
  return records.map((record) => {
    if (record.length !== names.length)
      throw new Error(`A row has ${record.length} cells, the header ${names.length}`);
    return Object.fromEntries(names.map((name, index) => [name, record[index] ?? '']));
  });
}
