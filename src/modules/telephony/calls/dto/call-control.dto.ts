import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { violates } from '../../../../common/errors/field-rule.js';
import { CALL_ID_PATTERN } from '../../../../common/call-id.js';
import { EXTENSION_TEXT } from '../../../../common/extension.js';
import { DigitsOfNumber } from '../../../../common/http/digits-of-number.decorator.js';
import { IsLine, IsText } from '../../../../common/http/is-text.decorator.js';

const EXTENSION_RULE = '2 to 6 digits, unless TELEPHONY_EXTENSION_PATTERN says otherwise.';
const EXTENSION_MESSAGE = '$property must be an extension, such as 201';

/** Ids that this service gives to calls without one of the CRM: see `crmCallIdOf`. */
const OWN_CRM_CALL_ID = /^\W*telephony(?:\W|_)/iu;

export class StartCallRequest {
  @ApiPropertyOptional({
    example: '201',
    pattern: EXTENSION_TEXT.source,
    description: `Extension that is rung first, ${EXTENSION_RULE} Defaults to the one in the token.`,
  })
  @IsOptional()
  @DigitsOfNumber()
  @Matches(EXTENSION_TEXT, { message: EXTENSION_MESSAGE, context: violates('extension') })
  agent_extension?: string;

  @ApiPropertyOptional({
    example: 'A102',
    maxLength: 64,
    description: 'A number other than the user id of the token is for supervisors.',
  })
  @IsOptional()
  @DigitsOfNumber()
  @IsLine(64)
  agent_id?: string;

  @ApiProperty({
    example: '01700000000',
    maxLength: 100,
    description: 'Any usual way of writing the number.',
  })
  @IsText(100)
  customer_number: string;

  @ApiPropertyOptional({
    example: 'TrustCart',
    maxLength: 64,
    default: 'TrustCart',
    description: 'One of TELEPHONY_CALLER_IDS.',
  })
  @IsOptional()
  @IsLine(64)
  caller_id?: string;

  @ApiPropertyOptional({ example: 'outbound', maxLength: 32, default: 'outbound' })
  @IsOptional()
  @IsLine(32)
  call_type?: string;

  @ApiPropertyOptional({
    example: 'CRM-CALL-987654',
    maxLength: 255,
    description:
      'The CRM’s own id of the call. A number is the id of a call task, which is linked if it is of this customer.',
  })
  @IsOptional()
  @DigitsOfNumber()
  @IsLine(255, [OWN_CRM_CALL_ID, 'must not begin with TELEPHONY-: the service itself gives such ids', 'form'])
  crm_call_id?: string;
}

export class HangupRequest {
  @ApiProperty({ example: 'BN-CALL-456789', pattern: CALL_ID_PATTERN.source })
  @Matches(CALL_ID_PATTERN, {
    message: '$property must be the id of a call: 1 to 255 printable ASCII characters without spaces',
  })
  bracknet_call_id: string;
}

export class TransferRequest extends HangupRequest {
  @ApiProperty({
    example: '301',
    pattern: EXTENSION_TEXT.source,
    description: `Extension to ring, ${EXTENSION_RULE}`,
  })
  @DigitsOfNumber()
  @Matches(EXTENSION_TEXT, { message: EXTENSION_MESSAGE, context: violates('extension') })
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

export class ClearCallRequest {
  @ApiProperty({
    example: 'The agent hung up ten minutes ago',
    maxLength: 500,
    description: 'Kept with the call.',
  })
  @IsText(500)
  reason: string;
}
