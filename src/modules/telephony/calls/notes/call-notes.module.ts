import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../../database/provide-repository.js';
import { CallsModule } from '../calls.module.js';
import { CallNote } from './call-note.entity.js';
import { CallNoteRepository } from './call-note.repository.js';
import { CallNotesService } from './call-notes.service.js';

/** What agents write of their calls. */
@Module({
  imports: [TypeOrmModule.forFeature([CallNote]), CallsModule],
  providers: [CallNotesService, provideRepository(CallNoteRepository, CallNote)],
  exports: [CallNotesService],
})
export class CallNotesModule {}
