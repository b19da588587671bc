import { Controller, Get, Param, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { IdPipe } from '../../../common/http/id.pipe.js';
import { Access } from '../../auth/access.decorator.js';
import { recordingNotFound } from '../recording-errors.js';
import { readRange } from './byte-range.js';
import { PlaybackService } from './playback.service.js';
import { sendPlaying } from './send-playing.js';
import { TicketGuard } from './ticket.guard.js';

@ApiTags('Recordings')
@Controller('telephony/recordings')
@Access('ticket')
@UseGuards(TicketGuard)
export class PlaybackController {
  constructor(private readonly playback: PlaybackService) {}

  /** An audio element of a browser sends no token, so the address carries a ticket. */
  @Get(':id/audio')
  @ApiOperation({
    summary: 'The sound of a recording, whole or in parts; the address is in `recordingUrl` of a call',
  })
  @ApiQuery({ name: 'ticket', type: String })
  @ApiProduces('audio/mpeg', 'audio/wav', 'audio/ogg')
  @ApiResponse({ status: 200, description: 'The whole' })
  @ApiResponse({ status: 206, description: 'The part that the header Range asks for' })
  @ApiErrors('VALIDATION_FAILED', 'RECORDING_NOT_FOUND', 'RECORDING_REMOVED', 'RECORDING_NOT_READY')
  async play(
    @Param('id', IdPipe) _id: number,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { ticket } = request;
    if (ticket === undefined) throw recordingNotFound();
    const recording = await this.playback.recordingOf(ticket);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const condition = request.headers['if-range'];
    const playing = await this.playback.open(
      recording,
      readRange(request.headers.range),
      (etag) => condition === undefined || condition === etag,
      gone.signal,
    );
    if (request.method !== 'HEAD' && playing.kind !== 'beyond') {
      await this.playback.beginListening(ticket, request.sourceAddress);
      const { socket } = request;
      const before = socket.bytesWritten;
      reply.raw.once('close', () => void this.playback.addBytes(ticket, socket.bytesWritten - before));
    }
    await sendPlaying(playing, recording, request, reply);
  }
}
