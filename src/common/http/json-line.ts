/** JSON with a newline at its end, so that a terminal shows its prompt on the next line. */
export function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
