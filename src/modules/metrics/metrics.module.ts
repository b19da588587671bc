import { Global, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ChangeFeedMetrics } from './change-feed-metrics.js';
import { PbxMetrics } from './pbx-metrics.js';
import { createRegistry } from './process-metrics.js';
import { RealtimeMetrics } from './realtime-metrics.js';
import { StartMetrics } from './start-metrics.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** Counters and their registry. One registry per application, because tests run several applications in one process. */
@Global()
@Module({
  providers: [
    { provide: Registry, useFactory: createRegistry },
    WebhookMetrics,
    PbxMetrics,
    StartMetrics,
    ChangeFeedMetrics,
    RealtimeMetrics,
  ],
  exports: [Registry, WebhookMetrics, PbxMetrics, StartMetrics, ChangeFeedMetrics, RealtimeMetrics],
})
export class MetricsModule {}
