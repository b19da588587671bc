import { isUtf8 } from 'node:buffer';
import { isDeeperThan, MAX_JSON_DEPTH } from '../../../../common/json-depth.js';

export type ParsedBody =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

const BYTE_ORDER_MARK = '\uFEFF';

/** The start of a form: `event=call_ended&…`. No JSON, broken or not, has it. */
const FORM = /^[^\s\p{Cc}=&"'<>[\]{}]+=/u;

/**
 * Parses a webhook body: strict UTF-8, limited nesting, JSON or else the fields of a form. The bytes alone decide which,
 * not the content type, because the receipt keeps only the bytes and a replay must read the same. Never throws.
 */
export function parseBody(bytes: Buffer): ParsedBody {
  if (!isUtf8(bytes)) return { ok: false, problem: 'must be UTF-8 text' };
  const decoded = bytes.toString();
  const text = decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded;
  if (FORM.test(text)) return { ok: true, value: parseForm(text) };
  try {
    const value: unknown = JSON.parse(text);
    return isDeeperThan(MAX_JSON_DEPTH, value)
      ? { ok: false, problem: `must not be nested deeper than ${MAX_JSON_DEPTH} levels` }
      : { ok: true, value };
  } catch {
    // The parser's message is not used: it quotes the body, which may have a phone number.
    return { ok: false, problem: 'must be valid JSON' };
  }
}

/** `application/x-www-form-urlencoded`. Of a repeated field the last value counts, as in JSON. */
function parseForm(text: string): Record<string, string> {
  const pairs = text
    .trim()
    .split('&')
    .filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [formText(name), formText(value.join('='))];
    }),
  );
}

/** Text that is not percent-encoded correctly stays as it is, so that no character is replaced in silence. */
function formText(encoded: string): string {
  const spaced = encoded.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
