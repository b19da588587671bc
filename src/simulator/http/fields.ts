import { Refusal } from './refusal.js';

/** Validates a value of a JSON body or a command-line flag. @throws {Refusal} 400 */
export type Reader<T> = (value: unknown, name: string) => T;

/** Reads the fields of a JSON object one by one. */
export class Fields {
  private readonly given: Map<string, unknown>;
  private readonly known: string[] = [];

  /** @throws {Refusal} 400 for anything but an object */
  constructor(input: unknown) {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw new Refusal(400, 'The body must be a JSON object');
    }
    this.given = new Map<string, unknown>(Object.entries(input));
  }

  /** The field, or `otherwise` when it is absent. @throws {Refusal} 400 when it is invalid */
  take<T, U>(name: string, read: Reader<T>, otherwise: U): T | U {
    this.known.push(name);
    return this.given.has(name) ? read(this.given.get(name), name) : otherwise;
  }

  /** The field. @throws {Refusal} 400 when it is absent or invalid */
  need<T>(name: string, read: Reader<T>): T {
    this.known.push(name);
    return read(this.given.get(name), name);
  }

  /** Detects misspelt fields. @throws {Refusal} 400 for a field that was not read before */
  rejectUnknown(): void {
    const unknown = [...this.given.keys()].find((name) => !this.known.includes(name));
    if (unknown !== undefined) {
      throw new Refusal(400, `${unknown} is unknown; known are ${this.known.join(', ')}`);
    }
  }
}

export function wholeNumber(least: number, most: number): Reader<number> {
  return (value, name) => {
    const number = numberIn(value);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new Refusal(400, `${name} must be a whole number from ${least} to ${most}`);
    }
    return number;
  };
}

export function text(shape: RegExp, description: string): Reader<string> {
  return (value, name) => {
    if (typeof value !== 'string' || !shape.test(value)) {
      throw new Refusal(400, `${name} must be ${description}`);
    }
    return value;
  };
}

export function oneOf<T extends string>(choices: readonly T[]): Reader<T> {
  return (value, name) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new Refusal(400, `${name} must be one of ${choices.join(', ')}`);
    return choice;
  };
}

export function flag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new Refusal(400, `${name} must be true or false`);
  return value;
}

export function orNull<T>(read: Reader<T>): Reader<T | null> {
  return (value, name) => (value === null ? null : read(value, name));
}

/** A probability from 0 to 1, or a list out of `choices`; in flags the list is comma-separated. */
export function chanceOrSome<T extends string>(choices: readonly T[]): Reader<number | T[]> {
  return (value, name) => {
    const chance = numberIn(value);
    if (chance >= 0 && chance <= 1) return chance;
    const picked: unknown = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(picked)) {
      throw new Refusal(400, `${name} must be a chance from 0 to 1, or a list out of ${choices.join(', ')}`);
    }
    return picked.map((each) => oneOf(choices)(each, `each of ${name}`));
  };
}

/** Command-line flags are strings. */
function numberIn(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
}
