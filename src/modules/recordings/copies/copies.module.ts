import { Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { appConfig } from '../../../config/namespaces/app.config.js';
import { bracknetConfig } from '../../../config/namespaces/bracknet.config.js';
import { recordingsConfig } from '../../../config/namespaces/recordings.config.js';
import { provideRepository } from '../../../database/provide-repository.js';
import { Recording } from '../recording.entity.js';
import { RecordingRepository } from '../recording.repository.js';
import { LocalStore } from '../store/local-store.js';
import { RecordingStore } from '../store/recording-store.js';
import { AddressPolicy } from '../pbx/address-policy.js';
import { type CopySettings, COPY_SETTINGS, FETCH_LIMITS, HEADERS_MS } from './copy-settings.js';
import { RecordingClient } from '../pbx/recording-client.js';
import { RecordingFetch } from './recording-fetch.service.js';
import { RecordingMetrics } from './recording-metrics.js';
import { RecordingRetention } from './recording-retention.service.js';

type Config = ConfigType<typeof recordingsConfig>;

/** The copies of recordings: fetched from the PBX, kept in a store, removed when their time is over. */
@Module({
  imports: [TypeOrmModule.forFeature([Recording])],
  providers: [
    provideRepository(RecordingRepository, Recording),
    {
      provide: RecordingStore,
      inject: [recordingsConfig.KEY],
      useFactory: storeOf,
    },
    {
      provide: RecordingClient,
      inject: [recordingsConfig.KEY, bracknetConfig.KEY],
      useFactory: (
        { hosts, allowedNetworks, allowsThisMachine }: Config,
        { certificates }: ConfigType<typeof bracknetConfig>,
      ) =>
        new RecordingClient({
          hosts,
          certificates,
          addresses: new AddressPolicy(allowedNetworks, allowsThisMachine),
          headersMs: HEADERS_MS,
        }),
    },
    {
      provide: COPY_SETTINGS,
      inject: [recordingsConfig.KEY, appConfig.KEY],
      useFactory: (
        { folder, retentionDays }: Config,
        { environment }: ConfigType<typeof appConfig>,
      ): CopySettings => ({
        folder,
        retentionDays,
        limits: FETCH_LIMITS,
        isScheduled: environment !== 'test',
      }),
    },
    RecordingMetrics,
    RecordingFetch,
    RecordingRetention,
  ],
  exports: [RecordingRepository, RecordingStore, RecordingClient],
})
export class CopiesModule {}

async function storeOf({ s3, folder }: Config): Promise<RecordingStore> {
  if (s3 === null) return new LocalStore(folder);
  // Only here: a folder needs none of this memory.
  const { S3Store } = await import('../store/s3-store.js');
  return new S3Store(s3);
}
