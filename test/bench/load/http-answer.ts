export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const END_OF_HEAD = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)\r\n/iu;
/** `HTTP/1.1 200 OK` */
const STATUS_AT = 9;

/**
 * Parses the response to the one pending request; null while it is incomplete.
 *
 * @throws {Error} when it has no Content-Length, or when there are bytes after it
 */
export function readAnswer(bytes: Buffer): HttpAnswer | null {
  const text = bytes.toString('latin1');
  const headEnd = text.indexOf(END_OF_HEAD);
  if (headEnd === -1) return null;
  const length = CONTENT_LENGTH.exec(text.slice(0, headEnd + 2))?.[1];
  if (length === undefined) throw new Error('An answer without Content-Length');
  const bodyStart = headEnd + END_OF_HEAD.length;
  const end = bodyStart + Number(length);
  if (text.length < end) return null;
  if (text.length > end) throw new Error('More than one answer to one request');
  return {
    status: Number(text.slice(STATUS_AT, STATUS_AT + 3)),
    body: bytes.toString('utf8', bodyStart, end),
  };
}
