import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { IsText } from '../../../../common/http/is-text.decorator.js';
import { EXTENSION_PATTERN } from '../../../../common/limits.js';

const EXTENSION_MESSAGE = '$property must be an extension of 2 to 6 digits';

export class StartCallRequest {
  @ApiPropertyOptional({
    example: '201',
    pattern: EXTENSION_PATTERN.source,
    description: 'Extension that is rung first. Defaults to the one in the token.',
  })
  @IsOptional()
  @Matches(EXTENSION_PATTERN, { message: EXTENSION_MESSAGE })
  agent_extension?: string;

  @ApiPropertyOptional({ example: 'A102', maxLength: 64 })
  @IsOptional()
  @IsText(64)
  agent_id?: string;

  @ApiProperty({
    example: '01700000000',
    maxLength: 100,
    description: 'Any usual way of writing the number.',
  })
  @IsText(100)
  customer_number: string;

  @ApiPropertyOptional({ example: 'TrustCart', maxLength: 64, default: 'TrustCart' })
  @IsOptional()
  @IsText(64)
  caller_id?: string;

  @ApiPropertyOptional({ example: 'outbound', maxLength: 32, default: 'outbound' })
  @IsOptional()
  @IsText(32)
  call_type?: string;

  @ApiPropertyOptional({
    example: 'CRM-CALL-987654',
    maxLength: 255,
    description: 'The CRM’s own id of the call. A number is the id of a call task, which is linked.',
  })
  @IsOptional()
  @IsText(255)
  crm_call_id?: string;
}

export class HangupRequest {
  @ApiProperty({ example: 'BN-CALL-456789', maxLength: 255 })
  @IsText(255)
  bracknet_call_id: string;
}

export class TransferRequest extends HangupRequest {
  @ApiProperty({ example: '301', pattern: EXTENSION_PATTERN.source })
  @Matches(EXTENSION_PATTERN, { message: EXTENSION_MESSAGE })
  transfer_extension: string;
}

const MODE = {
  enum: ['live', 'mock'],
  description: 'mock: no PBX is asked, and no call leaves the machine.',
};

export class StartCallResponse {
  @ApiProperty({ enum: ['success'], example: 'success' })
  status: 'success';

  @ApiProperty({ example: 'BN-CALL-456789' })
  bracknet_call_id: string;

  @ApiProperty({ example: 'Call initiated' })
  message: string;

  @ApiProperty({ example: 55, description: 'The row of the call: GET /api/telephony/calls/{id}.' })
  telephonyCallId: number;

  @ApiProperty({ ...MODE, example: 'live' })
  mode: 'live' | 'mock';

  @ApiProperty({ type: Number, nullable: true, example: null, description: 'The call task that was linked.' })
  crm_task_id: number | null;
}

export class HangupResponse {
  @ApiProperty({ enum: ['ended'], example: 'ended' })
  status: 'ended';

  @ApiProperty({ ...MODE, example: 'live' })
  mode: 'live' | 'mock';
}

export class TransferResponse {
  @ApiProperty({
    enum: ['success', 'ended'],
    example: 'success',
    description: 'ended: the call was over already, and the PBX was not asked.',
  })
  status: 'success' | 'ended';

  @ApiProperty({ ...MODE, example: 'live' })
  mode: 'live' | 'mock';
}
