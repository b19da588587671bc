import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { IdPipe } from '../../../common/http/id.pipe.js';
import { PageQuery } from '../../../common/http/page-query.js';
import { Access } from '../../auth/access.decorator.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CurrentAgent } from '../../auth/current-agent.decorator.js';
import { RecordingListenRepository } from '../playback/recording-listen.repository.js';
import {
  CallRecordingDto,
  CallRecordingListDto,
  HoldRequest,
  ListenListDto,
  toListenDto,
} from './call-recording.dto.js';
import { CallRecordings } from './call-recordings.service.js';
import { RecordingsService } from './recordings.service.js';

@ApiTags('Recordings')
@Controller('telephony')
export class RecordingsController {
  constructor(
    private readonly recordings: RecordingsService,
    private readonly callRecordings: CallRecordings,
    private readonly listens: RecordingListenRepository,
  ) {}

  @Get('calls/:id/recordings')
  @Access('staff')
  @ApiOperation({ summary: 'The recordings of a call, each with the address at which it is played' })
  @ApiOkResponse({ type: CallRecordingListDto })
  @ApiErrors('VALIDATION_FAILED', 'CALL_NOT_FOUND')
  async ofCall(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', IdPipe) id: number,
  ): Promise<CallRecordingListDto> {
    return { items: await this.callRecordings.ofCall(agent, id) };
  }

  @Get('recordings/:id/listens')
  @Access('supervisor')
  @ApiOperation({ summary: 'Who listened to a recording, the latest first' })
  @ApiOkResponse({ type: ListenListDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'RECORDING_NOT_FOUND')
  async listensTo(
    @Param('id', IdPipe) id: number,
    @Query() { page, limit }: PageQuery,
  ): Promise<ListenListDto> {
    await this.recordings.get(id);
    const [listens, total] = await this.listens.ofRecording(id, page, limit);
    return { items: listens.map(toListenDto), total, page, limit };
  }

  @Put('recordings/:id/hold')
  @Access('supervisor')
  @ApiOperation({ summary: 'Keeps the copy of a recording, whatever its age' })
  @ApiOkResponse({ type: CallRecordingDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'RECORDING_NOT_FOUND', 'RECORDING_REMOVED')
  async hold(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', IdPipe) id: number,
    @Body() request: HoldRequest,
  ): Promise<CallRecordingDto> {
    return this.callRecordings.one(agent, await this.recordings.hold(agent, id, request));
  }

  @Delete('recordings/:id/hold')
  @Access('supervisor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Takes the hold back: the copy is removed when its time is over' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'RECORDING_NOT_FOUND', 'RECORDING_REMOVED')
  release(@CurrentAgent() agent: AgentIdentity, @Param('id', IdPipe) id: number): Promise<void> {
    return this.recordings.release(agent, id);
  }

  @Post('recordings/:id/fetch')
  @Access('supervisor')
  @HttpCode(200)
  @ApiOperation({ summary: 'Has a recording fetched at once, also one that was given up' })
  @ApiOkResponse({ type: CallRecordingDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'RECORDING_NOT_FOUND', 'RECORDING_REMOVED')
  async fetch(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', IdPipe) id: number,
  ): Promise<CallRecordingDto> {
    return this.callRecordings.one(agent, await this.recordings.fetchAgain(agent, id));
  }
}
