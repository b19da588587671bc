import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { IsText } from '../../../common/http/is-text.decorator.js';

export class EraseNumberRequest {
  @ApiProperty({ example: '01700000000', description: 'One number, in any writing.', maxLength: 100 })
  @IsText(100)
  number: string;

  // No @IsOptional: null must be rejected, not taken for false.
  @ApiPropertyOptional({ default: true, description: 'Counts, and changes nothing.' })
  @IsBoolean()
  dryRun: boolean = true;
}

export class EraseNumberResponse {
  @ApiProperty({ description: 'true: nothing has changed.' }) dryRun: boolean;
  @ApiProperty({ example: 12 }) calls: number;
  @ApiProperty({
    example: 0,
    description: 'Calls of the number that are not over and were left: repeat the request when they are.',
  })
  callsInProgress: number;
  @ApiProperty({ example: 40 }) receipts: number;
  @ApiProperty({ example: 1 }) tasks: number;
}
