import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { DomainError, type ErrorDetail } from './domain-error.js';

/** Rejects undocumented fields and reports every invalid field, each once. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
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
const RULES_OF_TYPE = [
  'whitelistValidation',
  'isString',
  'isInt',
  'isNumber',
  'isBoolean',
  'isArray',
  'isObject',
];

/** One problem for each field: the most useful one. */
function detailsOf(errors: readonly ValidationError[], parent = ''): ErrorDetail[] {
  return errors.flatMap((error) => {
    const field = parent + error.property;
    const problem = problemOf(error, field);
    return [
      ...(problem === undefined ? [] : [{ field, problem }]),
      ...detailsOf(error.children ?? [], `${field}.`),
    ];
  });
}

function problemOf({ constraints, value }: ValidationError, field: string): string | undefined {
  if (constraints === undefined) return undefined;
  // An optional field is not validated when it is absent.
  if (value === undefined) return `${field} is required`;
  const rule = RULES_OF_TYPE.find((name) => name in constraints);
  return rule === undefined ? Object.values(constraints)[0] : constraints[rule];
}
