import { Module } from '@nestjs/common';
import { SilenceService } from './silence.service.js';

/** Whether the PBX has been silent for too long. */
@Module({ providers: [SilenceService], exports: [SilenceService] })
export class SilenceModule {}
