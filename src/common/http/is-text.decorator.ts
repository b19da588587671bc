import {
  ValidateBy,
  type ValidateByOptions,
  type ValidationArguments,
  type ValidationOptions,
} from 'class-validator';

/** Text that is refused, and the sentence about it without its subject. */
export type Refusal = readonly [text: RegExp, problem: string];

/** Text that PostgreSQL can store: well-formed Unicode without NUL, 1 to `max` characters. */
export function IsText(max: number, options?: Pick<ValidationOptions, 'each'>): PropertyDecorator {
  const refusal: Refusal = [/[\0\p{Cs}]/u, 'must be Unicode text without NUL'];
  return ValidateBy(textRule(max, [refusal]), options);
}

/**
 * Text of one line for the PBX: as `IsText`, without control and invisible characters, which could become lines of
 * the PBX's own protocol.
 * @param further what else is refused
 */
export function IsLine(max: number, ...further: Refusal[]): PropertyDecorator {
  return isText(
    max,
    [
      /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u,
      'must be one line of text without control or invisible characters',
    ],
    ...further,
  );
}

/**
 * Text of several lines: as `IsText`, without control characters except line breaks and tabs, and without the characters
 * that turn the direction of writing, by which a text can look like another. Joiners stay: Bangla is written with them.
 */
export function IsParagraph(max: number): PropertyDecorator {
  return isText(
    max,
    [/^\s*$/u, 'must not be empty'],
    [/(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069\p{Cs}]/u, 'must be text without control characters'],
  );
}

/** One constraint with one sentence, so that a field that is missing has a single problem. */
function isText(max: number, ...refusals: Refusal[]): PropertyDecorator {
  return ValidateBy(textRule(max, refusals));
}

function textRule(max: number, refusals: readonly Refusal[]): ValidateByOptions {
  const problemOf = (value: unknown): string | null => {
    if (value === undefined || value === null) return 'is required';
    if (typeof value !== 'string') return 'must be text, in quotation marks';
    if (value === '') return 'must not be empty';
    if (value.length > max) return `must be at most ${max} characters long`;
    return refusals.find(([text]) => text.test(value))?.[1] ?? null;
  };
  return {
    name: 'isText',
    constraints: [max],
    validator: {
      validate: (value: unknown) => problemOf(value) === null,
      defaultMessage: (args?: ValidationArguments) => {
        const values: unknown[] = Array.isArray(args?.value) ? args.value : [args?.value];
        const problem = values.map(problemOf).find((found) => found !== null);
        return `${args?.property ?? 'The field'} ${problem ?? 'is not valid'}`;
      },
    },
  };
}
