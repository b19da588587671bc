import { Module } from '@nestjs/common';
import { PresenceModule } from '../../agents/presence/presence.module.js';
import { ReportsPoolModule } from '../pool/reports-pool.module.js';
import { RollupModule } from '../rollup/rollup.module.js';
import { BoardReader } from './board-reader.service.js';
import { OpenCallsRepository } from './open-calls.repository.js';
import { WallboardController } from './wallboard.controller.js';
import { WallboardService } from './wallboard.service.js';

/** How it is at the desk now, for who oversees it. */
@Module({
  imports: [PresenceModule, ReportsPoolModule, RollupModule],
  controllers: [WallboardController],
  providers: [BoardReader, OpenCallsRepository, WallboardService],
})
export class WallboardModule {}
