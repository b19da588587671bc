import { Module } from '@nestjs/common';
import { MetricsEndpointModule } from '../metrics/metrics-endpoint.module.js';
import { HealthController } from './health.controller.js';
import { ReadinessRules } from './readiness-rules.js';
import { ReadinessService } from './readiness.service.js';

@Module({
  imports: [MetricsEndpointModule],
  controllers: [HealthController],
  providers: [ReadinessService, ReadinessRules],
})
export class HealthModule {}
