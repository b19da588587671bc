import type { ErrorDetail } from '../../../common/errors/domain-error.js';

/**
 * Reads fields that go by several names. The first name that is there with a value wins; null, absent and '' mean
 * "not said". What is there but not usable is noted in {@link problems} and read as not said.
 */
export class PayloadReader {
  readonly problems: ErrorDetail[] = [];

  constructor(private readonly payload: Readonly<Record<string, unknown>>) {}

  refuse(field: string, problem: string): void {
    this.problems.push({ field, problem });
  }

  /** Refuses a value that was not said, unless what was said is refused already. */
  require(field: string, value: string | null, problem = 'is required'): void {
    if (value === null && !this.problems.some((noted) => noted.field === field)) this.refuse(field, problem);
  }

  /** Trimmed text. A number is not text: as an id it may have lost digits on the way. */
  text(names: readonly string[], maxLength: number): string | null {
    const field = this.find(names);
    return field === null ? null : this.textOf(field, this.payload[field], maxLength);
  }

  /** Text that may as well be a whole number, such as an extension or the SIP code of an end reason. */
  word(names: readonly string[], maxLength: number): string | null {
    const field = this.find(names);
    if (field === null) return null;
    const value = this.payload[field];
    return this.textOf(field, Number.isSafeInteger(value) ? String(value) : value, maxLength);
  }

  private textOf(field: string, value: unknown, maxLength: number): string | null {
    if (typeof value !== 'string') return this.refused(field, 'must be text in quotes');
    if (value.includes('\0') || !value.isWellFormed()) {
      return this.refused(field, 'must be Unicode text without NUL');
    }
    const text = value.trim();
    if (text.length > maxLength) return this.refused(field, `must be at most ${maxLength} characters`);
    return text === '' ? null : text;
  }

  /** Whole seconds; text of digits is taken too, and a fraction is rounded. */
  seconds(names: readonly string[], max: number): number | null {
    const field = this.find(names);
    if (field === null) return null;
    const value = this.payload[field];
    const number = typeof value === 'string' && /^\d+(\.\d+)?$/u.test(value.trim()) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number) || number < 0 || number > max) {
      return this.refused(field, `must be a number of seconds from 0 to ${max}`);
    }
    return Math.round(number);
  }

  /** An http(s) address. */
  url(names: readonly string[], maxLength: number): string | null {
    const text = this.text(names, maxLength);
    if (text === null) return null;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      return this.refused(this.find(names) ?? '', 'must be an http or https address');
    }
    return text;
  }

  /** The first of these names that has a value; null: none has. */
  private find(names: readonly string[]): string | null {
    for (const name of names) {
      const value = this.payload[name];
      const isSaid = value !== undefined && value !== null && value !== '';
      // What every object inherits was not said.
      if (isSaid && Object.hasOwn(this.payload, name)) return name;
    }
    return null;
  }

  private refused(field: string, problem: string): null {
    this.refuse(field, problem);
    return null;
  }
}
