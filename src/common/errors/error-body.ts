import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type ErrorCode, HTTP_STATUS_OF } from './error-code.js';
import { FIELD_RULES, type FieldRule } from './field-rule.js';

export class ErrorDetailDto {
  @ApiProperty({ example: 'customer_number' }) field: string;
  @ApiProperty({ example: 'is required' }) problem: string;
  @ApiPropertyOptional({
    enum: FIELD_RULES,
    enumName: 'FieldRule',
    example: 'required',
    description: 'The problem for programs. Not given: it is told in words alone, as of events of the PBX.',
  })
  rule?: FieldRule;
  @ApiPropertyOptional({ description: 'The bound that rule says: most characters, entries, least or most.' })
  limit?: number;
}

/** Body of every error response; the CRM's front end shows `message`. */
export class ErrorBody {
  @ApiProperty({ example: 400 }) statusCode: number;
  @ApiProperty({ enum: Object.keys(HTTP_STATUS_OF), enumName: 'ErrorCode', example: 'VALIDATION_FAILED' })
  code: ErrorCode;
  @ApiProperty({ example: 'customer_number is required' }) message: string;
  @ApiProperty({ example: '01JA2Z6Q0M', description: 'Also in the log and in the X-Request-Id header.' })
  requestId: string;
  @ApiPropertyOptional({ type: [ErrorDetailDto] }) details?: ErrorDetailDto[];
}
