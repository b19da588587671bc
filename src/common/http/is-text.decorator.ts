import { applyDecorators } from '@nestjs/common';
import { IsString, Length, Matches } from 'class-validator';

/** Text that PostgreSQL can store: well-formed Unicode without NUL, 1 to `max` characters. */
export function IsText(max: number): PropertyDecorator {
  return applyDecorators(
    IsString(),
    Length(1, max, {
      message: ({ value }) =>
        value === '' ? '$property must not be empty' : `$property must be at most ${max} characters long`,
    }),
    Matches(/^[^\0\p{Cs}]*$/u, { message: '$property must be Unicode text without NUL' }),
  );
}
