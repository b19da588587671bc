import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../database/provide-repository.js';
import { ExtensionsModule } from '../agents/extensions/extensions.module.js';
import { PresenceModule } from '../agents/presence/presence.module.js';
import { CallTasksModule } from '../crm/call-tasks/call-tasks.module.js';
import { CustomersModule } from '../crm/customers/customers.module.js';
import { Call } from '../telephony/calls/call.entity.js';
import { BoardModule } from './board/board.module.js';
import { CallPusher } from './emitter/call-pusher.service.js';
import { IncomingCalls } from './emitter/incoming-calls.service.js';
import { PresencePusher } from './emitter/presence-pusher.service.js';
import { SupervisorFlood } from './emitter/supervisor-flood.service.js';
import { TaskPusher } from './emitter/task-pusher.service.js';
import { SocketsModule } from './gateway/sockets.module.js';
import { LiveCallRepository } from './live/live-call.repository.js';
import { LiveController } from './live/live.controller.js';
import { LiveService } from './live/live.service.js';
import { Reconciler } from './live/reconciler.service.js';

/** Shows browsers what happens: the snapshot by HTTP, and every change by socket.io. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Call]),
    SocketsModule,
    BoardModule,
    CallTasksModule,
    CustomersModule,
    ExtensionsModule,
    PresenceModule,
  ],
  controllers: [LiveController],
  providers: [
    CallPusher,
    IncomingCalls,
    SupervisorFlood,
    TaskPusher,
    PresencePusher,
    LiveService,
    Reconciler,
    provideRepository(LiveCallRepository, Call),
  ],
})
export class RealtimeModule {}
