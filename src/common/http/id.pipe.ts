import { Injectable, type PipeTransform } from '@nestjs/common';
import { bigIdOf, LARGEST_BIG_ID, LARGEST_ID } from '../limits.js';
import { DomainError } from '../errors/domain-error.js';

/** Parses an integer row id of a route path. @throws DomainError VALIDATION_FAILED */
@Injectable()
export class IdPipe implements PipeTransform<string, number> {
  transform(text: string): number {
    const id = /^\d{1,10}$/u.test(text) ? Number(text) : 0;
    if (id < 1 || id > LARGEST_ID) throw notAnId(LARGEST_ID);
    return id;
  }
}

/** Parses a bigint row id of a route path; a string in JavaScript. @throws DomainError VALIDATION_FAILED */
@Injectable()
export class BigIdPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    const id = bigIdOf(text);
    if (id === null) throw notAnId(LARGEST_BIG_ID);
    return id;
  }
}

function notAnId(largest: number | bigint): DomainError {
  const problem = `must be a whole number from 1 to ${largest}`;
  return new DomainError('VALIDATION_FAILED', `The id in the address ${problem}`, [
    { field: 'id', problem, rule: 'form' },
  ]);
}
