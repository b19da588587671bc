import { Controller, Get, Req, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../auth/access.decorator.js';
import { NotReadyDto, ReadyDto, readinessAnswer } from './readiness.dto.js';
import { ReadinessService } from './readiness.service.js';

class HealthDto {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  status: 'ok';
}

/** Retry-After of a failed readiness check. */
const RETRY_AFTER_SECONDS = 5;

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get('live')
  @Access('public')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ type: HealthDto })
  live(): HealthDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @Access('public')
  @ApiOperation({ summary: 'The service can do its work: green, yellow (degraded) or red (503)' })
  @ApiOkResponse({ type: ReadyDto })
  @ApiServiceUnavailableResponse({
    type: NotReadyDto,
    description: 'DATABASE_UNAVAILABLE, WEBHOOK_QUEUE_FULL',
  })
  async ready(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReadyDto | NotReadyDto> {
    const answer = readinessAnswer(await this.readiness.check(), request.id);
    if ('statusCode' in answer) {
      void reply.status(answer.statusCode).header('Retry-After', RETRY_AFTER_SECONDS);
    }
    return answer;
  }
}
