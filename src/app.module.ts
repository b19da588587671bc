import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ClockModule } from './common/time/clock.module.js';
import { ErrorFilter } from './common/errors/error.filter.js';
import { validationPipe } from './common/errors/validation.js';
import { type Configuration, hasTrialCalls } from './config/configuration.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { ExtensionsModule } from './modules/agents/extensions/extensions.module.js';
import { PresenceModule } from './modules/agents/presence/presence.module.js';
import { AuditModule } from './modules/audit/audit.module.js';
import { AuthModule } from './modules/auth/auth.module.js';
import { ChangeFeedModule } from './modules/change-feed/change-feed.module.js';
import { CallTasksModule } from './modules/crm/call-tasks/call-tasks.module.js';
import { DevelopmentModule } from './modules/development/development.module.js';
import { ExportsModule } from './modules/exports/exports.module.js';
import { HealthModule } from './modules/health/health.module.js';
import { MetricsEndpointModule } from './modules/metrics/metrics-endpoint.module.js';
import { MetricsModule } from './modules/metrics/metrics.module.js';
import { RealtimeModule } from './modules/realtime/realtime.module.js';
import { RecordingsModule } from './modules/recordings/recordings.module.js';
import { RevocationsModule } from './modules/revocations/revocations.module.js';
import { TelephonyModule } from './modules/telephony/telephony.module.js';

/** Composition root. */
@Module({})
export class AppModule {
  static register(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(configuration),
        ClockModule,
        DatabaseModule.register(configuration),
        AuthModule,
        AuditModule,
        RevocationsModule,
        ChangeFeedModule,
        MetricsModule,
        ExtensionsModule,
        TelephonyModule,
        CallTasksModule,
        PresenceModule,
        RealtimeModule,
        RecordingsModule,
        ExportsModule,
        MetricsEndpointModule,
        HealthModule,
        ...(hasTrialCalls(configuration) ? [DevelopmentModule] : []),
      ],
      providers: [
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: APP_PIPE, useFactory: validationPipe },
      ],
    };
  }
}
