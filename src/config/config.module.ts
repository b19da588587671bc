import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule } from '@nestjs/config';
import { type Configuration, NAMESPACES } from './configuration.js';
import { provided } from './namespace.js';

/** Makes every namespace of the configuration injectable everywhere. */
@Module({})
export class ConfigModule {
  static register(configuration: Configuration): DynamicModule {
    return {
      module: ConfigModule,
      imports: [
        NestConfigModule.forRoot({
          isGlobal: true,
          // The environment has been read and validated: nothing is read, and nothing written to process.env.
          ignoreEnvFile: true,
          validatePredefined: false,
          skipProcessEnv: true,
          load: [
            provided(NAMESPACES.app, configuration.app),
            provided(NAMESPACES.auth, configuration.auth),
            provided(NAMESPACES.bracknet, configuration.bracknet),
            provided(NAMESPACES.database, configuration.database),
            provided(NAMESPACES.http, configuration.http),
            provided(NAMESPACES.metrics, configuration.metrics),
            provided(NAMESPACES.sweeper, configuration.sweeper),
            provided(NAMESPACES.telephony, configuration.telephony),
            provided(NAMESPACES.webhooks, configuration.webhooks),
          ],
        }),
      ],
    };
  }
}
