/** What differs from run to run, however a command is repeated. Times that the commands themselves give do not. */
const GIVEN_DAY = '2026-01-03';
const VARYING: readonly [name: string, pattern: RegExp][] = [
  ['<time>', new RegExp(String.raw`(?!${GIVEN_DAY})20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?`, 'gu')],
  ['<day>', new RegExp(String.raw`(?!${GIVEN_DAY})20\d\d-\d\d-\d\d`, 'gu')],
  ['<time>', /\d\d:\d\d:\d\d\.\d{3}Z/gu],
  ['<id of the PBX>', /BN-CALL-\d{12}/gu],
  ['"seed":<number>', /"seed":\s*\d+/gu],
];

const MOCK_ID = /BN-MOCK-[0-9A-F]{16}/gu;

/**
 * A session as a document shows it, beside the same session as it runs now. Some names of the document stand for others
 * now, such as ports, and so do the ids of mock calls: a command is given those of now, and what it prints is read with
 * those of the document.
 */
export class Transcript {
  /** @param names of the document, and what stands for them now */
  constructor(private readonly names: Map<string, string>) {}

  /** The command to run now. */
  toRun(command: string): string {
    return [...this.names].reduce((text, [documented, now]) => text.replaceAll(documented, now), command);
  }

  /** Whether a program printed what is documented; `…` stands for anything, and white space does not count. */
  isAsDocumented(documented: string, printed: string): boolean {
    this.learnIds(documented, printed);
    const told = [...this.names].reduce((text, [name, now]) => text.replaceAll(now, name), printed);
    const pattern = shapeOf(documented)
      .split('…')
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`))
      .join('.*');
    return new RegExp(`^${pattern}$`, 'su').test(shapeOf(told));
  }

  /** An id of the document that is seen for the first time is the first one printed that is not known yet. */
  private learnIds(documented: string, printed: string): void {
    const known = new Set(this.names.values());
    const fresh = (printed.match(MOCK_ID) ?? []).filter((id) => !known.has(id));
    for (const id of new Set(documented.match(MOCK_ID))) {
      const now = this.names.has(id) ? undefined : fresh.shift();
      if (now !== undefined) this.names.set(id, now);
    }
  }
}

function shapeOf(text: string): string {
  return VARYING.reduce((shape, [name, pattern]) => shape.replaceAll(pattern, name), text).replaceAll(
    /\s+/gu,
    '',
  );
}
