import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain-error.js';

/** The `Idempotency-Key` header: 1 to 255 printable ASCII characters; null when it was not sent. */
export const IdempotencyKey = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string | null => {
    const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
    if (key === undefined) return null;
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/u.test(key)) {
      throw new DomainError('VALIDATION_FAILED', 'Idempotency-Key must be 1 to 255 printable characters', [
        {
          field: 'Idempotency-Key',
          problem: 'must be 1 to 255 printable ASCII characters without spaces',
          rule: 'form',
        },
      ]);
    }
    return key;
  },
);
