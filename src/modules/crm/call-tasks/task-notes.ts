/** Begins every line of a person's note, and no line of the service. */
const MARK = 'Note: ';

/** The end of the service's lines about a call, by which it finds them again. */
const END_OF_SERVICE_LINE = /(\(call \d+\))\.+/gu;

const MOVED_LINE = /^Moved to \d{4}-\d\d-\d\d: nobody has called back yet\.$/u;

const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/u;

/**
 * The lines of a person's note as they are added to the notes of a task. Neither a reader nor the service can take them
 * for lines of the service: each is marked, and none ends as those about a call do.
 */
export function noteLines(note: string): string {
  return note
    .split(LINE_BREAK)
    .filter((line) => line.trim() !== '')
    .map((line) => MARK + line.trim().replaceAll(END_OF_SERVICE_LINE, '$1'))
    .join('\n');
}

/** Adds the line about the day that a task was moved to. It replaces that of the day before. @param day `YYYY-MM-DD` */
export function withMovedLine(notes: string | null, day: string): string {
  const others = notes ? notes.split('\n').filter((line) => !MOVED_LINE.test(line)) : [];
  return [...others, `Moved to ${day}: nobody has called back yet.`].join('\n');
}
