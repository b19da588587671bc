import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { IdPipe } from '../../../common/http/id.pipe.js';
import { Access } from '../../auth/access.decorator.js';
import { CallLifeDto } from './call-life.dto.js';
import { CallLifeService } from './call-life.service.js';

@ApiTags('Calls')
@Controller('telephony/calls')
export class CallLifeController {
  constructor(private readonly lives: CallLifeService) {}

  @Get(':id/life')
  @Access('supervisor')
  @ApiOperation({ summary: 'How a call came to be what it is: each receipt, what it changed, and why' })
  @ApiOkResponse({ type: CallLifeDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'CALL_NOT_FOUND')
  life(@Param('id', IdPipe) id: number): Promise<CallLifeDto> {
    return this.lives.of(id);
  }
}
