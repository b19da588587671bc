import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { DigitsOfNumber } from '../../../../common/http/digits-of-number.decorator.js';
import { IsText } from '../../../../common/http/is-text.decorator.js';
import { LARGEST_ID } from '../../../../common/limits.js';

/** A call from a task, as the CRM's page sends it. */
export class InitiateCallRequest {
  @ApiProperty({ example: 42, description: 'The task whose customer is called.' })
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  taskId: number;

  @ApiPropertyOptional({
    example: 7,
    description: 'Whose extension is rung; another user than oneself is for supervisors.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  agentUserId?: number;

  @ApiPropertyOptional({
    example: '201',
    description: 'Extension that is rung. A telephone number, such as the CRM’s `users.phone`, is ignored.',
  })
  @IsOptional()
  @DigitsOfNumber()
  @IsText(100)
  agentPhone?: string;
}

export class InitiateCallResponse {
  @ApiProperty({ example: 55, description: 'The row of the call: GET /api/telephony/calls/{id}.' })
  telephonyCallId: number;

  @ApiProperty({ example: 'BN-CALL-456789', description: 'The PBX’s id of the call.' })
  externalCallId: string;

  @ApiProperty({ enum: ['live', 'mock'], example: 'live', description: 'mock: no PBX is asked.' })
  mode: 'live' | 'mock';

  @ApiProperty({ type: Number, nullable: true, example: 42, description: 'The task, when it was linked.' })
  taskId: number | null;
}
