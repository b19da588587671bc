import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../database/provide-repository.js';
import { PlaybackLinks } from '../telephony/calls/playback-links.js';
import { CallsModule } from '../telephony/calls/calls.module.js';
import { CopiesModule } from './copies/copies.module.js';
import { CallRecordings } from './desk/call-recordings.service.js';
import { RecordingsController } from './desk/recordings.controller.js';
import { RecordingsService } from './desk/recordings.service.js';
import { PlaybackController } from './playback/playback.controller.js';
import { PlaybackService } from './playback/playback.service.js';
import { PlaybackTickets } from './playback/playback-tickets.service.js';
import { RecordingLinks } from './playback/recording-links.service.js';
import { RecordingListenRepository } from './playback/recording-listen.repository.js';
import { RecordingListen } from './recording-listen.entity.js';

/** The recordings of calls: their copies, and who hears them. Global, because it implements the port `PlaybackLinks` of calls. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([RecordingListen]), CopiesModule, CallsModule],
  controllers: [PlaybackController, RecordingsController],
  providers: [
    provideRepository(RecordingListenRepository, RecordingListen),
    PlaybackTickets,
    RecordingLinks,
    PlaybackService,
    CallRecordings,
    RecordingsService,
    { provide: PlaybackLinks, useExisting: RecordingLinks },
  ],
  exports: [PlaybackLinks],
})
export class RecordingsModule {}
