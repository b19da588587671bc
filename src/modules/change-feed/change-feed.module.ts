import { Global, Module } from '@nestjs/common';
import { ChangeFeed } from './change-feed.js';

/** What was committed, told to this instance and the others. Global, because every writer announces. */
@Global()
@Module({ providers: [ChangeFeed], exports: [ChangeFeed] })
export class ChangeFeedModule {}
