import { ApiProperty } from '@nestjs/swagger';
import { Matches, ValidateIf } from 'class-validator';
import { IsParagraph } from '../../../../common/http/is-text.decorator.js';

const OUTCOME = 'A word of the CRM, such as connected, callback, busy; the set is open.';

export class WriteCallNoteRequest {
  @ApiProperty({ maxLength: 2000, example: 'Wants a call after six', description: 'May be empty.' })
  @ValidateIf((_request, value) => value !== '')
  @IsParagraph(2000)
  note: string;

  // No @IsOptional: a request without the field must be rejected, not taken for null.
  @ApiProperty({ type: String, nullable: true, maxLength: 100, example: 'callback', description: OUTCOME })
  @ValidateIf((_request, value) => value !== null)
  @Matches(/^[\p{L}\p{M}\p{N}_-]{1,100}$/u, {
    message: '$property must be null, or one word of at most 100 letters, digits, _ and -',
  })
  outcome: string | null;
}

export class CallNoteDto {
  @ApiProperty({ example: 55 }) callId: number;
  @ApiProperty({ example: 'Wants a call after six', description: 'Empty: nothing was written.' })
  note: string;
  @ApiProperty({ type: String, nullable: true, example: 'callback' }) outcome: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 7 }) writtenBy: number | null;
  @ApiProperty({ type: Date, nullable: true }) writtenAt: Date | null;
}
