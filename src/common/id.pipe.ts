import { Injectable, type PipeTransform } from '@nestjs/common';
import { LARGEST_ID } from './limits.js';
import { DomainError } from './errors/domain-error.js';

/** The id of a row in an address. @throws DomainError VALIDATION_FAILED */
@Injectable()
export class IdPipe implements PipeTransform<string, number> {
  transform(text: string): number {
    const id = /^\d{1,10}$/u.test(text) ? Number(text) : 0;
    if (id < 1 || id > LARGEST_ID) {
      const problem = `must be a whole number from 1 to ${LARGEST_ID}`;
      throw new DomainError('VALIDATION_FAILED', `The id in the address ${problem}`, [
        { field: 'id', problem },
      ]);
    }
    return id;
  }
}
