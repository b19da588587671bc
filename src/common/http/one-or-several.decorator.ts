import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn } from 'class-validator';

/** A filter that takes one of these words, or several separated by commas; the property is an array. */
export function OneOrSeveral(words: readonly string[], example: string): PropertyDecorator {
  const names = words.join(', ');
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      example,
      description: `One or several, separated by commas, of ${names}.`,
    }),
    Transform(({ value }) => [value].flat().flatMap((text: unknown) => String(text).split(','))),
    IsIn(words, { each: true, message: `each $property must be one of ${names}` }),
  );
}
