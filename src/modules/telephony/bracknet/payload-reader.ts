import type { ErrorDetail } from '../../../common/errors/domain-error.js';
import { type FieldReader, isSaid, Unreadable } from './field-values.js';

export type Payload = Readonly<Record<string, unknown>>;

/**
 * Reads fields that have several names, from one object or from several, the first of which takes precedence. The first
 * readable value is used. Values that cannot be read are added to {@link problems} and passed over.
 */
export class PayloadReader {
  readonly problems: ErrorDetail[] = [];
  private readonly sources: readonly Payload[];

  constructor(...sources: readonly Payload[]) {
    this.sources = sources;
  }

  /** null: none of the names has a readable value. */
  first<T>(names: readonly string[], read: FieldReader<T>): T | null {
    for (const source of this.sources) {
      for (const name of names) {
        const value = this.valueIn(source, name, read);
        if (value !== null) return value;
      }
    }
    return null;
  }

  /** Every readable value of one name. */
  all<T>(name: string, read: FieldReader<T>): T[] {
    const values: T[] = [];
    for (const source of this.sources) {
      const value = this.valueIn(source, name, read);
      if (value !== null) values.push(value);
    }
    return values;
  }

  /** The problems of the field with these names; `problem` if there is none. */
  problemsOf(names: readonly string[], problem: string): ErrorDetail[] {
    const found = this.problems.filter(({ field }) => names.includes(field));
    return found.length > 0 ? found : [{ field: names[0] ?? '', problem }];
  }

  private valueIn<T>(source: Payload, name: string, read: FieldReader<T>): T | null {
    const value = source[name];
    // Ignores inherited properties, such as `constructor`.
    if (value === undefined || !isSaid(value) || !Object.hasOwn(source, name)) return null;
    const result = read(value);
    if (!(result instanceof Unreadable)) return result;
    this.problems.push({ field: name, problem: result.problem });
    return null;
  }
}
