import { Module } from '@nestjs/common';
import { MetricsEndpointModule } from '../metrics/metrics-endpoint.module.js';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';

@Module({
  imports: [MetricsEndpointModule],
  controllers: [HealthController],
  providers: [ReadinessService],
})
export class HealthModule {}
