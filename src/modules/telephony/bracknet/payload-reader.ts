import type { ErrorDetail } from '../../../common/errors/domain-error.js';

/**
 * Reads fields that have several names. The first name with a value is used; a field that is absent, null or '' has none
 * and is read as null. An invalid value is added to {@link problems} and read as null.
 */
export class PayloadReader {
  readonly problems: ErrorDetail[] = [];

  constructor(private readonly payload: Readonly<Record<string, unknown>>) {}

  addProblem(field: string, problem: string): void {
    this.problems.push({ field, problem });
  }

  /** Adds a problem if there is no value, unless the field has a problem already. */
  require(field: string, value: string | null, problem = 'is required'): void {
    const hasProblem = this.problems.some((other) => other.field === field);
    if (value === null && !hasProblem) this.addProblem(field, problem);
  }

  /** Trimmed text. Numbers are invalid: a long id that is sent as a number may have lost digits. */
  text(names: readonly string[], maxLength: number): string | null {
    const field = this.find(names);
    return field === null ? null : this.textOf(field, this.payload[field], maxLength);
  }

  /** Text or an integer, such as an extension or the SIP code of an end reason. */
  textOrInteger(names: readonly string[], maxLength: number): string | null {
    const field = this.find(names);
    if (field === null) return null;
    const value = this.payload[field];
    return this.textOf(field, Number.isSafeInteger(value) ? String(value) : value, maxLength);
  }

  private textOf(field: string, value: unknown, maxLength: number): string | null {
    if (typeof value !== 'string') return this.reject(field, 'must be text in quotes');
    if (value.includes('\0') || !value.isWellFormed()) {
      return this.reject(field, 'must be Unicode text without NUL');
    }
    const text = value.trim();
    if (text.length > maxLength) return this.reject(field, `must be at most ${maxLength} characters`);
    return text === '' ? null : text;
  }

  /** Seconds, rounded; a decimal number may also be sent as text. */
  seconds(names: readonly string[], max: number): number | null {
    const field = this.find(names);
    if (field === null) return null;
    const value = this.payload[field];
    const number = typeof value === 'string' && /^\d+(\.\d+)?$/u.test(value.trim()) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number) || number < 0 || number > max) {
      return this.reject(field, `must be a number of seconds from 0 to ${max}`);
    }
    return Math.round(number);
  }

  /** An http(s) address. */
  url(names: readonly string[], maxLength: number): string | null {
    const text = this.text(names, maxLength);
    if (text === null) return null;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      return this.reject(this.find(names) ?? '', 'must be an http or https address');
    }
    return text;
  }

  /** The first of these names that has a value; null: none of them. */
  private find(names: readonly string[]): string | null {
    for (const name of names) {
      const value = this.payload[name];
      const hasValue = value !== undefined && value !== null && value !== '';
      // Ignores inherited properties, such as `constructor`.
      if (hasValue && Object.hasOwn(this.payload, name)) return name;
    }
    return null;
  }

  private reject(field: string, problem: string): null {
    this.addProblem(field, problem);
    return null;
  }
}
