import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule } from '@nestjs/config';
import { type Configuration, NAMESPACES } from './configuration.js';
import { configFactory } from './namespace.js';

/** Makes every namespace of the configuration injectable everywhere. */
@Module({})
export class ConfigModule {
  static register(configuration: Configuration): DynamicModule {
    return {
      module: ConfigModule,
      imports: [
        NestConfigModule.forRoot({
          isGlobal: true,
          // The environment is already read and validated; Nest must neither read .env nor write to process.env.
          ignoreEnvFile: true,
          validatePredefined: false,
          skipProcessEnv: true,
          load: [
            configFactory(NAMESPACES.app, configuration.app),
            configFactory(NAMESPACES.audit, configuration.audit),
            configFactory(NAMESPACES.auth, configuration.auth),
            configFactory(NAMESPACES.bracknet, configuration.bracknet),
            configFactory(NAMESPACES.changeFeed, configuration.changeFeed),
            configFactory(NAMESPACES.database, configuration.database),
            configFactory(NAMESPACES.http, configuration.http),
            configFactory(NAMESPACES.metrics, configuration.metrics),
            configFactory(NAMESPACES.realtime, configuration.realtime),
            configFactory(NAMESPACES.recordings, configuration.recordings),
            configFactory(NAMESPACES.reports, configuration.reports),
            configFactory(NAMESPACES.sweeper, configuration.sweeper),
            configFactory(NAMESPACES.telephony, configuration.telephony),
            configFactory(NAMESPACES.webhooks, configuration.webhooks),
          ],
        }),
      ],
    };
  }
}
