import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { DomainError, type ErrorDetail } from './domain-error.js';

/** Rejects undocumented fields and reports every invalid field. */
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

function detailsOf(errors: readonly ValidationError[], parent = ''): ErrorDetail[] {
  return errors.flatMap((error) => {
    const field = parent + error.property;
    const problems = Object.values(error.constraints ?? {});
    return [
      ...(problems.length > 0 ? [{ field, problem: problems.join(', ') }] : []),
      ...detailsOf(error.children ?? [], `${field}.`),
    ];
  });
}
