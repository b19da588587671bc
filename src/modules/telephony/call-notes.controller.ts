import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../common/errors/api-errors.decorator.js';
import { IdPipe } from '../../common/http/id.pipe.js';
import { Access } from '../auth/access.decorator.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { CurrentAgent } from '../auth/current-agent.decorator.js';
import { CallNoteDto, WriteCallNoteRequest } from './calls/dto/call-note.dto.js';
import { CallNotesService } from './calls/notes/call-notes.service.js';

@ApiTags('Calls')
@Controller('telephony/calls/:id/note')
@Access('staff')
export class CallNotesController {
  constructor(private readonly notes: CallNotesService) {}

  @Get()
  @ApiOperation({ summary: 'The note of a call' })
  @ApiOkResponse({ type: CallNoteDto })
  @ApiErrors('VALIDATION_FAILED', 'CALL_NOT_FOUND')
  get(@CurrentAgent() agent: AgentIdentity, @Param('id', IdPipe) id: number): Promise<CallNoteDto> {
    return this.notes.get(agent, id);
  }

  @Put()
  @ApiOperation({ summary: 'Replaces the note of a call, as it is typed' })
  @ApiOkResponse({ type: CallNoteDto })
  @ApiErrors('VALIDATION_FAILED', 'CALL_NOT_FOUND')
  write(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', IdPipe) id: number,
    @Body() request: WriteCallNoteRequest,
  ): Promise<CallNoteDto> {
    return this.notes.write(agent, id, request);
  }
}
