import { ApiProperty } from '@nestjs/swagger';
import type { IntakeResult } from './inbox/webhook-intake.js';

export class WebhookAnswer {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  status: 'ok';

  @ApiProperty({
    enum: ['accepted', 'duplicate', 'ignored'],
    example: 'accepted',
    description:
      'accepted: new and stored; duplicate: stored before, no effect; ignored: kept, of no known kind.',
  })
  result: IntakeResult;
}
