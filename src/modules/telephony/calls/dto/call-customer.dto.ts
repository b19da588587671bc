import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min, ValidateIf } from 'class-validator';
import { LARGEST_ID } from '../../../../common/limits.js';

export class ChooseCustomerRequest {
  // No @IsOptional: a request without the field must be rejected, not taken for null.
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 4711,
    description: '`customers.id`; null: none of the customers with the number of the call.',
  })
  @ValidateIf((_request, value) => value !== null)
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  customerId: number | null;
}
