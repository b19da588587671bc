import { Injectable, type PipeTransform } from '@nestjs/common';
import { DomainError } from '../../../common/errors/domain-error.js';
import { EXTENSION_NAME } from './extension.dto.js';

/** An extension in a path, of whatever kind. */
@Injectable()
export class ExtensionPipe implements PipeTransform<string, string> {
  /** @throws DomainError VALIDATION_FAILED */
  transform(text: string): string {
    if (EXTENSION_NAME.test(text)) return text;
    const problem = 'extension must be 1 to 30 characters: letters, digits and * # . - _';
    throw new DomainError('VALIDATION_FAILED', problem, [{ field: 'extension', problem, rule: 'extension' }]);
  }
}
