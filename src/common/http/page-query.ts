import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { LARGEST_ID } from '../limits.js';

/** Most items on a page. */
export const LARGEST_LIMIT = 200;

/** The size of a page of a list. The CRM's pages ask for up to 2000 and show nothing on an error: a larger limit is cut. */
export class LimitQuery {
  @ApiPropertyOptional({
    default: 50,
    minimum: 1,
    description: `At most ${LARGEST_LIMIT}: a larger one is read as ${LARGEST_LIMIT}.`,
  })
  @IsOptional()
  @Type(() => Number)
  @Transform(({ value }: { value: unknown }) =>
    Number.isInteger(value) ? Math.min(Number(value), LARGEST_LIMIT) : value,
  )
  @IsInt()
  @Min(1)
  limit: number = 50;
}

/** A page of a list, by its number; the first is 1. */
export class PageQuery extends LimitQuery {
  @ApiPropertyOptional({ default: 1, minimum: 1 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  page: number = 1;
}
