import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import { WallboardDto } from './wallboard.dto.js';
import { WallboardService } from './wallboard.service.js';

@ApiTags('Reports')
@Controller('telephony/wallboard')
export class WallboardController {
  constructor(private readonly wallboard: WallboardService) {}

  @Get()
  @Access('overview')
  @ApiOperation({ summary: 'How it is now and today, at most two seconds old' })
  @ApiOkResponse({ type: WallboardDto })
  @ApiErrors('FORBIDDEN')
  get(): Promise<WallboardDto> {
    return this.wallboard.get();
  }
}
