import { Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { changeFeedConfig } from '../../config/namespaces/change-feed.config.js';
import { ChangeBus } from './change-bus.js';
import { ChangeFeed } from './change-feed.js';
import { ChangeTransport } from './transports/change-transport.js';
import { createTransport } from './transports/create-transport.js';

/** What was committed, told to this instance and the others. Global, because every writer announces. */
@Global()
@Module({
  providers: [
    ChangeFeed,
    ChangeBus,
    {
      provide: ChangeTransport,
      useFactory: createTransport,
      inject: [changeFeedConfig.KEY, DataSource],
    },
  ],
  exports: [ChangeFeed],
})
export class ChangeFeedModule {}
