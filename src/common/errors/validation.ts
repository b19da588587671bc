import { ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { DomainError, type ErrorDetail } from './domain-error.js';
import type { FieldRule, RuleContext } from './field-rule.js';

/** Rejects undocumented fields and reports every invalid field, each once. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    // For the bound of a rule, which only the decorators of the object have.
    validationError: { target: true, value: true },
    exceptionFactory: (errors) => {
      const details = detailsOf(errors);
      return new DomainError(
        'VALIDATION_FAILED',
        details.map(({ problem }) => problem).join('; ') || 'The request is not valid',
        details,
      );
    },
  });
}

/** A value of the wrong type fails most other rules too; what they say then misleads. */
const CONSTRAINTS_OF_TYPE = [
  'whitelistValidation',
  'isString',
  'isInt',
  'isNumber',
  'isBoolean',
  'isArray',
  'isObject',
];

/** By the name of the constraint. Others are of the form of a value, or say more in the context of their decorator. */
const RULE_OF: Readonly<Record<string, FieldRule>> = {
  ...Object.fromEntries(CONSTRAINTS_OF_TYPE.map((name) => [name, 'wrong_type'])),
  whitelistValidation: 'unknown_field',
  isNotEmpty: 'empty',
  arrayNotEmpty: 'empty',
  arrayMaxSize: 'too_many',
  arrayUnique: 'duplicate',
  min: 'too_small',
  max: 'too_large',
  isIn: 'not_a_choice',
};
const RULES_WITH_LIMIT = new Set<FieldRule>(['too_long', 'too_many', 'too_small', 'too_large']);

/** One problem for each field: the most useful one. */
function detailsOf(errors: readonly ValidationError[], parent = ''): ErrorDetail[] {
  return errors.flatMap((error) => {
    const field = parent + error.property;
    const problem = problemOf(error, field);
    return [
      ...(problem === undefined ? [] : [{ field, ...problem }]),
      ...detailsOf(error.children ?? [], `${field}.`),
    ];
  });
}

function problemOf(error: ValidationError, field: string): Omit<ErrorDetail, 'field'> | undefined {
  const { constraints, value } = error;
  if (constraints === undefined) return undefined;
  // An optional field is not validated when it is absent.
  if (value === undefined) return { problem: `${field} is required`, rule: 'required' };
  const name =
    CONSTRAINTS_OF_TYPE.find((constraint) => constraint in constraints) ?? Object.keys(constraints)[0] ?? '';
  const rule = ruleOf(error, name);
  const limit = RULES_WITH_LIMIT.has(rule) ? limitOf(error, name) : undefined;
  return {
    problem: constraints[name] ?? `${field} is not valid`,
    rule,
    ...(limit !== undefined && { limit }),
  };
}

function ruleOf({ contexts, value }: ValidationError, constraint: string): FieldRule {
  const context = contexts?.[constraint] as RuleContext | undefined;
  return context?.ruleOf(value) ?? RULE_OF[constraint] ?? 'form';
}

/** The error has the bound only within its sentence. */
function limitOf({ target, property }: ValidationError, constraint: string): number | undefined {
  const rules = getMetadataStorage().getTargetValidationMetadatas(
    target?.constructor ?? Object,
    '',
    true,
    false,
  );
  const found = rules.find(({ propertyName, name }) => propertyName === property && name === constraint);
  const [limit] = (found?.constraints ?? []) as unknown[];
  return typeof limit === 'number' ? limit : undefined;
}
