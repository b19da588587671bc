import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../database/provide-repository.js';
import { AuditModule } from '../../audit/audit.module.js';
import { ExtensionChanges } from './extension-changes.service.js';
import { ExtensionDirectory } from './extension-directory.service.js';
import { ExtensionImport } from './import/extension-import.service.js';
import { Extension } from './extension.entity.js';
import { ExtensionRepository } from './extension.repository.js';
import { ExtensionSeed } from './extension-seed.service.js';
import { ExtensionsController } from './extensions.controller.js';
import { ExtensionsService } from './extensions.service.js';
import { ExtensionTimelineRepository } from './timeline/extension-timeline.repository.js';

/** Who sits where. Below telephony, which stamps on events who held their extensions. */
@Module({
  imports: [TypeOrmModule.forFeature([Extension]), AuditModule],
  controllers: [ExtensionsController],
  providers: [
    ExtensionsService,
    ExtensionImport,
    ExtensionChanges,
    ExtensionSeed,
    ExtensionDirectory,
    ExtensionTimelineRepository,
    provideRepository(ExtensionRepository, Extension),
  ],
  exports: [ExtensionDirectory, ExtensionTimelineRepository],
})
export class ExtensionsModule {}
