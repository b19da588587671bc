import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../database/provide-repository.js';
import { ExtensionsModule } from '../extensions/extensions.module.js';
import { AgentPresence } from './agent-presence.entity.js';
import { PresenceController } from './presence.controller.js';
import { PresenceRepository } from './presence.repository.js';
import { PresenceService } from './presence.service.js';
import { PresenceWatch } from './presence-watch.service.js';

/** Who is there, on a break, or on a call. */
@Module({
  imports: [TypeOrmModule.forFeature([AgentPresence]), ExtensionsModule],
  controllers: [PresenceController],
  providers: [PresenceService, PresenceWatch, provideRepository(PresenceRepository, AgentPresence)],
  exports: [PresenceService, PresenceRepository],
})
export class PresenceModule {}
