import {
  ValidateBy,
  type ValidateByOptions,
  type ValidationArguments,
  type ValidationOptions,
} from 'class-validator';
import type { FieldRule, RuleContext } from '../errors/field-rule.js';

/** Text that is refused, the sentence about it without its subject, and the rule that it violates. */
export type Refusal = readonly [text: RegExp, problem: string, rule: FieldRule];

/** Text that PostgreSQL can store: well-formed Unicode without NUL, 1 to `max` characters. */
export function IsText(max: number, options?: Pick<ValidationOptions, 'each'>): PropertyDecorator {
  const refusal: Refusal = [/[\0\p{Cs}]/u, 'must be Unicode text without NUL', 'characters'];
  return isText(max, [refusal], options);
}

/**
 * Text of one line for the PBX: as `IsText`, without control and invisible characters, which could become lines of
 * the PBX's own protocol.
 * @param further what else is refused
 */
export function IsLine(max: number, ...further: Refusal[]): PropertyDecorator {
  return isText(max, [
    [
      /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u,
      'must be one line of text without control or invisible characters',
      'characters',
    ],
    ...further,
  ]);
}

/**
 * Text of several lines: as `IsText`, without control characters except line breaks and tabs, and without the characters
 * that turn the direction of writing, by which a text can look like another. Joiners stay: Bangla is written with them.
 */
export function IsParagraph(max: number): PropertyDecorator {
  return isText(max, [
    [/^\s*$/u, 'must not be empty', 'empty'],
    [
      /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069\p{Cs}]/u,
      'must be text without control characters',
      'characters',
    ],
  ]);
}

type Problem = readonly [problem: string, rule: FieldRule];

/** One constraint with one sentence, so that a field that is missing has a single problem. */
function isText(
  max: number,
  refusals: readonly Refusal[],
  options?: Pick<ValidationOptions, 'each'>,
): PropertyDecorator {
  const problemOf = (value: unknown): Problem | null => {
    if (value === undefined || value === null) return ['is required', 'required'];
    if (typeof value !== 'string') return ['must be text, in quotation marks', 'wrong_type'];
    if (value === '') return ['must not be empty', 'empty'];
    if (value.length > max) return [`must be at most ${max} characters long`, 'too_long'];
    const refusal = refusals.find(([text]) => text.test(value));
    return refusal === undefined ? null : [refusal[1], refusal[2]];
  };
  const firstOf = (value: unknown): Problem => {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.map(problemOf).find((found) => found !== null) ?? ['is not valid', 'form'];
  };
  const rule: ValidateByOptions = {
    name: 'isText',
    constraints: [max],
    validator: {
      validate: (value: unknown) => problemOf(value) === null,
      defaultMessage: (args?: ValidationArguments) =>
        `${args?.property ?? 'The field'} ${firstOf(args?.value)[0]}`,
    },
  };
  const context: RuleContext = { ruleOf: (value) => firstOf(value)[1] };
  return ValidateBy(rule, { ...options, context });
}
