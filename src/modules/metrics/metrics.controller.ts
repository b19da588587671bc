import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { ApiErrors } from '../../common/errors/api-errors.decorator.js';
import { Access } from '../auth/access.decorator.js';

@ApiTags('Operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly registry: Registry) {}

  @Get()
  @Access('metrics')
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiOperation({
    summary: 'What is counted and measured, for Prometheus; asks for METRICS_TOKEN as a bearer token',
    description: 'Not served here when METRICS_TOKEN is not set, nor when METRICS_PORT is.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiErrors('UNAUTHENTICATED', 'ROUTE_NOT_FOUND')
  scrape(): Promise<string> {
    return this.registry.metrics();
  }
}
