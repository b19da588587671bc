import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, Matches } from 'class-validator';
import { IsText } from '../../../common/http/is-text.decorator.js';

export class EraseNumberRequest {
  @ApiProperty({ example: '01700000000', description: 'One number, in any writing.', maxLength: 100 })
  @IsText(100)
  number: string;

  // No @IsOptional: null must be rejected, not taken for false.
  @ApiPropertyOptional({ default: true, description: 'Counts, and changes nothing.' })
  @IsBoolean()
  dryRun: boolean = true;

  @ApiPropertyOptional({
    example: '1204',
    description:
      '`lastReceiptId` of an answer that is not complete: receipts up to it are not examined again.',
  })
  @IsOptional()
  @Matches(/^\d{1,18}$/u, { message: '$property must be the lastReceiptId of an answer' })
  afterReceiptId?: string;
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
  @ApiProperty({ description: 'false: it was stopped after 20 seconds; repeat the request to go on.' })
  complete: boolean;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'If it is not complete: the receipt in no call that was examined last; null: none yet.',
  })
  lastReceiptId: string | null;
}
