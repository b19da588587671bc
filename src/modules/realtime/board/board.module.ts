import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../database/provide-repository.js';
import { Call } from '../../telephony/calls/call.entity.js';
import { SocketsModule } from '../gateway/sockets.module.js';
import { BoardPusher } from './board-pusher.service.js';
import { BoardRepository } from './board.repository.js';

/** The figures of the desk, for a board that supervisors watch. */
@Module({
  imports: [TypeOrmModule.forFeature([Call]), SocketsModule],
  providers: [BoardPusher, provideRepository(BoardRepository, Call)],
})
export class BoardModule {}
