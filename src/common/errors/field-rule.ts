/**
 * What a field violates, for programs that say it in words of their own; `problem` has the words. The set only grows.
 * `unsuitable` is a value that is right by itself and contradicts others, or what is stored.
 */
export const FIELD_RULES = [
  'required',
  'unknown_field',
  'wrong_type',
  'empty',
  'too_long',
  'too_many',
  'too_small',
  'too_large',
  'not_a_choice',
  'duplicate',
  'characters',
  'time',
  'extension',
  'form',
  'unsuitable',
] as const;
export type FieldRule = (typeof FIELD_RULES)[number];

/** What a decorator whose constraint is of several rules, or of one of its own, gives as `context`. */
export interface RuleContext {
  readonly ruleOf: (value: unknown) => FieldRule;
}

export function violates(rule: FieldRule): RuleContext {
  return { ruleOf: () => rule };
}
